// Real menus: a no-op edit keeps every byte, and grubby's published parameter edits come out alike.
#include "support/corpus.h"

#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "grub/grub_legacy.h"
#include "grub/legacy_menu.h"
#include "support/scratch_directory.h"
#include "support/skip.h"
#include "system/machines.h"
#include "system/overlay_files.h"

namespace guestclock::grub {
namespace {

using model::EntrySelector;
using model::ParameterEdit;
using Kind = EntrySelector::Kind;

class LegacyCorpus : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "bootcfg";
    if (!std::filesystem::is_directory(folder_)) {
      GUESTCLOCK_SKIP("no corpus at " + folder_.string() + "; GUESTCLOCK_CORPUS names another");
    }
    auto opened = system::open_tree(scratch_.path().string());
    ASSERT_TRUE(opened);
    tree_ = std::move(*opened);
  }

  [[nodiscard]] std::vector<std::filesystem::path> menus() const {
    auto all = support::corpus_files(folder_ / "grub-legacy");
    const auto more = support::corpus_files(folder_ / "grubby" / "in", "grub.");
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  [[nodiscard]] system::OverlayFiles with(const std::string& menu) const {
    return {tree_->files(), {{"/boot/grub/menu.lst", menu}}};
  }

  [[nodiscard]] std::string edited(const std::string& menu, const std::vector<ParameterEdit>& edits,
                                   Kind kind) const {
    const auto files = with(menu);
    const GrubLegacy loader;
    const auto edition = loader.edit(files, {{"/boot/grub/menu.lst"}}, edits, {kind, 0, ""});
    if (!edition) return describe(edition.error());
    return edition->files.empty() ? menu : edition->files.front().after;
  }

  std::filesystem::path folder_;
  support::ScratchDirectory scratch_;
  std::unique_ptr<system::System> tree_;
};

TEST_F(LegacyCorpus, ParsingAndPrintingKeepsEveryByte) {
  ASSERT_GE(menus().size(), 10U);
  for (const auto& file : menus()) {
    const std::string bytes = support::bytes_of(file);
    EXPECT_EQ(parse_legacy_menu(bytes).print(), bytes) << file;
  }
}

TEST_F(LegacyCorpus, EditsThatChangeNothingAndEditsTakenBackKeepEveryByte) {
  for (const auto& file : menus()) {
    const std::string bytes = support::bytes_of(file);
    EXPECT_EQ(edited(bytes, {{"no.such.parameter", {}, ""}}, Kind::automatic), bytes) << file;
    const std::string added = edited(bytes, {{"clocksource", {"acpi_pm"}, ""}}, Kind::all);
    EXPECT_NE(added.find(" clocksource=acpi_pm\n"), std::string::npos) << file;
    EXPECT_EQ(edited(added, {{"clocksource", {}, ""}}, Kind::all), bytes) << file;
  }
}

TEST_F(LegacyCorpus, GrubbysParameterEditsComeOutAlike) {
  struct Case {
    const char* input;
    const char* expected;
    Kind kind;
    std::vector<ParameterEdit> edits;
  };
  const ParameterEdit hdd{"hdd", {"notide-scsi"}, ""};
  const ParameterEdit root{"root", {"/dev/hdd1"}, ""};
  const std::vector<Case> cases{
      {"grub.1", "updargs/g1.1", Kind::default_entry, {{"root", {"/dev/hda1"}, ""}}},
      {"grub.1",
       "updargs/g1.2",
       Kind::default_entry,
       {{"root", {"/dev/hda1"}, ""}, {"hda", {"ide-scsi"}, ""}, {"root", {"/dev/hda2"}, ""}}},
      {"grub.3", "updargs/g3.1", Kind::default_entry, {hdd}},
      {"grub.3", "updargs/g3.2", Kind::default_entry, {hdd, root}},
      {"grub.3", "updargs/g3.2", Kind::default_entry, {root, hdd}},
      {"grub.3", "updargs/g3.4", Kind::all, {{"hdd", {}, ""}}},
      {"grub.3", "updargs/g3.7", Kind::all, {{"hdd", {}, ""}, {"root", {}, ""}, {"ro", {}, ""}}},
  };
  const auto grubby = folder_ / "grubby";
  for (const Case& one : cases) {
    const std::string input = support::bytes_of(grubby / "in" / one.input);
    const std::string expected = support::bytes_of(grubby / "expected" / one.expected);
    EXPECT_EQ(edited(input, one.edits, one.kind), expected) << one.expected;
  }
}

TEST_F(LegacyCorpus, DefaultsAreTheOnesThatGrubbyReports) {
  const auto grubby = folder_ / "grubby";
  std::istringstream cases(support::bytes_of(grubby / "cases.tsv"));
  std::size_t compared = 0;
  for (std::string line; std::getline(cases, line);) {
    std::istringstream columns(line);
    std::string kind;
    std::string loader;
    std::string input;
    std::string expected;
    std::string group;
    std::string arguments;
    for (std::string* column : {&kind, &loader, &input, &expected, &group, &arguments}) {
      std::getline(columns, *column, '\t');
    }
    if (kind != "display" || loader != "grub") continue;
    const bool title = arguments == "--default-title";
    if (!title && arguments != "--default-index") continue;
    const auto files = with(support::bytes_of(grubby / "in" / input));
    const auto entries = GrubLegacy().entries(files, {{"/boot/grub/menu.lst"}});
    ASSERT_TRUE(entries) << input;
    std::string shown;
    for (const model::BootEntry& entry : *entries) {
      if (entry.is_default) shown = title ? entry.title : std::to_string(entry.index);
    }
    EXPECT_EQ(shown + "\n", support::bytes_of(grubby / "expected" / expected)) << line;
    ++compared;
  }
  EXPECT_GE(compared, 15U);
}

}  // namespace
}  // namespace guestclock::grub
