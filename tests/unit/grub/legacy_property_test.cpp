// What holds of edits of any GRUB Legacy menu: odd ones pieced together at random, and ones that
// Debian's update-grub could have written.
#include <algorithm>
#include <regex>
#include <set>

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/text.h"
#include "boot/entry_selection.h"
#include "change/edition_check.h"
#include "grub/legacy_menu.h"
#include "model/kernel_parameters.h"
#include "support/legacy_machine.h"

namespace guestclock::grub {
namespace {

using model::BootEntry;
using model::EntrySelector;
using model::ParameterEdit;
using Kind = EntrySelector::Kind;
using Machine = support::LegacyMachine;
using Tokens = std::vector<std::string>;

std::string joined(const Tokens& parts) {
  return join(parts, "");
}

/// Carriage returns, tabs, continuations, comments that swallow lines, quotes, other loaders.
rc::Gen<std::string> odd_menus() {
  return rc::gen::map(
      rc::gen::container<Tokens>(rc::gen::element<std::string>(
          "title A\n", "title B\r\n", "kernel /vmlinuz ro\n", "kernel /vmlinuz ro", " \\\n", "\r\n",
          "kernel /xen.gz\n", "module /vmlinuz ro\n", "module /initrd\n", " divider=10", " -- x",
          " dyndbg=\"a b\"", "# c \\\n", "# c\n", "default 1\n", "chainloader +1\n", "\n", "\t",
          " clocksource=tsc", "\"", "\xff\x80", "title A (recovery mode)\n", "\tkernel=/v\\\r\n",
          "### BEGIN AUTOMAGIC KERNELS LIST\n", "### END DEBIAN AUTOMAGIC KERNELS LIST\n",
          "## ## Start Default Options ##\n", "## ## End Default Options ##\n", "# kopt=ro\n",
          "# kopt=", "# defoptions=quiet\n", "# altoptions=(recovery mode) single\n")),
      [](const Tokens& parts) {
        return "title First\nkernel /vmlinuz-0 root=/dev/sda ro" + joined(parts);
      });
}

Tokens some_of(const Tokens& pool) {
  return *rc::gen::container<Tokens>(rc::gen::elementOf(pool));
}

/// A menu as update-grub leaves it: every line is what the settings make of it.
std::string automagic_menu() {
  const auto text = [](const Tokens& tokens) { return join(tokens, " "); };
  const auto more = [](std::string start, const std::string& rest) {
    return rest.empty() ? start : start + " " + rest;
  };
  const std::string kopt =
      more("root=/dev/sda1", text(some_of({"ro", "a=1", "a=2", "dyndbg=\"file x +p\""})));
  const std::string kopt_2_6 = more("root=/dev/sda2", text(some_of({"ro", "a=3", "six"})));
  const std::string defoptions = text(some_of({"quiet", "b=1", "b=2", "splash"}));
  const std::string alternative = more("single", text(some_of({"c=1", "x"})));
  const bool versioned = *rc::gen::arbitrary<bool>();
  std::string menu =
      "default\t0\ntitle\tMine\nkernel /vmlinuz ro a=9\n\n### BEGIN AUTOMAGIC KERNELS LIST\n"
      "## ## Start Default Options ##\n# kopt=" +
      kopt + "\n" + (versioned ? "# kopt_2_6=" + kopt_2_6 + "\n" : "") +
      "\n# defoptions=" + defoptions + "\n# altoptions=(single-user mode) " + alternative +
      "\n## ## End Default Options ##\n\n";
  const Tokens versions{"3.2.0-4", "2.6.32-5", "2.6.18"};
  const auto oldest = versions.begin() + *rc::gen::inRange(1, 4);
  for (const std::string& version : Tokens(versions.begin(), oldest)) {
    const std::string common = versioned && version.starts_with("2.6") ? kopt_2_6 : kopt;
    const std::string head = "title\t\tDebian GNU/Linux, kernel " + version;
    const std::string line = "\nkernel\t\t/vmlinuz-" + version + " ";
    menu += head + line + more(common, defoptions) + "\n\n" + head + " (single-user mode)" + line +
            more(common, alternative) + "\n\n";
  }
  return menu + "### END DEBIAN AUTOMAGIC KERNELS LIST\n";
}

rc::Gen<std::string> automagic_menus() {
  return rc::gen::exec([] { return automagic_menu(); });
}

rc::Gen<std::string> any_menus() {
  return rc::gen::oneOf(odd_menus(), automagic_menus());
}

/// The default is Mine, or the first entry of the block.
std::string with_default(std::string menu) {
  if (*rc::gen::arbitrary<bool>()) return menu;
  const std::size_t at = menu.find("default\t0");
  if (at != std::string::npos) menu.replace(at, 9, "default\t1");
  return menu;
}

rc::Gen<EntrySelector> selectors() {
  return rc::gen::map(rc::gen::element(Kind::automatic, Kind::default_entry, Kind::all),
                      [](Kind kind) {
                        return EntrySelector{kind, 0, ""};
                      });
}

/// The menu but for the lines from which update-grub makes kernel lines.
std::string without_settings(const std::string& menu) {
  static const std::regex settings("(^|\n)# (kopt|defoptions|altoptions)=[^\n]*");
  return std::regex_replace(menu, settings, "");
}

TEST(GrubLegacyProperty, AnyBytesAreGivenBackByTheParser) {
  EXPECT_TRUE(rc::check([] {
    const auto bytes = *rc::gen::container<std::string>(
        rc::gen::map(rc::gen::inRange(0, 256), [](int byte) { return static_cast<char>(byte); }));
    RC_ASSERT(parse_legacy_menu(bytes).print() == bytes);
  }));
  EXPECT_TRUE(rc::check([] {
    const std::string bytes = *any_menus();
    RC_ASSERT(parse_legacy_menu(bytes).print() == bytes);
  }));
}

TEST(GrubLegacyProperty, AddingAndRemovingGivesTheFileBack) {
  EXPECT_TRUE(rc::check([] {
    Machine machine(with_default(*any_menus()));
    const std::string bytes = machine.menu();
    const ParameterEdit add{"nohz", {"off"}, ""};
    const EntrySelector selector = *selectors();
    const auto once = machine.edit({add}, selector);
    RC_PRE(once.has_value());
    RC_ASSERT(once->files.size() == 1U);
    machine.apply(*once);
    const auto twice = machine.edit({add}, selector);
    RC_ASSERT(twice.has_value());
    RC_ASSERT(twice->files.empty());
    const EntrySelector all{Kind::all, 0, ""};
    const auto back = machine.edit({{"nohz", {}, ""}}, all);
    RC_ASSERT(back.has_value());
    machine.apply(*back);
    RC_ASSERT(machine.menu() == bytes);
  }));
}

TEST(GrubLegacyProperty, SettingIsIdempotentAndSettingBackGivesTheFileBack) {
  EXPECT_TRUE(rc::check([] {
    const std::string key = *rc::gen::element<std::string>("a", "b", "root", "divider", "ro");
    Machine machine(with_default(*any_menus()));
    const std::string bytes = machine.menu();
    const EntrySelector one{Kind::default_entry, 0, ""};
    const auto entries = machine.entries();
    const auto started = std::find_if(entries.begin(), entries.end(),
                                      [](const BootEntry& entry) { return entry.is_default; });
    RC_PRE(started != entries.end());
    const auto old = model::parameter_values(started->parameters, key);
    RC_PRE(!old.empty());
    ParameterEdit set{key, old, ""};
    for (std::size_t i = 0; i < set.values.size(); ++i)
      set.values[i] = "new" + std::to_string(i);
    const auto once = machine.edit({set}, one);
    RC_PRE(once.has_value());
    machine.apply(*once);
    const auto twice = machine.edit({set}, one);
    RC_ASSERT(twice.has_value());
    RC_ASSERT(twice->files.empty());
    const auto back = machine.edit({{key, old, ""}}, one);
    RC_ASSERT(back.has_value());
    machine.apply(*back);
    // Settings put together at random need not agree with the lines: only the lines come back.
    if (bytes.starts_with("default")) {
      RC_ASSERT(machine.menu() == bytes);
    } else {
      RC_ASSERT(without_settings(machine.menu()) == without_settings(bytes));
    }
    const auto again = machine.entries();
    RC_ASSERT(again[static_cast<std::size_t>(started - entries.begin())].parameters ==
              started->parameters);
  }));
}

/// Tokens of other names, as they stand.
Tokens others(const BootEntry& entry, const std::vector<ParameterEdit>& edits) {
  Tokens tokens;
  for (const std::string& token : entry.parameters) {
    const auto about = [&](const ParameterEdit& edit) {
      return model::same_parameter_name(edit.key, model::parameter_key(token));
    };
    if (std::none_of(edits.begin(), edits.end(), about)) tokens.push_back(token);
  }
  return tokens;
}

TEST(GrubLegacyProperty, EntriesAndOtherTokensStayInLinesAndInSettings) {
  EXPECT_TRUE(rc::check([] {
    Machine machine(with_default(*any_menus()));
    const std::vector<ParameterEdit> edits{
        {"clocksource", {"acpi_pm"}, ""}, {"a", {"7"}, ""}, {"divider", {}, ""}};
    const EntrySelector selector = *selectors();
    const auto before = machine.entries();
    const auto sources = machine.sources();
    const auto edition = machine.edit(edits, selector);
    RC_PRE(edition.has_value() && !edition->files.empty());
    const auto checked = change::check_edition({&machine.loader(), {{Machine::kMenu}}},
                                               machine.files(), *edition, edits, selector);
    RC_ASSERT(checked.has_value());
    machine.apply(*edition);
    for (const auto& [was, is] :
         {std::pair{before, machine.entries()}, std::pair{sources, machine.sources()}}) {
      RC_ASSERT(is.size() == was.size());
      for (std::size_t i = 0; i < is.size(); ++i) {
        RC_ASSERT(is[i].title == was[i].title && is[i].kernel == was[i].kernel);
        RC_ASSERT(others(is[i], edits) == others(was[i], edits));
      }
    }
  }));
}

TEST(GrubLegacyProperty, WhatUpdateGrubWroteIsNeverPending) {
  EXPECT_TRUE(rc::check([] {
    const Machine machine(with_default(*automagic_menus()));
    const std::vector<ParameterEdit> edits{{"clocksource", {"acpi_pm"}, ""},
                                           {"a", {"7", "8"}, ""},
                                           {"b", {"7"}, ""},
                                           {"quiet", {}, ""}};
    const auto edition = machine.edit(edits, *selectors());
    RC_ASSERT(edition.has_value());
    RC_ASSERT(edition->pending.empty());
  }));
}

std::vector<std::multiset<std::string>> token_sets(const Machine& machine) {
  std::vector<std::multiset<std::string>> sets;
  for (const auto& list : {machine.entries(), machine.sources()}) {
    for (const BootEntry& entry : list)
      sets.emplace_back(entry.parameters.begin(), entry.parameters.end());
  }
  return sets;
}

TEST(GrubLegacyProperty, EditsOfDifferentNamesCommuteAsSetsOfTokens) {
  EXPECT_TRUE(rc::check([] {
    const std::string menu = with_default(*any_menus());
    const EntrySelector selector = *selectors();
    std::vector<ParameterEdit> edits{{"clocksource", {"acpi_pm"}, ""},
                                     {"a", {"7"}, ""},
                                     {"quiet", {}, ""},
                                     {"ro", {std::nullopt}, ""}};
    std::vector<std::vector<std::multiset<std::string>>> outcomes;
    for (int turn = 0; turn < 2; ++turn) {
      Machine machine(menu);
      for (const ParameterEdit& edit : edits) {
        const auto edition = machine.edit({edit}, selector);
        RC_PRE(edition.has_value());
        machine.apply(*edition);
      }
      outcomes.push_back(token_sets(machine));
      std::reverse(edits.begin(), edits.end());
    }
    RC_ASSERT(outcomes.front() == outcomes.back());
  }));
}

}  // namespace
}  // namespace guestclock::grub
