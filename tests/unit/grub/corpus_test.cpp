// Real menus: a no-op edit keeps every byte, and grubby's published parameter edits come out alike.
#include "support/corpus.h"

#include <algorithm>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "grub/debian_automagic.h"
#include "grub/grub_legacy.h"
#include "grub/legacy_menu.h"
#include "model/kernel_parameters.h"
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

/// One line of grubby's published cases.
struct GrubbyCase {
  std::string kind;
  std::string loader;
  std::string input;
  std::string expected;
  std::string group;
  std::string arguments;  ///< shell words; the only quoting in them is a backslash
};

std::vector<GrubbyCase> grubby_cases(const std::filesystem::path& table) {
  std::vector<GrubbyCase> cases;
  std::istringstream rows(support::bytes_of(table));
  for (std::string row; std::getline(rows, row);) {
    std::istringstream columns(row);
    GrubbyCase one;
    for (std::string* column :
         {&one.kind, &one.loader, &one.input, &one.expected, &one.group, &one.arguments}) {
      std::getline(columns, *column, '\t');
    }
    if (one.loader == "grub") cases.push_back(std::move(one));
  }
  return cases;
}

/// Options by name, "--args A" like "--args=A".
std::map<std::string, std::string> grubby_options(const std::string& arguments) {
  std::vector<std::string> all(1);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == ' ') {
      all.emplace_back();
    } else {
      if (arguments[i] == '\\') ++i;
      all.back() += arguments[i];
    }
  }
  std::map<std::string, std::string> options;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t equals = all[i].find('=');
    if (equals != std::string::npos) {
      options[all[i].substr(0, equals)] = all[i].substr(equals + 1);
    } else {
      const bool value_follows = i + 1 < all.size() && !all[i + 1].starts_with("--");
      const std::string& name = all[i];
      options[name] = value_follows ? all[++i] : "";
    }
  }
  return options;
}

/// What grubby's --args and --remove-args ask for, as edits of ours.
std::vector<ParameterEdit> grubby_edits(const std::map<std::string, std::string>& options) {
  std::vector<ParameterEdit> edits;
  const auto take = [&](const char* option, bool removes) {
    const auto found = options.find(option);
    if (found == options.end()) return;
    for (const std::string& token : model::split_parameters(found->second)) {
      ParameterEdit edit{std::string(model::parameter_key(token)), {}, ""};
      const auto value = model::parameter_value(token);
      if (value) {
        edit.values.emplace_back(std::string(*value));
      } else if (!removes) {
        edit.values.emplace_back(std::nullopt);
      }
      if (removes) edit.action = ParameterEdit::Action::remove;
      edits.push_back(std::move(edit));
    }
  };
  take("--args", false);
  take("--remove-args", true);
  return edits;
}

TEST_F(LegacyCorpus, GrubbysParameterEditsComeOutAlike) {
  const auto grubby = folder_ / "grubby";
  std::size_t compared = 0;
  for (const GrubbyCase& one : grubby_cases(grubby / "cases.tsv")) {
    if (one.group.find("update kernel argument handling") == std::string::npos) continue;
    const auto options = grubby_options(one.arguments);
    const std::string input = support::bytes_of(grubby / "in" / one.input);
    const std::string expected = support::bytes_of(grubby / "expected" / one.expected);
    ASSERT_FALSE(expected.empty()) << one.expected;
    const Kind kind = options.at("--update-kernel") == "ALL" ? Kind::all : Kind::default_entry;
    EXPECT_EQ(edited(input, grubby_edits(options), kind), expected) << one.arguments;
    ++compared;
  }
  EXPECT_EQ(compared, 9U);
}

