// The power fails: what was not synced is lost. Checked in two ways over the recorded calls: by
// rules of order, and by recovering from what a power cut at every instant would leave.
#include <algorithm>
#include <cstdio>

#include <gtest/gtest.h>

#include "fault/disk_model.h"
#include "fault/five_files.h"
#include "fault/transaction_checks.h"
#include "support/skip.h"
#include "support/traced_program.h"

namespace guestclock::fault {
namespace {

using support::ChangingCall;
using support::TracedProgram;

constexpr Loss kLosses[] = {Loss::nothing,        Loss::everything, Loss::contents,   Loss::names,
                            Loss::half_a_content, Loss::some_names, Loss::other_names};

/// Runs the driver to its end. `entered` sees the disk before each changing call, `left` after it.
void record(const std::string& verb, const std::filesystem::path& tree,
            const std::function<void(const ChangingCall&, const DiskModel&)>& entered,
            const std::function<void(const ChangingCall&, const DiskModel&)>& left) {
  DiskModel disk(tree);
  TracedProgram program(driver(verb, tree), tree);
  while (auto call = program.enter()) {
    entered(*call, disk);
    ASSERT_TRUE(program.leave(*call));
    disk.observe(*call);
    left(*call, disk);
  }
  ASSERT_EQ(program.finish(), 0) << program.output();
}

bool in_state_directory(const std::string& path) {
  return path.starts_with(std::string(kStateDirectory) + "/");
}

/// A journal holds this mark.
bool is_marked(const Snapshot& disk, const std::string& mark) {
  return std::any_of(disk.begin(), disk.end(), [&](const auto& file) {
    return in_state_directory(file.first) && file.first.ends_with("/journal") &&
           file.second.content.find("\"" + mark + "\"") != std::string::npos;
  });
}

const Entry* found(const Snapshot& disk, const std::string& path) {
  const auto at = disk.find(path);
  return at == disk.end() ? nullptr : &at->second;
}

bool alike(const Snapshot& one, const Snapshot& other, const std::string& path) {
  const Entry* const a = found(one, path);
  const Entry* const b = found(other, path);
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

/// The order that a transaction owes to a disk: `intent` stands in the journal before the first
/// file changes, `done` only after the last.
class OrderRules {
 public:
  OrderRules(std::filesystem::path tree, std::string intent, std::string done)
      : tree_(std::move(tree)), intent_(std::move(intent)), done_(std::move(done)) {}

  void check(const ChangingCall& call, const DiskModel& disk) {
    const std::string from = inside(call.path);
    const std::string to = inside(call.to);
    const Snapshot now = disk.after_power_cut(Loss::nothing);
    const Snapshot synced = disk.after_power_cut(Loss::everything);
    if (changed_paths().count(to) != 0) {
      const Snapshot unsynced_contents = disk.after_power_cut(Loss::contents);
      EXPECT_TRUE(alike(unsynced_contents, now, from)) << from << " -> " << to << " is not synced";
      ++published_;
    }
    const bool touches = changed_paths().count(to) != 0 || changed_paths().count(from) != 0;
    if (touches && call.name != "fsync" && call.name != "fdatasync") {
      EXPECT_TRUE(is_marked(synced, intent_)) << call.name << " " << from << " before " << intent_;
      EXPECT_EQ(difference(copies(now), copies(synced)), "") << "copies not on disk";
      ++changes_;
    }
    if (call.bytes.find("\"" + done_ + "\"") != std::string::npos) {
      for (const std::string& path : changed_paths())
        EXPECT_TRUE(alike(synced, now, path)) << path << " is not on disk before " << done_;
      ++done_marks_;
    }
  }
  /// When the program has ended, everything it said it did is on the disk.
  void check_end(const DiskModel& disk) const {
    Snapshot now = disk.after_power_cut(Loss::nothing);
    now.erase(std::string(kStateDirectory) + "/lock");  // is of use only while it is held
    Snapshot synced = disk.after_power_cut(Loss::everything);
    synced.erase(std::string(kStateDirectory) + "/lock");
    EXPECT_EQ(difference(now, synced), "");
    EXPECT_EQ(done_marks_, 1U);
    EXPECT_GE(changes_, changed_paths().size());
    EXPECT_GE(published_, 5U);
  }

 private:
  [[nodiscard]] std::string inside(const std::string& path) const {
    const std::string root = tree_.string();
    return path.starts_with(root + "/") ? path.substr(root.size()) : std::string();
  }
  /// In the transaction's directory.
  static Snapshot copies(const Snapshot& disk) {
    Snapshot files;
    for (const auto& [path, entry] : disk) {
      const bool kept = path.starts_with(std::string(kStateDirectory) + "/txn/");
      if (kept && !path.ends_with("/journal")) files[path] = entry;
    }
    return files;
  }

  std::filesystem::path tree_;
  std::string intent_;
  std::string done_;
  std::size_t published_ = 0;
  std::size_t changes_ = 0;
  std::size_t done_marks_ = 0;
};

class PowerCut : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
  }

