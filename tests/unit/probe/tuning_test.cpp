// TuneD profiles that own the command line, in synthetic trees.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/probe/timesync_tree.h"

namespace guestclock::probe {
namespace {

using testing::ElementsAre;

class TunedProfile : public TimesyncTree {};

TEST_F(TunedProfile, WithoutTunedNobodyElseOwnsTheCommandLine) {
  EXPECT_EQ(tuning().tuned_profile, model::Fact<std::string>(std::string()));
  EXPECT_EQ(tuning().owns_command_line, model::Fact<bool>(false));
}

TEST_F(TunedProfile, AProfileOwnsWhatItsIncludesSay) {
  tree_.write("/etc/tuned/active_profile", "low\n");
  tree_.write("/usr/lib/tuned/low/tuned.conf",
              "[main]\ninclude=base, other\n[bootloader]\ncmdline_low=+skew_tick=1 # why\n");
  tree_.write("/usr/lib/tuned/profiles/base/tuned.conf",
              "[main]\ninclude=low\n[bootloader]\ncmdline_base=tsc=reliable quiet\n");
  tree_.write("/usr/lib/tuned/other/tuned.conf", "[sysctl]\ncmdline=nothing\n");
  EXPECT_EQ(tuning().tuned_profile, model::Fact<std::string>("low"));
  EXPECT_EQ(tuning().owns_command_line, model::Fact<bool>(true));
  EXPECT_THAT(tuning().cmdline, ElementsAre("tsc=reliable", "quiet", "skew_tick=1"));
  tree_.write(
      "/etc/tuned/low/tuned.conf",
      "[main]\ninclude=base\n[bootloader]\ncmdline_z=-quiet\ncmdline_base=quiet nohz=off\n");
  EXPECT_THAT(tuning().cmdline, ElementsAre("nohz=off"));
  tree_.write("/etc/tuned/bootcmdline", "# comment\nTUNED_BOOT_CMDLINE=\"isolcpus=1 quiet\"\n");
  EXPECT_THAT(tuning().cmdline, ElementsAre("isolcpus=1", "quiet"));
}

TEST_F(TunedProfile, ANeutralProfileOwnsNothing) {
  tree_.write("/etc/tuned/active_profile", "virtual-guest\n");
  tree_.write("/usr/lib/tuned/virtual-guest/tuned.conf", "[sysctl]\nvm.swappiness=30\n");
  tree_.write("/etc/tuned/bootcmdline", "TUNED_BOOT_CMDLINE=\"\"\n");
  EXPECT_EQ(tuning().owns_command_line, model::Fact<bool>(false));
}

TEST_F(TunedProfile, ProfilesThatCannotBeReadLeaveItOpen) {
  tree_.write("/etc/tuned/active_profile", "../../etc ..\n");
  EXPECT_FALSE(tuning().owns_command_line.known());
  tree_.write("/etc/tuned/active_profile", "p0\n");
  for (int i = 0; i < 20; ++i) {
    tree_.write("/etc/tuned/p" + std::to_string(i) + "/tuned.conf",
                "[main]\ninclude=p" + std::to_string(i + 1) + "\n");
  }
  EXPECT_FALSE(tuning().owns_command_line.known());
  EXPECT_NE(tuning().owns_command_line.reason().find("p9"), std::string::npos);
}

}  // namespace
}  // namespace guestclock::probe