/// Where we differ from grubby 8.40 on purpose. None of its published cases is among them; what it
/// makes of these lines was measured with the program.
struct GrubbyDifference {
  const char* arguments;
  const char* before;
  const char* grubbys;
  const char* ours;
  const char* reason;
};
constexpr GrubbyDifference kGrubbyDifferences[] = {
    {"--remove-args=console", "console=tty0 console=ttyS0", "console=ttyS0", "",
     "a name that is taken away is taken away wholly, every repeat of it"},
    {"--args=console=ttyS1", "console=tty0 console=ttyS0", "console=ttyS1 console=ttyS0",
     "console=ttyS1", "a set gives all the values that are left; `add` keeps the others"},
    {R"(--args=dyndbg=\"x\ y\")", R"(dyndbg="file foo.c +p" ro)", R"(dyndbg=x y foo.c +p" ro)",
     R"(dyndbg="x y" ro)", "quotes hold a value together, for the kernel and for us"},
    {"--remove-args=dyndbg", R"(dyndbg="file foo.c +p" ro)", R"(foo.c +p" ro)", "ro",
     "quotes hold a value together, for the kernel and for us"},
    {"--args=z", "ro\r", "ro\rz", "ro z\r", "a carriage return belongs to the end of the line"},
    {"--args=z", "ro \\\n quiet", "ro \\ z\n quiet", "ro \\\n quiet z",
     "a backslash at the end joins the next line: parameters would be lost"},
};

TEST_F(LegacyCorpus, DifferencesFromGrubbyAreTheIntendedOnes) {
  for (const GrubbyDifference& one : kGrubbyDifferences) {
    const std::string head = "title A\nkernel /vmlinuz root=/dev/sda1";
    const auto menu = [&](const std::string& parameters) {
      return head + (parameters.empty() ? "" : " ") + parameters + "\n";
    };
    const std::string made =
        edited(menu(one.before), grubby_edits(grubby_options(one.arguments)), Kind::all);
    EXPECT_EQ(made, menu(one.ours)) << one.arguments << ": " << one.reason;
    EXPECT_NE(made, menu(one.grubbys)) << one.arguments << " does not differ any more";
  }
}

TEST_F(LegacyCorpus, DefaultsAreTheOnesThatGrubbyReports) {
  const auto grubby = folder_ / "grubby";
  std::map<std::string, std::size_t> compared;
  for (const GrubbyCase& one : grubby_cases(grubby / "cases.tsv")) {
    if (one.kind != "display") continue;
    const auto options = grubby_options(one.arguments);
    const auto files = with(support::bytes_of(grubby / "in" / one.input));
    const auto entries = GrubLegacy().entries(files, {{"/boot/grub/menu.lst"}});
    ASSERT_TRUE(entries) << one.input;
    const auto started = std::find_if(entries->begin(), entries->end(),
                                      [](const auto& entry) { return entry.is_default; });
    ASSERT_NE(started, entries->end()) << one.input;
    std::string shown;
    if (options.count("--default-title") > 0) {
      shown = started->title;
    } else if (options.count("--default-index") > 0) {
      shown = std::to_string(started->index);
    } else if (options.count("--default-kernel") > 0) {
      const std::string boot = options.at("--boot-filesystem");
      shown = (boot == "/" ? "" : boot) + started->kernel;
    } else {
      continue;
    }
    EXPECT_EQ(shown + "\n", support::bytes_of(grubby / "expected" / one.expected)) << one.arguments;
    ++compared[one.group];
  }
  EXPECT_EQ(compared, (std::map<std::string, std::size_t>{{"GRUB display default index", 9},
                                                          {"GRUB display default title", 8},
                                                          {"GRUB display default kernel", 2}}));
}

/// Of our settings, what update-grub made of them is what it wrote in this file.
TEST_F(LegacyCorpus, TheLinesThatUpdateGrubWroteAreThoseItsSettingsMake) {
  const std::string bytes =
      support::bytes_of(folder_ / "grub-legacy" / "debian-update-grub__automagic__menu.lst");
  const LegacyMenu menu = parse_legacy_menu(bytes);
  const auto settings = automagic_settings(menu);
  EXPECT_EQ(settings.size(), 5U);
  const auto entries = GrubLegacy().entries(with(bytes), {{"/boot/grub/menu.lst"}});
  ASSERT_TRUE(entries);
  std::size_t compared = 0;
  for (std::size_t i = 0; i < menu.entries.size(); ++i) {
    if (!menu.entries[i].linux) continue;
    const auto origin = automagic_origin(settings, menu, menu.entries[i], entries->at(i));
    EXPECT_EQ(generated_parameters(settings, origin), entries->at(i).parameters)
        << menu.entries[i].title;
    ++compared;
  }
  EXPECT_EQ(compared, 6U);
}

}  // namespace
}  // namespace guestclock::grub
