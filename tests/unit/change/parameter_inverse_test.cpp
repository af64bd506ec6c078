// Our parameters taken out of a menu whose entries Debian's update-grub makes. Synthetic.
#include "change/parameter_inverse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/legacy_machine.h"

namespace guestclock::change {
namespace {

using testing::HasSubstr;
using Kind = model::EntrySelector::Kind;

class AutomagicInverse : public testing::Test {
 protected:
  static std::string menu(const std::string& settings, const std::string& first,
                          const std::string& second) {
    return "default 0\n### BEGIN AUTOMAGIC KERNELS LIST\n## ## Start Default Options ##\n" +
           settings + "## ## End Default Options ##\ntitle A\nkernel /vmlinuz-3 ro" + first +
           "\ntitle B\nkernel /vmlinuz-2 ro" + second + "\n### END DEBIAN AUTOMAGIC KERNELS LIST\n";
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  }

  /// What is left of `now` once the edit of `before` is taken back.
  static Result<ParameterInverse> taken_back(const std::string& before,
                                             const std::vector<model::ParameterEdit>& edits,
                                             Kind kind, const std::string& now) {
    support::LegacyMachine machine(before);
    const auto edition = machine.edit(edits, {kind, 0, ""});
    if (!edition) return tl::make_unexpected(edition.error());
    EXPECT_TRUE(edition->pending.empty());
    machine.apply(*edition);
    return take_back_parameters(machine.loader(), machine.files(),
                                {support::LegacyMachine::kMenu, before, machine.menu(), now});
  }

  const std::vector<model::ParameterEdit> add_{{"clocksource", {"acpi_pm"}, ""}};
  const std::string before_ =
      menu("# kopt=ro a=1\n# defoptions=quiet\n", " a=1 quiet", " a=1 quiet");
};

TEST_F(AutomagicInverse, TheSettingsGetTheirOldTextBackAsTheLinesDo) {
  const std::string after = menu("# kopt=ro a=1\n# defoptions=quiet clocksource=acpi_pm\n",
                                 " a=1 quiet clocksource=acpi_pm", " a=1 quiet");
  const auto inverse = taken_back(
      before_, add_, Kind::automatic,
      replaced(replaced(after, "default 0", "timeout 3\ndefault 0"), "a=1\n", "a=1 b\n"));
  ASSERT_TRUE(inverse) << describe(inverse.error());
  EXPECT_EQ(inverse->bytes,
            replaced(replaced(before_, "default 0", "timeout 3\ndefault 0"), "a=1\n", "a=1 b\n"));
  EXPECT_TRUE(inverse->left.empty());
}

TEST_F(AutomagicInverse, WhatUpdateGrubCopiedSinceIsNamed) {
  const std::string after =
      menu("# kopt=ro a=1\n# defoptions=quiet clocksource=acpi_pm\n",
           " a=1 quiet clocksource=acpi_pm", " a=1 quiet clocksource=acpi_pm");
  const auto inverse = taken_back(before_, add_, Kind::automatic, after);
  ASSERT_TRUE(inverse) << describe(inverse.error());
  EXPECT_EQ(inverse->bytes, menu("# kopt=ro a=1\n# defoptions=quiet\n", " a=1 quiet",
                                 " a=1 quiet clocksource=acpi_pm"));
  ASSERT_EQ(inverse->left.size(), 1U);
  EXPECT_THAT(inverse->left[0], HasSubstr("\"B\" has got clocksource=acpi_pm since"));
}

TEST_F(AutomagicInverse, ASettingThatHoldsAllOfItIsEnough) {
  // The lines had it; only the settings were edited.
  const std::string lines = " a=1 quiet clocksource=acpi_pm";
  const std::string before = menu("# kopt=ro a=1\n# defoptions=quiet\n", lines, lines);
  const std::string after =
      menu("# kopt=ro a=1 clocksource=acpi_pm\n# defoptions=quiet\n", lines, lines);
  const auto inverse = taken_back(before, add_, Kind::all, "# theirs\n" + after);
  ASSERT_TRUE(inverse) << describe(inverse.error());
  EXPECT_EQ(inverse->bytes, "# theirs\n" + before);
}

TEST_F(AutomagicInverse, ASettingThatWasChangedAgainIsAConflict) {
  const std::string now = menu("# kopt=ro a=1\n# defoptions=quiet clocksource=hpet\n",
                               " a=1 quiet clocksource=acpi_pm", " a=1 quiet");
  const auto refused = taken_back(before_, add_, Kind::automatic, now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_THAT(describe(refused.error()), HasSubstr("\"# defoptions=\" has been changed again"));
}

}  // namespace
}  // namespace guestclock::change
