// In which order shells expand *.cfg where the locale has an order of its own.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "grub/drop_in_order.h"
#include "support/program.h"
#include "support/scratch_directory.h"
#include "support/skip.h"
#include "unit/grub/grub2_machine.h"

namespace guestclock::grub {
namespace {

constexpr const char* kNames[] = {"10-a.cfg",   "50-Cloud.cfg",      "50_a.cfg", "9-b.cfg",
                                  "50-c.cfg",   "99-guestclock.cfg", "B-x.cfg",  "Zoo.cfg",
                                  "_late.cfg",  "apple.cfg",         "b_y.cfg",  "kdump-tools.cfg",
                                  "hetzner.cfg"};

class LocaleOrder : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path sources =
        std::filesystem::path(GUESTCLOCK_TEST_TOOLS) / "usr/share/i18n";
    if (!std::filesystem::is_directory(sources)) {
      GUESTCLOCK_SKIP("no sources of locales at " + sources.string() + " (see bootstrap)");
    }
    const auto made = support::run_program(
        {"localedef", "-i", "en_US", "-f", "UTF-8", (scratch_.path() / "en_US.UTF-8").string()},
        {"I18NPATH=" + sources.string()});
    ASSERT_TRUE(std::filesystem::is_directory(scratch_.path() / "en_US.UTF-8")) << made.err;
    for (const char* name : kNames)
      scratch_.write(std::string("d/") + name, "");
  }

  [[nodiscard]] std::vector<std::string> expanded(const std::string& shell,
                                                  const std::string& locale) const {
    return words(support::run_program(
                     {shell, "-c", "cd \"$0\" && echo *.cfg", (scratch_.path() / "d").string()},
                     {"LC_ALL=" + locale, "LOCPATH=" + scratch_.path().string()})
                     .out);
  }

  support::ScratchDirectory scratch_;
};

TEST_F(LocaleOrder, DashSortsByBytesAndBashByTheLocale) {
  std::vector<std::string> by_bytes(std::begin(kNames), std::end(kNames));
  std::sort(by_bytes.begin(), by_bytes.end());
  EXPECT_EQ(expanded("dash", "C"), by_bytes);
  EXPECT_EQ(expanded("dash", "en_US.UTF-8"), by_bytes);
  EXPECT_EQ(expanded("bash", "C"), by_bytes);
  EXPECT_EQ(expanded("bash", "C.UTF-8"), by_bytes);
  EXPECT_NE(expanded("bash", "en_US.UTF-8"), by_bytes);
}

/// Each pair that bash reads the other way round in that locale is one that we warn of.
TEST_F(LocaleOrder, EveryPairThatChangesPlacesIsWarnedOf) {
  const auto by_locale = expanded("bash", "en_US.UTF-8");
  ASSERT_EQ(by_locale.size(), std::size(kNames));
  std::size_t swapped = 0;
  for (std::size_t i = 0; i < by_locale.size(); ++i) {
    for (std::size_t j = i + 1; j < by_locale.size(); ++j) {
      const auto path = [](const std::string& name) { return "/etc/default/grub.d/" + name; };
      const auto machine = Grub2Machine::debian(
          Contents{{kMain, ""},
                   {"/usr/sbin/grub-mkconfig", "#!/bin/bash\n# default/grub.d/*.cfg\n"},
                   {"/bin/bash", ""},
                   {path(by_locale[i]), "GRUB_CMDLINE_LINUX=a\n"},
                   {path(by_locale[j]), "GRUB_CMDLINE_LINUX=b\n"}});
      const auto layers = read_grub_layers(machine.files());
      ASSERT_TRUE(layers);
      const bool changes_places = by_locale[j] < by_locale[i];
      swapped += changes_places ? 1U : 0U;
      EXPECT_EQ(uncertain_order(*layers, {"GRUB_CMDLINE_LINUX"}).size(), changes_places ? 1U : 0U)
          << by_locale[i] << " " << by_locale[j];
    }
  }
  EXPECT_GT(swapped, 10U);
}

}  // namespace
}  // namespace guestclock::grub
