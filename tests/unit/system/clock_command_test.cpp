#include "system/clock_command.h"

#include <gtest/gtest.h>

namespace guestclock::system {
namespace {

std::string program_in(std::string_view line) {
  const auto found = clock_command(line);
  EXPECT_TRUE(!found || may_hold_clock_command("#\n" + std::string(line) + "\n")) << line;
  return found ? found->program : "none";
}

TEST(ClockCommand, IsFoundInCrontabsAndScripts) {
  EXPECT_EQ(program_in("17 * * * * root /usr/sbin/ntpdate -bs ntp.example"), "ntpdate");
  EXPECT_EQ(program_in("[ -x /usr/sbin/ntpdate ] && /usr/sbin/ntpdate ntp.example"), "ntpdate");
  EXPECT_EQ(program_in("/usr/sbin/ntpdate-debian"), "ntpdate-debian");
  EXPECT_EQ(program_in("@daily sntp -S ntp.example"), "sntp");
  EXPECT_EQ(program_in("dump a#b; ntpdate ntp.example # twice"), "ntpdate");
  EXPECT_EQ(program_in("rdate -s time.example;hwclock -w"), "rdate");
  EXPECT_EQ(program_in("(service ntpd stop; ntpd -gq; service ntpd start)"), "ntpd");
  EXPECT_EQ(program_in("chronyd -q 'server ntp.example iburst'"), "chronyd");
}

TEST(ClockCommand, IsNotWhatOnlyLooks) {
  for (const char* const line :
       {"", "# 17 * * * * root ntpdate ntp.example", "ntpdate -q ntp.example", "sntp ntp.example",
        "sntp -K/a/r - --Sa ntp.example", "rdate -p time.example", "test -x /usr/sbin/ntpdate",
        "[ -x /usr/sbin/ntpdate ] || exit 0", "service ntpd restart", "killall ntpd",
        "/usr/sbin/ntpd -g", "chronyd -Q 'server a.example'", "dump # ntpdate a.example",
        "dump;#(ntpdate a.example)", "echo ntpdate", "ntpdated -b a", "&&&;;", "|"}) {
    EXPECT_EQ(program_in(line), "none") << line;
  }
}

TEST(ClockCommand, MostTextsAreSeenToHoldNone) {
  EXPECT_FALSE(may_hold_clock_command(""));
  EXPECT_FALSE(may_hold_clock_command("# update the date daily\n@daily root dpkg --audit\n"));
}

TEST(ClockCommand, IsCutOutOfItsLine) {
  const auto found = clock_command("5 0 * * * root ntpdate -u a.example && dump -p secret");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->command, "5 0 * * * root ntpdate -u a.example");
}

}  // namespace
}  // namespace guestclock::system
