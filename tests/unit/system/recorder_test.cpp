// What a recorder saw, written as a capture and opened again, answers as the machine did.
#include "system/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scratch_directory.h"
#include "system/capture_tree.h"
#include "system/machines.h"

namespace guestclock::system {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Of a tree in which everything is asked through a recorder.
class Recording : public testing::Test {
 protected:
  void write(std::string_view path, std::string_view bytes) const { scratch_.write(path, bytes); }
  void link(const std::string& path, const std::string& text) const {
    const fs::path at = scratch_.path() / path;
    fs::create_directories(at.parent_path());
    fs::create_symlink(text, at);
  }
  void directory(const std::string& path) const { fs::create_directories(scratch_.path() / path); }
  /// A capture of what `ask` asks.
  std::unique_ptr<System> replay(const std::function<void(const System&)>& ask,
                                 Redaction* redaction = nullptr) {
    const auto machine = open_capture(scratch_.path().string()).value();
    const Recorder recorder(*machine);
    ask(recorder);
    tree_ = capture_tree(recorder, redaction);
    fs::remove_all(made_.path() / "capture");
    const auto written =
        open_sink()->write_tree((made_.path() / "capture").string(), tree_.entries);
    EXPECT_TRUE(written) << describe(written.error());
    return open_capture((made_.path() / "capture").string()).value();
  }

