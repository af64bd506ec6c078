// A real guest: GRUB Legacy 0.97 boots Debian's kernel from a disk, guestclock runs in it against
// its own boot files, and the next boot shows what GRUB and the kernel made of them.
#include <chrono>
#include <filesystem>
#include <iostream>

#include <gtest/gtest.h>

#include "support/corpus.h"
#include "support/program.h"
#include "support/scratch_directory.h"
#include "support/skip.h"

namespace guestclock {
namespace {

namespace fs = std::filesystem;
using support::Finished;

constexpr const char* kMenu =
    "# Synthetic, in Debian's manner; the odd blanks and the missing newline at the end are "
    "meant.\n"
    "default\t\t0\n"
    "timeout\t\t0\n"
    "\n"
    "title\t\tLinux\n"
    "root\t\t(hd0,0)\n"
    "kernel\t\t/boot/vmlinuz root=/dev/vda1 ro  console=ttyS0 panic=1 quiet lab=one "
    "note=\"two words\" keep=1 keep=2 \n"
    "initrd\t\t/boot/initramfs\n"
    "\n"
    "title\t\tLinux (single-user mode)\n"
    "root\t\t(hd0,0)\n"
    "kernel\t\t/boot/vmlinuz root=/dev/vda1 ro single lab=one keep=1\n"
    "initrd\t\t/boot/initramfs";

/// What a boot's step said on the second serial port.
struct Boot {
  std::string cmdline;    ///< /proc/cmdline, without the newline
  std::string exit_code;  ///< of the boot's step; empty where it has none
};

/// The text between `from` and `to`; empty where one of them is missing.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t start = text.find(from);
  if (start == std::string::npos) return "";
  const std::size_t end = text.find(to, start + from.size());
  if (end == std::string::npos) return "";
  return text.substr(start + from.size(), end - start - from.size());
}

std::string without_carriage_returns(std::string text) {
  std::erase(text, '\r');
  return text;
}

/// Runs a shell command that may use administrators' programs, as any user.
Finished run_in_shell(const std::string& command) {
  return support::run_program({"sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; " + command});
}

/// Why no guest can be built here; empty where one can.
std::string what_is_missing(const fs::path& tools) {
  for (const char* const unpacked : {"usr/sbin/grub", "lib32/ld-linux.so.2", "bin/busybox"}) {
    if (!fs::exists(tools / unpacked)) return (tools / unpacked).string();
  }
  if (support::corpus_files(tools / "boot", "vmlinuz-").empty()) {
    return "a kernel in " + (tools / "boot").string();
  }
  for (const char* const program : {"qemu-system-x86_64", "sfdisk", "mke2fs", "debugfs", "strip"}) {
    if (run_in_shell(std::string("command -v ") + program).exit_code != 0) return program;
  }
  return "";
}

class GrubLegacyGuest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = what_is_missing(GUESTCLOCK_TEST_TOOLS);
    if (!missing.empty()) GUESTCLOCK_SKIP(missing + " is missing; ./bootstrap test fetches it");
  }

  void TearDown() override {
    if (HasFailure()) std::cout << log_;
  }

  /// A disk with `menu` as its menu.lst, whose nth boot runs the nth of `steps`.
  void build_disk(const char* menu, const std::vector<std::string>& steps) const {
    scratch_.write("files/boot/grub/menu.lst", menu);
    for (std::size_t i = 0; i < steps.size(); ++i)
      scratch_.write("files/steps/" + std::to_string(i + 1), steps[i]);
    const Finished built = support::run_program(
        {std::string(GUESTCLOCK_SOURCE_DIR) + "/tests/guests/build_grub_legacy_disk",
         GUESTCLOCK_PROGRAM, GUESTCLOCK_TEST_TOOLS, in_scratch("files"), in_scratch("disk")});
    ASSERT_EQ(built.exit_code, 0) << built.out << built.err;
  }

  [[nodiscard]] Boot boot() {
    const auto start = std::chrono::steady_clock::now();
    const Finished machine = run_in_shell(
        "exec timeout 40 qemu-system-x86_64 -accel tcg -machine pc -m 256 -nographic -nic none "
        "-monitor none -no-reboot -drive format=raw,if=virtio,file='" +
        in_scratch("disk") + "' -serial 'file:" + in_scratch("console") +
        "' -serial 'file:" + in_scratch("steps") + "'");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::cout << "booted and off again in " << took.count() << " s\n";
    EXPECT_EQ(machine.exit_code, 0) << "QEMU (124: it took too long): " << machine.err;
    const std::string said = without_carriage_returns(scratch_.read("steps"));
    log_ += "The guest said:\n" + said + "\nIts console (firmware, GRUB, kernel):\n" +
            without_carriage_returns(scratch_.read("console")) + "\n";
    return {between(said, "cmdline: ", "\n"), between(said, "exit code: ", "\n")};
  }

  /// As it stands on the disk, read without the guest.
  [[nodiscard]] std::string menu_on_disk() const {
    const Finished read = run_in_shell("debugfs -R 'cat /boot/grub/menu.lst' '" +
                                       in_scratch("disk") + "?offset=1048576'");
    EXPECT_EQ(read.exit_code, 0) << read.err;
    return read.out;
  }

  [[nodiscard]] std::string in_scratch(const char* name) const {
    return (scratch_.path() / name).string();
  }

  support::ScratchDirectory scratch_;
  std::string log_;  ///< of all boots
};

TEST_F(GrubLegacyGuest, ParametersAreInForceAfterARebootAndGoneAfterRollback) {
  constexpr const char* kBefore =
      "root=/dev/vda1 ro  console=ttyS0 panic=1 quiet lab=one note=\"two words\" keep=1 keep=2 ";
  ASSERT_NO_FATAL_FAILURE(
      build_disk(kMenu, {"guestclock params set lab=two divider=10 --unset keep=1 --yes",
                         "guestclock rollback --yes"}));

  const Boot first = boot();
  EXPECT_EQ(first.cmdline, kBefore);
  ASSERT_EQ(first.exit_code, "4");  // done, a reboot is due
  EXPECT_NE(menu_on_disk(), kMenu);

  const Boot second = boot();
  EXPECT_EQ(second.cmdline,
            "root=/dev/vda1 ro  console=ttyS0 panic=1 quiet lab=two note=\"two words\" keep=2 "
            "divider=10 ");
  ASSERT_EQ(second.exit_code, "4");
  EXPECT_EQ(menu_on_disk(), kMenu);

  const Boot third = boot();
  EXPECT_EQ(third.cmdline, first.cmdline);
  EXPECT_EQ(menu_on_disk(), kMenu);
}

}  // namespace
}  // namespace guestclock
