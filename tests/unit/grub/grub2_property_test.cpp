// Properties of edits of GRUB 2's sources as a whole: /etc/default/grub and its drop-ins.
#include <algorithm>
#include <set>

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "change/edition_check.h"
#include "change/rollback_preview.h"
#include "change/transaction.h"
#include "grub/shell_assignments.h"
#include "grub2_machine.h"

namespace guestclock::grub {
namespace {

using model::ParameterEdit;
using Kind = model::EntrySelector::Kind;
using Action = ParameterEdit::Action;

rc::Gen<std::string> values() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "quiet", "a=1", "x=0", "x", "b.c=2", " ", "  ", "dyn=\"p q\"", "-- ",
                          "y=3", " z ", "x-y=1")),
                      [](const std::vector<std::string>& words) {
                        std::string text;
                        for (const std::string& word : words)
                          text += (text.empty() ? "" : " ") + word;
                        return text;
                      });
}

std::string assignment(const std::string& name, const std::string& value) {
  const bool single = *rc::gen::arbitrary<bool>();
  std::string text;
  (void)quote_into(value, single ? Quoting::single : Quoting::doubled, text);
  const char* const quote = single ? "'" : "\"";
  return name + "=" + quote + text + quote + *rc::gen::element<std::string>("\n", " # c\n", ";\n");
}

/// What else such a file has.
std::string others() {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "# a comment\n", "\n", "GRUB_TIMEOUT=5\n", "GRUB_DISTRIBUTOR=`lsb_release -i -s`\n",
      "export B='c d'  # e\n", "if [ -f x ]; then\n  C=1\nfi\n", "\t\n", "D=1 E=2; F=3\n"));
  std::string text;
  for (const std::string& piece : pieces)
    text += piece;
  return text;
}

/// Synthetic sources: both variables, drop-ins that replace or extend one of them.
Grub2Machine machine() {
  const std::string name = "GRUB_CMDLINE_LINUX_DEFAULT";
  Contents contents{{kMain, others() + assignment(name, *values()) + assignment("A", "1 2") +
                                assignment("GRUB_CMDLINE_LINUX", *values()) + others()}};
  const auto drop_in = [&](const char* path, bool extends) {
    contents[path] = extends ? name + "=\"${" + name + "} more=1\"\n" : assignment(name, *values());
  };
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
    case 1:
      break;
    case 2:
      drop_in(kCloud, false);
      break;
    case 3:
      drop_in(kCloud, true);
      break;
    default:
      drop_in(kCloud, *rc::gen::arbitrary<bool>());
      drop_in("/etc/default/grub.d/late.cfg", *rc::gen::arbitrary<bool>());
  }
  return Grub2Machine::debian(std::move(contents));
}

std::vector<std::string> normal(const Grub2Machine& machine) {
  const auto entries = machine.entries();
  return entries ? entries->front().parameters : std::vector<std::string>{"unknown"};
}

ParameterEdit random_edit(const std::string& key) {
  const auto action = *rc::gen::element(Action::set, Action::add, Action::remove);
  ParameterEdit edit{key, {}, "", action};
  edit.values = {*rc::gen::element<std::string>("1", "0", "a b")};
  if (action == Action::remove && *rc::gen::arbitrary<bool>()) edit.values.clear();
  return edit;
}

TEST(Grub2Property, EditsPassTheCheckAndDoingThemTwiceChangesNothing) {
  EXPECT_TRUE(rc::check([] {
    const Grub2Machine tree = machine();
    std::vector<ParameterEdit> edits{random_edit("x")};
    if (*rc::gen::arbitrary<bool>()) edits.push_back(random_edit("x_y"));
    const Kind kind = *rc::gen::element(Kind::automatic, Kind::default_entry, Kind::all);
    const auto edition = tree.edit(edits, kind);
    RC_PRE(edition.has_value());
    const auto checked =
        change::check_edition({&tree.loader(), {}}, tree.files(), *edition, edits, {kind, 0, ""});
    if (!checked) RC_FAIL(describe(checked.error()));
  }));
}