  static void check_order(const std::string& verb, const std::filesystem::path& tree,
                          const std::string& intent, const std::string& done) {
    OrderRules rules(std::filesystem::canonical(tree), intent, done);
    std::optional<DiskModel> last;
    record(
        verb, tree,
        [&](const ChangingCall& call, const DiskModel& disk) { rules.check(call, disk); },
        [&](const ChangingCall&, const DiskModel& disk) { last = disk; });
    ASSERT_TRUE(last);
    rules.check_end(*last);
  }

  /// Recovers from every state that a power cut during `verb` may leave.
  static void recover_from_every_cut(const std::string& verb, const std::filesystem::path& tree) {
    std::vector<std::pair<Snapshot, std::string>> states;
    std::size_t calls = 0;
    record(
        verb, tree, [](const auto&, const auto&) {},
        [&](const ChangingCall& call, const DiskModel& disk) {
          ++calls;
          for (const Loss loss : kLosses) {
            Snapshot left = disk.after_power_cut(loss);
            const bool known = std::any_of(states.begin(), states.end(),
                                           [&](const auto& one) { return one.first == left; });
            if (known) continue;
            states.emplace_back(std::move(left), "call " + std::to_string(calls) + ", " +
                                                     call.name + " " + call.path + ", loss " +
                                                     std::to_string(static_cast<int>(loss)));
          }
        });
    ASSERT_FALSE(testing::Test::HasFailure());
    std::size_t ended_after = 0;
    for (const auto& [left, where] : states) {
      SCOPED_TRACE("power cut during " + verb + " after " + where);
      const support::ScratchDirectory found_later(quick_parent());
      build_tree(found_later.path(), left);
      recover_undisturbed(found_later.path());
      const State state = expect_recovered(found_later.path());
      expect_usable(found_later.path(), state);
      if (state == State::after) ++ended_after;
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(states.size(), 20U);
    EXPECT_GT(ended_after, 0U);
    EXPECT_GT(states.size() - ended_after, 10U);
    std::printf(
        "power cut at each of %zu system calls of %s: %zu different states, recovered to "
        "all old %zu, all new %zu, 0 exceptions\n",
        calls, verb.c_str(), states.size(), states.size() - ended_after, ended_after);
  }
};

TEST_F(PowerCut, OrderOfApply) {
  const FiveFiles tree;
  check_order("apply", tree.path(), "prepared", "applied");
}

TEST_F(PowerCut, OrderOfRollback) {
  const FiveFiles tree;
  apply_undisturbed(tree.path());
  check_order("rollback", tree.path(), "rolling-back", "rolled-back");
}

TEST_F(PowerCut, AtEveryCallOfApply) {
  const FiveFiles tree;
  recover_from_every_cut("apply", tree.path());
}

TEST_F(PowerCut, AtEveryCallOfRollback) {
  const FiveFiles tree;
  apply_undisturbed(tree.path());
  recover_from_every_cut("rollback", tree.path());
}

}  // namespace
}  // namespace guestclock::fault
