// Where --state-dir may not be. Synthetic trees.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/program.h"
#include "support/trees.h"

namespace guestclock {
namespace {

using testing::HasSubstr;

class StateDirectory : public testing::Test {
 protected:
  void SetUp() override { make_centos5_tree(tree_); }

  [[nodiscard]] support::Finished run(std::vector<std::string> words,
                                      const std::string& directory) const {
    words.insert(words.begin(), GUESTCLOCK_PROGRAM);
    words.insert(words.end(), {"--root", tree_.path().string(), "--state-dir", directory});
    return support::run_program(words);
  }
  void link(const char* target, const char* name) const {
    std::filesystem::create_directory_symlink(target, tree_.path() / name);
  }
  void expect_refused(const std::string& directory) const {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"params", "set", "x=1", "--yes"}, {"history"}, {"rollback", "--yes"}}) {
      const support::Finished finished = run(words, directory);
      EXPECT_EQ(finished.exit_code, 64) << directory;
      EXPECT_THAT(finished.err, HasSubstr("never kept beside boot files")) << directory;
    }
  }

  support::ScratchDirectory tree_;
};

TEST_F(StateDirectory, IsNeverAmongBootFiles) {
  const std::string before = tree_.read("/boot/grub/grub.conf");
  for (const char* directory :
       {"/boot", "/boot/", "/boot/state", "//boot//x/y", "/boot/loader/entries/x",
        "/boot/loader.conf.d", "/boot/efi/EFI/x", "/efi/x", "/etc/default/grub.d",
        "/etc/default/grub.d/state", "/etc/grub.d/x", "/etc/kernel/x", "/etc/../boot/x",
        "/no/such/../../boot/x"}) {
    expect_refused(directory);
  }
  EXPECT_EQ(tree_.read("/boot/grub/grub.conf"), before);
  EXPECT_FALSE(std::filesystem::exists(tree_.path() / "boot/state"));
}

TEST_F(StateDirectory, SymlinksInsideTheRootAreFollowed) {
  tree_.write("/var/lib/other/file", "");
  link("/boot/grub", "var/lib/guestclock");
  link("../boot", "var/up");
  link("/var/real-boot", "efi");
  tree_.write("/var/real-boot/file", "");
  expect_refused("/var/lib/guestclock");
  expect_refused("/var/lib/guestclock/a/b");
  expect_refused("/var/up/state");
  expect_refused("/var/real-boot/state");
  EXPECT_EQ(run({"params", "set", "x=1", "--yes"}, "/var/lib/other/state").exit_code, 0);
}

TEST_F(StateDirectory, ElsewhereItIsFine) {
  for (const char* directory :
       {"/bootstrap", "/etc/default/grub.data", "/var/boot", "/etc/default"})
    EXPECT_EQ(run({"history"}, directory).exit_code, 0) << directory;
}

}  // namespace
}  // namespace guestclock