  support::ScratchDirectory scratch_;
  support::ScratchDirectory made_;
  CaptureTree tree_;
};

TEST_F(Recording, OnlyWhatWasAskedIsInIt) {
  write("root/etc/asked", "1\n");
  write("root/etc/other", "2\n");
  const auto copy = replay([](const System& machine) {
    EXPECT_EQ(machine.files().read("/etc/asked").value(), "1\n");
    EXPECT_FALSE(machine.files().read("/etc/absent"));
  });
  EXPECT_EQ(copy->files().read("/etc/asked").value(), "1\n");
  EXPECT_EQ(copy->files().read("/etc/absent").error().code, ErrorCode::not_found);
  EXPECT_THAT(copy->files().list("/etc").value(), ElementsAre("asked"));
}

TEST_F(Recording, BytesAreKept) {
  const std::string bytes("\0\xff\n\r\x80 root", 10);
  write("root/sys/firmware/dmi/entries/0-0/raw", bytes);
  const auto copy = replay([](const System& machine) {
    static_cast<void>(machine.files().read("/sys/firmware/dmi/entries/0-0/raw"));
  });
  EXPECT_EQ(copy->files().read("/sys/firmware/dmi/entries/0-0/raw").value(), bytes);
}

TEST_F(Recording, NamesThatWereOnlyListedHaveNoContent) {
  write("root/etc/rc2.d/S01chrony", "script");
  directory("root/etc/rc2.d/sub");
  link("root/etc/rc2.d/link", "../nowhere");
  const auto copy =
      replay([](const System& machine) { static_cast<void>(machine.files().list("/etc/rc2.d")); });
  const Files& files = copy->files();
  EXPECT_THAT(files.list("/etc/rc2.d").value(), ElementsAre("S01chrony", "link", "sub"));
  EXPECT_TRUE(files.exists("/etc/rc2.d/S01chrony"));
  EXPECT_EQ(files.read("/etc/rc2.d/S01chrony").error().message, "the capture holds its name only");
  EXPECT_EQ(files.status("/etc/rc2.d/sub").value().kind, FileKind::directory);
  EXPECT_EQ(files.read_link("/etc/rc2.d/link").value(), "../nowhere");
  EXPECT_FALSE(files.exists("/etc/rc2.d/link"));
}

TEST_F(Recording, LinksLeadWhereTheyLed) {
  write("root/sys/devices/pnp0/rtc/rtc0/name", "rtc_cmos\n");
  link("root/sys/class/rtc/rtc0", "../../devices/pnp0/rtc/rtc0");
  link("root/etc/absolute", "/sys/class/rtc");
  link("root/proc/self/ns/pid", "pid:[4026531836]");
  const auto ask = [](const System& machine) {
    const Files& files = machine.files();
    EXPECT_EQ(files.read("/etc/absolute/rtc0/name").value(), "rtc_cmos\n");
    EXPECT_EQ(files.resolve("/sys/class/rtc/rtc0").value(), "/sys/devices/pnp0/rtc/rtc0");
    EXPECT_EQ(files.read_link("/proc/self/ns/pid").value(), "pid:[4026531836]");
    EXPECT_EQ(files.link_status("/sys/class/rtc/rtc0").value().kind, FileKind::symlink);
    EXPECT_EQ(files.read_link("/sys/class/rtc").error().code, ErrorCode::unsupported);
    EXPECT_EQ(files.status("/etc/absolute").value().kind, FileKind::directory);
  };
  ask(*replay(ask));
}

TEST_F(Recording, LinksOutOfTheTreeOrInCirclesAreOnlyText) {
  link("root/etc/out", "../../../../../../etc/passwd");
  link("root/etc/circle", "circle");
  const auto ask = [](const System& machine) {
    EXPECT_FALSE(machine.files().read("/etc/out"));
    EXPECT_FALSE(machine.files().read("/etc/circle"));
  };
  const auto copy = replay(ask);
  ask(*copy);
  EXPECT_EQ(copy->files().read_link("/etc/circle").value(), "circle");
}

TEST_F(Recording, NamesOfAHostileTree) {
  write("root/d/new\nline", "x");
  write("root/d/name /x", "y");
  write("root/d/\x1b[31m", "z");
  const auto copy =
      replay([](const System& machine) { static_cast<void>(machine.files().list("/d")); });
  EXPECT_THAT(copy->files().list("/d").value(), ElementsAre("\x1b[31m", "name "));
}

TEST_F(Recording, WhatCannotBeReadCannotBeReadThere) {
  write("root/etc/long", "0123456789");
  directory("root/etc/dir");
  const auto copy = replay([](const System& machine) {
    EXPECT_FALSE(machine.files().read("/etc/long", 5));
    EXPECT_FALSE(machine.files().read("/etc/dir"));
    EXPECT_FALSE(machine.files().list("/etc/long"));
  });
  EXPECT_TRUE(copy->files().exists("/etc/long"));
  EXPECT_EQ(copy->files().read("/etc/long").error().message,
            "could not be read when the capture was taken");
  EXPECT_FALSE(copy->files().read("/etc/dir"));
  EXPECT_THAT(copy->files().list("/etc/dir").value(), IsEmpty());
  EXPECT_THAT(tree_.refused, IsEmpty());
}

TEST_F(Recording, WhatIsReadAfterAllIsThere) {
  write("root/etc/long", "0123456789");
  const auto copy = replay([](const System& machine) {
    EXPECT_TRUE(machine.files().exists("/etc/long"));
    EXPECT_FALSE(machine.files().read("/etc/long", 5));
    EXPECT_TRUE(machine.files().read("/etc/long"));
    EXPECT_FALSE(machine.files().read("/etc/long", 5));
  });
  EXPECT_EQ(copy->files().read("/etc/long").value(), "0123456789");
}

TEST_F(Recording, RefusedFilesAreRefusedAgain) {
  write("root/proc/version", "Linux version 1 (x)\n");
  write("root/boot/grub/grub.cfg", "");
  write("unread.txt", "permission /boot/grub/grub.cfg\nnonsense /proc/version\npermission x\n");
  const auto ask = [](const System& machine) {
    EXPECT_TRUE(machine.files().exists("/boot/grub/grub.cfg"));
    EXPECT_EQ(machine.files().read("/boot/grub/grub.cfg").error().code, ErrorCode::permission);
    EXPECT_TRUE(machine.files().read("/proc/version"));
  };
  ask(*replay(ask));
  EXPECT_THAT(tree_.refused, ElementsAre("/boot/grub/grub.cfg"));
}

TEST_F(Recording, CpuidSysctlKernelAndDevices) {
  write("cpuid.txt",
        "CPU 0:\n   0x00000001 0x00: eax=0x00000001 ebx=0x00000002 ecx=0x80000000 edx=0xffffffff\n"
        "   0x00000007 0x01: eax=0x1 ebx=0x2 ecx=0x3 edx=0x4\n"
        "   0x40000000 0x00: eax=0x0 ebx=0x0 ecx=0x0 edx=0x0\n");
  write("sysctl.txt", "kern.hz: 100\nkern.vm_guest: vmware\n");
  write("uname-m.txt", "x86_64\n");
  write("root/proc/version", "Linux version 6.1.0-1 (x)\n");
  write("root/sys/devices/ptp/ptp0/clock_name", "KVM virtual PTP\n");
  link("root/sys/class/ptp/ptp0", "../../devices/ptp/ptp0");
  constexpr std::array<std::string_view, 2> kAttributes{"clock_name", "absent"};
  const auto ask = [&](const System& machine) {
    EXPECT_EQ(machine.cpuid().leaf(1).value(), (CpuidRegisters{1, 2, 0x80000000, 0xffffffff}));
    EXPECT_EQ(machine.cpuid().leaf(7, 1).value(), (CpuidRegisters{1, 2, 3, 4}));
    EXPECT_FALSE(machine.cpuid().leaf(0x40000100));
    EXPECT_EQ(machine.sysctl().get("kern.hz").value(), "100");
    EXPECT_FALSE(machine.sysctl().get("kern.absent"));
    EXPECT_EQ(machine.identity().kernel().value().release, "6.1.0-1");
    EXPECT_EQ(machine.identity().kernel().value().machine, "x86_64");
    const auto devices = machine.devices().enumerate("ptp", kAttributes).value();
    ASSERT_EQ(devices.size(), 1U);
    EXPECT_EQ(devices[0].path, "/sys/devices/ptp/ptp0");
    EXPECT_EQ(*devices[0].attribute("clock_name"), "KVM virtual PTP");
  };
  const auto copy = replay(ask);
  ask(*copy);
  EXPECT_FALSE(copy->cpuid().leaf(0x40000000)) << "nobody asked for it";
  EXPECT_FALSE(copy->sysctl().get("kern.vm_guest"));
}

TEST_F(Recording, DmiOfDmidecodesText) {
  write("dmidecode.txt",
        "Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: QEMU\n");
  const auto ask = [](const System& machine) {
    EXPECT_EQ(machine.files().read("/sys/class/dmi/id/sys_vendor").value(), "QEMU\n");
  };
  ask(*replay(ask));
}

TEST_F(Recording, RedactedAndWithheld) {
  write("root/sys/class/dmi/id/product_serial", "X1\n");
  write("root/sys/firmware/dmi/entries/1-0/raw", "X1");
  write("root/etc/2ff7b263-e147-4f83-8daf-9ecc41470f22", "x");
  link("root/dev/root", "/etc/2ff7b263-e147-4f83-8daf-9ecc41470f22");
  Redaction redaction("", {});
  const auto copy = replay(
      [](const System& machine) {
        EXPECT_TRUE(machine.files().read("/sys/class/dmi/id/product_serial"));
        EXPECT_TRUE(machine.files().read("/sys/firmware/dmi/entries/1-0/raw"));
        EXPECT_EQ(machine.files().read("/dev/root").value(), "x");
      },
      &redaction);
  EXPECT_EQ(copy->files().read("/sys/class/dmi/id/product_serial").value(), "00\n");
  EXPECT_FALSE(copy->files().read("/sys/firmware/dmi/entries/1-0/raw"));
  EXPECT_EQ(copy->files().read("/dev/root").value(), "x");
  EXPECT_THAT(copy->files().list("/etc").value(),
              ElementsAre("00000000-0000-0000-0000-000000000001"));
}

/// Contents without end: every file is this long.
class EndlessFiles final : public Files {
 public:
  [[nodiscard]] Result<std::string> read(std::string_view /*path*/,
                                         std::size_t /*limit*/) const override {
    return std::string(std::size_t{24} << 20U, 'x');
  }
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view /*path*/) const override {
    std::vector<std::string> names;
    for (std::size_t i = 0; i <= RecordingFiles::kMaxPaths; ++i)
      names.push_back(std::to_string(i));
    return names;
  }
  [[nodiscard]] Result<FileStatus> status(std::string_view /*path*/) const override {
    return FileStatus{};
  }
  [[nodiscard]] Result<FileStatus> link_status(std::string_view /*path*/) const override {
    return FileStatus{};
  }
  [[nodiscard]] Result<std::string> read_link(std::string_view /*path*/) const override {
    return fail(ErrorCode::unsupported, "no link");
  }
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override {
    return std::string(path);
  }
  [[nodiscard]] Result<FileMetadata> metadata(std::string_view /*path*/) const override {
    return FileMetadata{};
  }
};

TEST(RecordingBounds, BytesAndPaths) {
  const EndlessFiles endless;
  const RecordingFiles files(endless);
  for (const char* const path : {"/a", "/b"})
    EXPECT_TRUE(files.read(path));
  EXPECT_FALSE(files.incomplete());
  EXPECT_TRUE(files.read("/c"));
  EXPECT_TRUE(files.incomplete());
  EXPECT_EQ(files.recorded().at("/b").kind, RecordedFile::Kind::file);
  EXPECT_EQ(files.recorded().at("/c").kind, RecordedFile::Kind::name);

  const RecordingFiles many(endless);
  EXPECT_TRUE(many.list("/d"));
  EXPECT_TRUE(many.incomplete());
  EXPECT_EQ(many.recorded().size(), RecordingFiles::kMaxPaths);
}

}  // namespace
}  // namespace guestclock::system
