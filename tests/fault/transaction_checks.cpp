#include "fault/transaction_checks.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "change/transaction.h"
#include "fault/five_files.h"

namespace guestclock::fault {
namespace {

std::set<std::string> names_of(const std::filesystem::path& directory) {
  std::set<std::string> names;
  if (!std::filesystem::exists(directory)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    names.insert(entry.path().filename().string());
  return names;
}

std::filesystem::path state_directory(const std::filesystem::path& tree) {
  return tree / (kStateDirectory + 1);
}

}  // namespace

const Expected& expected() {
  static const Expected known = [] {
    Expected both;
    const FiveFiles tree;
    both.before = snapshot_of(tree.path(), kStateDirectory);
    const OpenTree open(tree.path());
    const auto outcome = apply(open.store(), *open.writer, five_file_changes(), kNow);
    if (!outcome) throw std::runtime_error(describe(outcome.error()));
    both.after = snapshot_of(tree.path(), kStateDirectory);
    both.kept_names = names_of(state_directory(tree.path()) / "txn" / outcome->id);
    return both;
  }();
  return known;
}

State state_of(const std::filesystem::path& tree) {
  Snapshot now = snapshot_of(tree, kStateDirectory);
  if (now == expected().before) return State::before;
  for (const std::string& path : changed_paths()) {
    if (now.count(path) != 0) now[path].modified_ns = expected().after.at(path).modified_ns;
  }
  return now == expected().after ? State::after : State::neither;
}

std::string torn_files(const std::filesystem::path& tree) {
  std::string torn;
  const Snapshot now = snapshot_of(tree, kStateDirectory);
  for (const std::string& path : changed_paths()) {
    const auto found = now.find(path);
    const auto before = expected().before.find(path);
    const bool is_old = found == now.end()
                            ? before == expected().before.end()
                            : before != expected().before.end() && found->second == before->second;
    const bool is_new =
        found != now.end() && same_but_time(found->second, expected().after.at(path));
    if (!is_old && !is_new) torn += path + "\n";
  }
  return torn;
}

void expect_clean_state_directory(const std::filesystem::path& tree) {
  const OpenTree open(tree);
  const auto past = change::history(open.store());
  ASSERT_TRUE(past) << describe(past.error());
  std::set<std::string> ids;
  for (const model::TransactionSummary& one : *past) {
    EXPECT_NE(one.state, model::TransactionState::prepared) << one.id;
    EXPECT_NE(one.state, model::TransactionState::conflict) << one.id;
    ids.insert(one.id);
  }
  const std::filesystem::path state = state_directory(tree);
  EXPECT_EQ(names_of(state / "txn"), ids) << "litter in the state directory";
  for (const std::string& id : ids)
    EXPECT_EQ(names_of(state / "txn" / id), expected().kept_names) << "litter in " << id;
  std::set<std::string> top = names_of(state);
  top.erase("lock");
  top.erase("txn");
  EXPECT_EQ(top, std::set<std::string>{}) << "litter in the state directory";
  EXPECT_FALSE(change::recovery_is_due(open.store()));
}

void apply_undisturbed(const std::filesystem::path& tree) {
  const OpenTree open(tree);
  const auto outcome = apply(open.store(), *open.writer, five_file_changes(), kNow);
  ASSERT_TRUE(outcome) << describe(outcome.error());
}

void recover_undisturbed(const std::filesystem::path& tree) {
  const OpenTree open(tree);
  const auto recovered = change::recover(open.store(), *open.writer);
  ASSERT_TRUE(recovered) << describe(recovered.error());
}

State expect_recovered(const std::filesystem::path& tree) {
  const State now = state_of(tree);
  if (now == State::neither) {
    const Snapshot found = snapshot_of(tree, kStateDirectory);
    ADD_FAILURE() << "neither before:\n"
                  << difference(expected().before, found) << "nor after:\n"
                  << difference(expected().after, found);
  }
  expect_clean_state_directory(tree);
  const OpenTree open(tree);
  EXPECT_EQ(change::own_parameters(open.store()).empty(), now == State::before);
  return now;
}

void expect_usable(const std::filesystem::path& tree, State now) {
  const OpenTree open(tree);
  if (now == State::before) {
    apply_undisturbed(tree);
    EXPECT_EQ(state_of(tree), State::after) << "after the next apply";
  }
  const auto undone = rollback(open.store(), *open.writer, "");
  ASSERT_TRUE(undone) << describe(undone.error());
  EXPECT_TRUE(undone->changed);
  EXPECT_EQ(state_of(tree), State::before) << "after the next rollback";
}

std::vector<std::string> driver(const std::string& verb, const std::filesystem::path& tree) {
  return {GUESTCLOCK_DRIVER, verb, tree.string()};
}

}  // namespace guestclock::fault