/// All files as before; our drop-in may be left, adding nothing.
void require_bytes(const Grub2Machine& tree, const Contents& before) {
  for (const auto& [path, bytes] : before)
    RC_ASSERT(tree.contents().at(path) == bytes);
  RC_ASSERT(tree.contents().size() - before.size() <= 1U);
}

TEST(Grub2Property, AddingThenRemovingGivesTheBytesBack) {
  EXPECT_TRUE(rc::check([] {
    Grub2Machine tree = machine();
    const Contents before = tree.contents();
    const auto action = *rc::gen::element(Action::set, Action::add);
    const Kind kind = *rc::gen::element(Kind::automatic, Kind::default_entry, Kind::all);
    ParameterEdit edit{"new", {"1"}, "", action};
    if (*rc::gen::arbitrary<bool>()) edit.values.emplace_back("a b");
    const auto added = tree.edit({edit}, kind);
    RC_PRE(added.has_value());
    tree.apply(*added);
    // What one edit adds, one for each value takes away, in any order.
    if (*rc::gen::arbitrary<bool>()) std::reverse(edit.values.begin(), edit.values.end());
    for (const auto& value : edit.values) {
      const auto removed = tree.edit({{"new", {value}, "", Action::remove}}, kind);
      RC_ASSERT(removed.has_value());
      tree.apply(*removed);
    }
    require_bytes(tree, before);
  }));
}

TEST(Grub2Property, SettingAValueAndThenTheOldOneGivesTheBytesBack) {
  EXPECT_TRUE(rc::check([] {
    Grub2Machine tree = machine();
    const Contents before = tree.contents();
    const auto was = model::parameter_values(normal(tree), "x");
    RC_PRE(!was.empty());
    ParameterEdit edit{"x", {}, ""};
    for (std::size_t i = 0; i < was.size(); ++i)
      edit.values.push_back(std::to_string(i + 7));
    const auto set = tree.edit({edit});
    RC_PRE(set.has_value());
    // A value that moves from one variable to the other does not come back there.
    RC_PRE(set->files.size() == 1U && set->files.front().path != kOurs);
    tree.apply(*set);
    RC_PRE(model::parameter_values(normal(tree), "x").size() == was.size());
    edit.values = was;
    const auto back = tree.edit({edit});
    RC_ASSERT(back.has_value());
    tree.apply(*back);
    RC_ASSERT(model::parameter_values(normal(tree), "x") == was);
  }));
}

TEST(Grub2Property, EditsOfDifferentKeysCommuteAsSets) {
  EXPECT_TRUE(rc::check([] {
    Grub2Machine tree = machine();
    const Contents before = tree.contents();
    const ParameterEdit first = random_edit("x");
    const ParameterEdit second = random_edit("y");
    std::vector<std::multiset<std::string>> outcomes;
    for (const auto& order : {std::vector{first, second}, std::vector{second, first}}) {
      for (const auto& [path, bytes] : before)
        tree.put(path, bytes);
      if (tree.contents().size() > before.size()) tree.put(kOurs, "");
      for (const ParameterEdit& edit : order) {
        const auto edition = tree.edit({edit});
        RC_PRE(edition.has_value());
        tree.apply(*edition);
      }
      const auto tokens = normal(tree);
      outcomes.emplace_back(tokens.begin(), tokens.end());
    }
    RC_ASSERT(outcomes.front() == outcomes.back());
  }));
}

/// A tree on disk with a store of transactions.
class Tree {
 public:
  explicit Tree(const Contents& contents) {
    for (const auto& [path, bytes] : contents)
      scratch_.write(path.substr(1), bytes);
    system_ = std::move(*system::open_tree(scratch_.path().string()));
    writer_ = std::move(*system::open_writer(scratch_.path().string()));
  }

