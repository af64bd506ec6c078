#include "system/first_read_files.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::system {
namespace {

TEST(FirstReadFiles, AFileIsSeenInOneStateUnderAllItsNames) {
  const support::ScratchDirectory tree;
  tree.write("/boot/grub.conf", "first");
  std::filesystem::create_directories(tree.path() / "etc");
  std::filesystem::create_symlink("../boot/grub.conf", tree.path() / "etc/grub.conf");
  const auto machine = open_tree(tree.path().string()).value();
  const FirstReadFiles files(machine->files());
  EXPECT_EQ(files.read("/etc/grub.conf").value(), "first");
  tree.write("/boot/grub.conf", "second");
  EXPECT_EQ(files.read("/boot/grub.conf").value(), "first");
  EXPECT_EQ(files.read("/etc/grub.conf").value(), "first");
  EXPECT_EQ(files.status("/boot/grub.conf")->size, 6U) << "of the moment";
}

TEST(FirstReadFiles, WhatCouldNotBeReadIsTriedAgain) {
  const support::ScratchDirectory tree;
  std::filesystem::create_directories(tree.path() / "etc");
  const auto machine = open_tree(tree.path().string()).value();
  const FirstReadFiles files(machine->files());
  EXPECT_FALSE(files.read("/etc/late"));
  EXPECT_FALSE(files.read("/absent/late"));
  tree.write("/etc/late", "12345");
  EXPECT_FALSE(files.read("/etc/late", 4)) << "larger than asked for";
  EXPECT_EQ(files.read("/etc/late").value(), "12345");
  EXPECT_FALSE(files.read("/etc/late", 4));
}

}  // namespace
}  // namespace guestclock::system
