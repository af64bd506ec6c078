// Files that no rename can replace: overwritten, and put right where that was cut off.
#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "change/file_restore.h"
#include "fault/killed_program.h"
#include "fault/legacy_tree.h"
#include "fault/private_mounts.h"
#include "support/skip.h"
#include "support/traced_program.h"

namespace guestclock::fault {
namespace {

using support::Finished;
using testing::HasSubstr;

/// A menu of several pages, under the name that GRUB reads and under another.
class TwoNames : public LegacyTree {
 public:
  TwoNames() {
    std::string menu = read(kConf);
    for (int line = 0; line < 400; ++line)
      menu += "# line " + std::to_string(line) + " of a long comment\n";
    write(kConf, menu);
  }
  [[nodiscard]] std::filesystem::path other() const { return path() / "other"; }
};

/// The menu is a bind mount of another file, as in containers.
struct MountedMenu : TwoNames {
  MountedMenu() : bound(write("other", read(kConf)).string(), conf(), "") {}
  Mount bound;
};

struct LinkedMenu : TwoNames {
  LinkedMenu() { std::filesystem::create_hard_link(conf(), other()); }
};

/// The parameter went into the file itself, and comes out again, time of modification included.
void expect_set_and_undone(const TwoNames& tree, const std::vector<std::string>& words) {
  const Snapshot before = tree.snapshot();
  const std::string menu = tree.read(kConf);
  const Finished set = support::run_program(words);
  EXPECT_EQ(set.exit_code, 0) << set.err;
  EXPECT_THAT(tree.read(kConf), HasSubstr(" divider=10\n"));
  EXPECT_EQ(tree.read("other"), tree.read(kConf));
  EXPECT_EQ(tree.undo().exit_code, 0);
  EXPECT_EQ(tree.read(kConf), menu);
  EXPECT_EQ(difference(before, tree.snapshot()), "");
}

class InPlace : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = no_private_mounts_reason()) GUESTCLOCK_SKIP(*reason);
  }
};

TEST_F(InPlace, AMountOfItsOwn) {
  in_private_mounts([] {
    const MountedMenu tree;
    expect_set_and_undone(tree, tree.setting("divider=10"));
  });
}

TEST_F(InPlace, AFileWithHardLinksWhereForced) {
  const LinkedMenu tree;
  std::vector<std::string> words = tree.setting("divider=10");
  words.emplace_back("--force");
  expect_set_and_undone(tree, words);
  EXPECT_EQ(std::filesystem::hard_link_count(tree.conf()), 2U);
}

TEST_F(InPlace, AMountThatCameSinceIsNotWrittenThrough) {
  in_private_mounts([] {
    const TwoNames tree;
    EXPECT_EQ(tree.set().exit_code, 0);
    const Mount bound(tree.write("other", tree.read(kConf)).string(), tree.conf(), "");
    const Snapshot before = tree.snapshot();
    const Finished undo = tree.undo();
    EXPECT_EQ(undo.exit_code, 1);
    EXPECT_THAT(undo.err, testing::AllOf(HasSubstr(kConf), HasSubstr("mount of its own since")));
    EXPECT_EQ(difference(before, tree.snapshot()), "");
    EXPECT_THAT(tree.states(), testing::ElementsAre("applied"));
  });
}

/// Kills the program at every call, for one verb; the next one puts the menu right. Where it was
/// killed in the middle of writing, the menu may be half old and half new until then.
std::size_t kill_everywhere(bool rolls_back) {
  std::size_t runs = 0;
  for (const Moment moment : {Moment::before, Moment::after}) {
    for (std::size_t at = 1;; ++at, ++runs) {
      const MountedMenu tree;
      const std::string before = tree.read(kConf);
      std::vector<std::string> words = tree.setting("divider=10");
      if (rolls_back) {
        EXPECT_EQ(support::run_program(words).exit_code, 0);
        words = tree.words({"rollback", "--yes"});
      }
      const Snapshot start = tree.snapshot();
      std::string after = before;
      after.insert(after.find('\n', after.find("\tkernel ")), " divider=10");
      const auto where = killed_at(words, tree.path(), at, moment);
      if (!where) break;
      SCOPED_TRACE("killed " + *where);
      EXPECT_TRUE(change::is_torn(tree.read(kConf), before, after));
      const std::vector<std::string> states = tree.states();
      const bool applied = !states.empty() && states.back() == "applied";
      EXPECT_EQ(tree.read(kConf), applied ? after : before);
      EXPECT_EQ(tree.read("other"), tree.read(kConf));
      EXPECT_EQ(tree.snapshot().size(), start.size()) << "something was left beside the menu";
      if (testing::Test::HasFailure()) return runs;
    }
  }
  return runs;
}

TEST_F(InPlace, KilledAtEveryCall) {
  if (const auto reason = support::no_tracing_reason()) GUESTCLOCK_SKIP(*reason);
  in_private_mounts([] {
    const std::size_t set = kill_everywhere(false);
    const std::size_t undone = kill_everywhere(true);
    EXPECT_GT(set, 40U);
    EXPECT_GT(undone, 10U);
    std::printf("a mounted menu: params set killed at %zu places, rollback at %zu: 0 exceptions\n",
                set, undone);
  });
}

}  // namespace
}  // namespace guestclock::fault
