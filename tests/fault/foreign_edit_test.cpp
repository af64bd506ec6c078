// Somebody else edits a file while the transaction runs: what they wrote is never lost, and nothing
// of the transaction stays half done beside it.
#include <algorithm>
#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fault/five_files.h"
#include "fault/transaction_checks.h"
#include "support/skip.h"
#include "support/traced_program.h"

namespace guestclock::fault {
namespace {

using support::ChangingCall;
using support::TracedProgram;

constexpr const char* kPath = "/etc/default/grub";
constexpr const char* kTheirs = "GRUB_CMDLINE_LINUX=\"theirs\"\n";

enum class Way { in_place, rename_over };

/// An editor at work: writes into the file, or puts a new one in its place.
void edit(const std::filesystem::path& tree, Way way) {
  const std::filesystem::path file = tree / (kPath + 1);
  const std::filesystem::path written = way == Way::in_place ? file : tree / "etc/default/grub~new";
  std::ofstream(written, std::ios::binary | std::ios::trunc) << kTheirs;
  if (way == Way::rename_over) std::filesystem::rename(written, file);
}

std::string content(const std::filesystem::path& tree, const std::string& path) {
  const std::filesystem::path file = tree / path.substr(1);
  return std::filesystem::exists(file) ? entry_at(file).content : "(no such file)";
}

/// The other files are all old or all new, and nobody left anything beside them.
void expect_others_whole(const std::filesystem::path& tree, int exit_code) {
  Snapshot now = snapshot_of(tree, kStateDirectory);
  const Snapshot& wanted = exit_code == 0 ? expected().after : expected().before;
  now[kPath] = wanted.at(kPath);
  for (const std::string& path : changed_paths()) {
    if (exit_code == 0 && now.count(path) != 0) now[path].modified_ns = wanted.at(path).modified_ns;
  }
  EXPECT_EQ(difference(wanted, now), "");
}

class ForeignEdit : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
  }

  static std::string place(std::size_t at, const ChangingCall& call) {
    return "before call " + std::to_string(at) + ", " + call.name + " " + call.path +
           (call.to.empty() ? "" : " -> " + call.to);
  }

  /// The changing calls of an apply that nobody disturbs: true for those that give the file its
  /// new content.
  static std::vector<bool> publishing_calls() {
    const FiveFiles tree;
    TracedProgram program(driver("apply", tree.path()), tree.path());
    std::vector<bool> publishing;
    while (const auto call = program.enter())
      publishing.push_back(call->to.ends_with(kPath));
    EXPECT_EQ(program.finish(), 0) << program.output();
    return publishing;
  }

  /// Runs apply, edits just before its `at`-th changing call, and lets it go on.
  static void edit_before(std::size_t at) {
    const FiveFiles tree;
    TracedProgram program(driver("apply", tree.path()), tree.path());
    std::optional<ChangingCall> call;
    for (std::size_t count = 0; count < at; ++count) {
      call = program.enter();
      ASSERT_TRUE(call);
    }
    edit(tree.path(), GetParam());
    const int code = program.finish();
    SCOPED_TRACE(place(at, *call) + "\n" + program.output());
    EXPECT_THAT(code, testing::AnyOf(0, 1, 5));
    EXPECT_EQ(content(tree.path(), kPath), kTheirs) << "exit " << code;
    expect_others_whole(tree.path(), code);
    if (code != 0) {
      EXPECT_THAT(program.output(), testing::HasSubstr(kPath));
    }
    // It is said once, and does not stand in the way of the next run.
    recover_undisturbed(tree.path());
    EXPECT_EQ(content(tree.path(), kPath), kTheirs);
  }
};

/// Every instant but the one in AtTheRenameItself.
TEST_P(ForeignEdit, SurvivesAtEveryOtherCall) {
  const std::vector<bool> publishing = publishing_calls();
  std::size_t edits = 0;
  for (std::size_t at = 1; at <= publishing.size() && !HasFailure(); ++at) {
    if (publishing[at - 1]) continue;
    edit_before(at);
    ++edits;
  }
  EXPECT_GE(edits, 40U);
  std::printf("a foreign edit before each of %zu system calls of apply: 0 lost\n", edits);
}

/// After the last check of the file, before the rename that replaces it: a plain rename cannot see
/// it, an exchange of the two can.
TEST_P(ForeignEdit, SurvivesAtTheRenameItself) {
  const std::vector<bool> publishing = publishing_calls();
  std::size_t edits = 0;
  for (std::size_t at = 1; at <= publishing.size(); ++at) {
    if (!publishing[at - 1]) continue;
    edit_before(at);
    ++edits;
  }
  EXPECT_GE(edits, 1U);
}

INSTANTIATE_TEST_SUITE_P(Ways, ForeignEdit, testing::Values(Way::in_place, Way::rename_over),
                         [](const auto& one) {
                           return one.param == Way::in_place ? "InPlace" : "RenameOver";
                         });

}  // namespace
}  // namespace guestclock::fault
