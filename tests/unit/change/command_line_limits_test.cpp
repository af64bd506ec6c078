#include "change/command_line_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::change {
namespace {

using testing::HasSubstr;

class CommandLineLimits : public testing::Test {
 protected:
  [[nodiscard]] std::optional<std::string> warning(
      std::size_t before, std::size_t after, std::string_view loader = "grub-legacy",
      std::string_view kernel = "/vmlinuz-2.6.18-128.el5") const {
    model::EntryChange entry;
    entry.title = "CentOS";
    entry.before = {std::string(before, 'x')};
    entry.after = {std::string(after, 'x')};
    return command_line_warning(entry, loader, kernel, kernel_, tables_.thresholds);
  }

  tables::Tables tables_ = tables::load({}).value();
  model::Kernel kernel_;
};

TEST_F(CommandLineLimits, ByArchitectureAndVersion) {
  const auto limit = [&](std::string_view arch, std::string_view version) {
    return command_line_limit(arch, version, tables_.thresholds);
  };
  EXPECT_EQ(limit("i386", "2.6.20.21"), 255U);
  EXPECT_EQ(limit("x86_64", "2.6.18-128.el5"), 255U);
  EXPECT_EQ(limit("x86_64", "2.6.21"), 2047U);
  EXPECT_EQ(limit("x86_64", "2.6.32-754.el6"), 2047U);
  EXPECT_EQ(limit("x86_64", "6.1.0-18-amd64"), 2047U);
  EXPECT_EQ(limit("x86_64", ""), 2047U);
  EXPECT_EQ(limit("", "2.4.37"), 255U);
  EXPECT_EQ(limit("s390x", "4.18.0-80.el8"), 895U);
  EXPECT_EQ(limit("s390x", "6.4"), 4095U);
  EXPECT_EQ(limit("s390x", ""), 4095U);
  EXPECT_EQ(limit("ppc64le", "6.4"), 2047U);
  EXPECT_EQ(limit("riscv64", "6.4"), std::nullopt);
}

TEST_F(CommandLineLimits, TheVersionStandsInTheFileName) {
  EXPECT_EQ(version_in_path("/vmlinuz-2.6.18-128.el5"), "2.6.18-128.el5");
  EXPECT_EQ(version_in_path("/boot/vmlinuz-linux-5.10.2-arch1"), "5.10.2-arch1");
  EXPECT_EQ(version_in_path("vmlinuz-6.1.0-18-amd64"), "6.1.0-18-amd64");
  EXPECT_EQ(version_in_path("/boot-2.6.1/vmlinuz"), "");
  EXPECT_EQ(version_in_path("/boot/vmlinuz-linux"), "");
  EXPECT_EQ(version_in_path("/boot/vmlinuz-.5"), "");
  EXPECT_EQ(version_in_path(""), "");
}

TEST_F(CommandLineLimits, WarnsWhereTheEditGrewPastTheLimit) {
  EXPECT_EQ(warning(10, 255), std::nullopt);
  const auto text = warning(10, 256);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("\"CentOS\": the command line becomes 256 bytes long, and kernel "
                               "2.6.18-128.el5 on x86 (assumed) takes 255"));
  EXPECT_TRUE(warning(300, 301));
  EXPECT_EQ(warning(300, 300), std::nullopt);
  EXPECT_EQ(warning(400, 300), std::nullopt);
}

TEST_F(CommandLineLimits, TokensCountWithTheBlanksBetweenThem) {
  model::EntryChange entry;
  entry.after = {std::string(127, 'a'), std::string(127, 'b')};
  const auto warn = [&] {
    return command_line_warning(entry, "grub-legacy", "/vmlinuz-2.6.18", kernel_,
                                tables_.thresholds);
  };
  EXPECT_EQ(warn(), std::nullopt);
  entry.after[1] += "b";
  EXPECT_TRUE(warn());
}

TEST_F(CommandLineLimits, Grub2PutsTheImageAndTheRootInFront) {
  // "BOOT_IMAGE=/vmlinuz-6.1.0 " is 26 bytes, "root=UUID=... ro " 50.
  EXPECT_EQ(warning(1, 2047 - 76, "grub2", "/vmlinuz-6.1.0"), std::nullopt);
  const auto text = warning(1, 2047 - 75, "grub2", "/vmlinuz-6.1.0");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text,
              HasSubstr("becomes 2048 bytes long with the 76 that the loader puts in front"));

  model::EntryChange entry;
  entry.after = {"root=/dev/sda1", std::string(2047 - 26 - 15, 'x')};
  EXPECT_EQ(command_line_warning(entry, "bls", "/vmlinuz-6.1.0", kernel_, tables_.thresholds),
            std::nullopt);
}

TEST_F(CommandLineLimits, TheRunningKernelWhereThePathNamesNoVersion) {
  EXPECT_EQ(warning(1, 300, "grub-legacy", "/vmlinuz"), std::nullopt);
  kernel_.release = std::string("2.6.9-89.EL");
  kernel_.arch = std::string("x86_64");
  const auto text = warning(1, 300, "grub-legacy", "/vmlinuz");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("kernel 2.6.9-89.EL on x86_64 takes 255"));
  kernel_.arch = std::string("riscv64");
  EXPECT_EQ(warning(1, 9000, "grub-legacy", "/vmlinuz"), std::nullopt);
}

}  // namespace
}  // namespace guestclock::change