  [[nodiscard]] change::Store store() const { return {*system_, "/var/lib/guestclock"}; }
  void apply(const settings::Edition& edition) {
    model::ChangeSet changes;
    for (const model::FileEdit& file : edition.files)
      changes.files.push_back({file, "", "", ""});
    RC_ASSERT(change::apply(store(), *writer_, changes, Nanoseconds(1)).has_value());
  }
  [[nodiscard]] Result<settings::Edition> edit(const ParameterEdit& edit) const {
    return loader_.edit(system_->files(), {}, std::vector{edit}, {});
  }
  [[nodiscard]] std::vector<std::string> normal() const {
    const auto entries = loader_.entries(system_->files(), {});
    return entries ? entries->front().parameters : std::vector<std::string>{"unknown"};
  }
  [[nodiscard]] Result<model::TransactionOutcome> preview() const {
    return change::preview_rollback(store(), "", {loaders_, false});
  }
  [[nodiscard]] Result<model::TransactionOutcome> undo() {
    return change::rollback(store(), *writer_, "", {loaders_, false});
  }
  void write(const model::FileEdit& file) const { scratch_.write(file.path.substr(1), file.after); }
  [[nodiscard]] Contents read(const Contents& like) const {
    Contents contents;
    for (const auto& [path, bytes] : like)
      contents[path] = scratch_.read(path);
    return contents;
  }
  [[nodiscard]] bool has(const char* path) const { return system_->files().exists(path); }

 private:
  support::ScratchDirectory scratch_{"/dev/shm"};
  std::unique_ptr<system::System> system_;
  std::unique_ptr<system::SystemWriter> writer_;
  Grub2 loader_;
  std::vector<const boot::BootLoader*> loaders_{&loader_};
};

TEST(Grub2Property, UndoingWhatWasAppliedGivesTheBytesBack) {
  EXPECT_TRUE(rc::check([] {
    const Contents before = machine().contents();
    Tree tree(before);
    const auto edition = tree.edit(random_edit("x"));
    RC_PRE(edition.has_value() && !edition->files.empty());
    tree.apply(*edition);
    const Contents applied = tree.read(before);
    const auto shown = tree.preview();
    RC_ASSERT(shown && shown->changed && shown->dry_run && !shown->diff.empty());
    RC_ASSERT(tree.read(before) == applied);
    const auto undone = tree.undo();
    RC_ASSERT(undone && undone->files == shown->files);
    RC_ASSERT(tree.read(before) == before);
    RC_ASSERT(!tree.has(kOurs));
    RC_ASSERT(!tree.preview()->changed);
  }));
}

TEST(Grub2Property, UndoingLeavesWhatSomebodyElseAdded) {
  EXPECT_TRUE(rc::check([] {
    const Contents before = machine().contents();
    Tree tree(before);
    const auto expected = [&] {
      const Tree other(before);
      const auto theirs = other.edit({"theirs", {"1"}, "", Action::add});
      RC_PRE(theirs.has_value());
      for (const model::FileEdit& file : theirs->files)
        other.write(file);
      const auto tokens = other.normal();
      return std::multiset<std::string>(tokens.begin(), tokens.end());
    }();
    const auto ours = tree.edit({"ours", {"1"}, "", Action::add});
    RC_PRE(ours.has_value());
    tree.apply(*ours);
    const auto theirs = tree.edit({"theirs", {"1"}, "", Action::add});
    RC_PRE(theirs.has_value());
    for (const model::FileEdit& file : theirs->files)
      tree.write(file);
    const auto shown = tree.preview();
    const auto undone = tree.undo();
    RC_ASSERT(undone.has_value());
    RC_ASSERT(undone->state == model::TransactionState::rolled_back);
    RC_ASSERT(shown && shown->files == undone->files);
    const auto tokens = tree.normal();
    RC_ASSERT(std::multiset<std::string>(tokens.begin(), tokens.end()) == expected);
  }));
}

}  // namespace
}  // namespace guestclock::grub
