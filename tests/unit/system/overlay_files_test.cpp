#include "system/overlay_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::system {
namespace {

using ::testing::ElementsAre;

class Overlay : public ::testing::Test {
 protected:
  Overlay() {
    scratch_.write("boot/grub/grub.conf", "old");
    scratch_.write("boot/grub/device.map", "(hd0)");
    std::filesystem::create_directories(scratch_.path() / "etc");
    std::filesystem::create_symlink("../boot/grub/grub.conf", scratch_.path() / "etc/grub.conf");
    machine_ = open_tree(scratch_.path().string()).value();
  }
  [[nodiscard]] const Files& under() const { return machine_->files(); }

  support::ScratchDirectory scratch_;
  std::unique_ptr<System> machine_;
};

TEST_F(Overlay, ShowsTheNewContentByEveryName) {
  const OverlayFiles files(under(), {{"/boot/grub/grub.conf", "longer"}});
  for (const char* path : {"/boot/grub/grub.conf", "/etc/grub.conf", "etc/../etc/grub.conf"}) {
    EXPECT_EQ(files.read(path).value(), "longer") << path;
    EXPECT_EQ(files.status(path).value().size, 6U) << path;
  }
  EXPECT_EQ(files.read("/boot/grub/device.map").value(), "(hd0)");
  EXPECT_EQ(files.link_status("/etc/grub.conf").value().kind, FileKind::symlink);
  EXPECT_EQ(files.link_status("/boot/grub/grub.conf").value().size, 6U);
  EXPECT_EQ(files.read_link("/etc/grub.conf").value(), "../boot/grub/grub.conf");
  EXPECT_EQ(files.metadata("/etc/grub.conf").value(), under().metadata("/etc/grub.conf").value());
  EXPECT_THAT(files.list("/boot/grub").value(), ElementsAre("device.map", "grub.conf"));
  EXPECT_EQ(under().read("/etc/grub.conf").value(), "old") << "what is below stays as it is";
}

TEST_F(Overlay, KeepsTheLimit) {
  const OverlayFiles files(under(), {{"/boot/grub/grub.conf", "12345"}});
  EXPECT_EQ(files.read("/boot/grub/grub.conf", 5).value(), "12345");
  EXPECT_EQ(files.read("/boot/grub/grub.conf", 4).error().code, ErrorCode::malformed);
}

TEST_F(Overlay, ANewFileInAnExistingDirectory) {
  const OverlayFiles files(under(), {{"/boot/loader.conf", "kern.hz=\"100\"\n"}});
  EXPECT_TRUE(files.exists("/boot/loader.conf"));
  EXPECT_EQ(files.read("/boot/loader.conf").value(), "kern.hz=\"100\"\n");
  EXPECT_EQ(files.status("/boot/loader.conf").value().kind, FileKind::regular);
  EXPECT_EQ(files.link_status("/boot/loader.conf").value().kind, FileKind::regular);
  EXPECT_EQ(files.metadata("/boot/loader.conf").value().mode, 0644U);
  EXPECT_THAT(files.list("/boot").value(), ElementsAre("grub", "loader.conf"));
  EXPECT_FALSE(files.exists("/boot/loader.conf.local"));
}

TEST_F(Overlay, ANewFileWithItsDirectories) {
  const OverlayFiles files(under(), {{"/sys/class/dmi/id/sys_vendor", "X\n"},
                                     {"/sys/class/dmi/id/product_name", "Y\n"}});
  EXPECT_EQ(files.read("/sys/class/dmi/id/sys_vendor").value(), "X\n");
  EXPECT_EQ(files.read("sys/class//dmi/./id/../id/sys_vendor").value(), "X\n");
  EXPECT_THAT(files.list("/sys/class/dmi/id").value(), ElementsAre("product_name", "sys_vendor"));
  EXPECT_THAT(files.list("/sys").value(), ElementsAre("class"));
  EXPECT_THAT(files.list("/").value(), ElementsAre("boot", "etc", "sys"));
  EXPECT_EQ(files.status("/sys/class/dmi").value().kind, FileKind::directory);
  EXPECT_EQ(files.metadata("/sys/class").value().mode, 0755U);
  EXPECT_EQ(files.resolve("/sys/class/dmi/id/new").value(), "/sys/class/dmi/id/new");
  EXPECT_EQ(files.resolve("/sys/bus/new").error().code, ErrorCode::not_found);
  EXPECT_EQ(files.read("/sys/class/dmi/id/new").error().code, ErrorCode::not_found);
  EXPECT_EQ(files.list("/sys/bus").error().code, ErrorCode::not_found);
}

TEST_F(Overlay, ADanglingLinkShowsWhatItsTargetWillBe) {
  std::filesystem::create_symlink("grub/menu.lst", scratch_.path() / "boot/menu");
  const OverlayFiles files(under(), {{"/boot/grub/menu.lst", "new"}});
  EXPECT_EQ(files.read("/boot/menu").value(), "new");
  EXPECT_EQ(files.status("/boot/menu").value().kind, FileKind::regular);
  EXPECT_EQ(files.link_status("/boot/menu").value().kind, FileKind::symlink);
}

}  // namespace
}  // namespace guestclock::system
