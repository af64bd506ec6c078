// augtool's Grub lens, where it can read a menu, reads the same entries as we do, before and after
// our edits.
#include <map>

#include <gtest/gtest.h>

#include "base/text.h"
#include "menus.h"
#include "model/kernel_parameters.h"
#include "support/program.h"
#include "support/scratch_directory.h"
#include "support/skip.h"

namespace guestclock::grub {
namespace {

/// Menus that the lens (augeas 1.14) cannot read: the line it stops at, and what it does not know.
struct Unreadable {
  std::string line;
  const char* why;
};
const std::map<std::string, Unreadable> kUnreadable{
    {"betchart__configs__boot__grub__grub.conf", {"boot", "a `boot` command"}},
    {"debian-update-grub__automagic__menu.lst", {"root", "a `root` without a device"}},
    {"debian__grub-legacy-0.97-80__examples__menu.lst",
     {"module /hurd/ext2fs.static", "a module's words that are no NAME or NAME=VALUE"}},
};

struct Entry {
  std::string title;
  std::string kernel;
  std::vector<std::string> parameters;
  bool operator==(const Entry& other) const = default;
};

/// By menu: the values of each path that augtool prints, in its order.
using Tree = std::vector<std::pair<std::string, std::string>>;

std::map<std::string, Tree> augtool(const std::string& root, const std::string& what) {
  const support::Finished run = support::run_program(
      {"augtool", "-r", root, "-A", "--transform", "Grub.lns incl /menus/*", "print " + what});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  std::map<std::string, Tree> trees;
  for (std::string_view line : lines(run.out)) {
    if (!line.starts_with(what + "/")) continue;
    line.remove_prefix(what.size() + 1);
    const std::size_t slash = line.find('/');
    if (slash == std::string_view::npos) continue;
    const std::size_t equals = line.find(" = \"");
    const std::string path(line.substr(slash + 1, std::min(equals, line.size()) - slash - 1));
    std::string value;
    if (equals != std::string_view::npos) {
      value = line.substr(equals + 4, line.size() - equals - 5);
      // It prints quotes of a value with a backslash.
      for (std::size_t at = 0; (at = value.find("\\\"", at)) != std::string::npos; ++at)
        value.erase(at, 1);
    }
    trees[std::string(line.substr(0, slash))].emplace_back(path, value);
  }
  return trees;
}

std::string without_index(const std::string& label) {
  return label.substr(0, label.find('['));
}

/// The entries of augtool's tree: a hypervisor's first module is Linux.
std::vector<Entry> entries_of(const Tree& tree) {
  std::vector<Entry> entries;
  std::string image;
  for (const auto& [path, value] : tree) {
    const std::size_t first = path.find('/');
    if (without_index(path.substr(0, first)) != "title") continue;
    if (first == std::string::npos) {
      entries.push_back({value, {}, {}});
      image.clear();
      continue;
    }
    Entry& entry = entries.back();
    const std::string rest = path.substr(first + 1);
    const std::size_t second = rest.find('/');
    const std::string command = rest.substr(0, second);
    if (second == std::string::npos) {
      const bool on_module = command == "module[1]" || command == "module";
      if (command != "kernel" && !on_module) continue;
      image = command;
      entry.kernel = value;
      entry.parameters.clear();
    } else if (command == image) {
      const std::string name = without_index(rest.substr(second + 1));
      entry.parameters.push_back(value.empty() ? name : name + "=" + value);
    }
  }
  return entries;
}

std::vector<Entry> entries_of(const std::string& menu) {
  std::vector<Entry> entries;
  for (const model::BootEntry& entry : support::LegacyMachine(menu).entries())
    entries.push_back({entry.title, entry.kernel, entry.parameters});
  return entries;
}

TEST(Augeas, ReadsTheEntriesThatWeReadAndWrite) {
  if (support::run_program({"augtool", "--version"}).exit_code != 0) {
    GUESTCLOCK_SKIP("augtool is not installed");
  }
  const auto menus = corpus_menus();
  if (menus.empty()) GUESTCLOCK_SKIP("no corpus; GUESTCLOCK_CORPUS names one");
  const support::ScratchDirectory scratch;
  std::map<std::string, std::string> written;
  for (const NamedMenu& menu : menus) {
    written[menu.name] = menu.bytes;
    if (kUnreadable.count(menu.name) == 0) {
      // The lens has no quotes with blanks inside.
      support::LegacyMachine machine(menu.bytes);
      const auto edition = machine.edit({{"clocksource", {"acpi_pm"}, ""}, {"nohz", {}, ""}},
                                        {model::EntrySelector::Kind::all, 0, ""});
      ASSERT_TRUE(edition) << menu.name;
      machine.apply(*edition);
      written["edited-" + menu.name] = machine.menu();
    }
  }
  for (const auto& [name, bytes] : written)
    scratch.write("menus/" + name, bytes);
  const std::string root = scratch.path().string();
  const auto trees = augtool(root, "/files/menus");
  const auto errors = augtool(root, "/augeas/files/menus");
  std::size_t compared = 0;
  for (const auto& [name, bytes] : written) {
    const auto unreadable = kUnreadable.find(name);
    const auto tree = trees.find(name);
    if (unreadable == kUnreadable.end()) {
      ASSERT_NE(tree, trees.end()) << name;
      EXPECT_EQ(entries_of(tree->second), entries_of(bytes)) << name;
      ++compared;
      continue;
    }
    EXPECT_EQ(tree, trees.end()) << name << " can be read by now";
    const auto error = errors.find(name);
    ASSERT_NE(error, errors.end()) << name;
    for (const auto& [path, value] : error->second) {
      if (path != "error/line") continue;
      const auto number = static_cast<std::size_t>(parse_int(value).value_or(0));
      EXPECT_TRUE(lines(bytes).at(number - 1).starts_with(unreadable->second.line))
          << name << ": " << unreadable->second.why << ", but " << lines(bytes).at(number - 1);
    }
  }
  EXPECT_EQ(compared, 22U);
}

}  // namespace
}  // namespace guestclock::grub
