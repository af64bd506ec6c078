#include <gtest/gtest.h>

#include "settings/ini_settings.h"
#include "settings/shell_assignment.h"

namespace guestclock::settings {
namespace {

TEST(IniSettings, SectionsCommentsAndLinesWithoutEquals) {
  const auto all = ini_settings("a=1\n[s]\n# b=2\n;c=3\n d = x = y \nnothing\n[]\ne=\n");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].section, "");
  EXPECT_EQ(all[1].section, "s");
  EXPECT_EQ(all[1].key, "d");
  EXPECT_EQ(all[1].value, "x = y");
  EXPECT_EQ(all[2].section, "");
  EXPECT_EQ(all[2].value, "");
}

TEST(ShellAssignment, TheLastOneWithoutQuotes) {
  EXPECT_EQ(shell_assignment("a=\"x y\" # z\n", "a"), "x y");
  EXPECT_EQ(shell_assignment("a='x'\na=y # z\n", "a"), "y");
  EXPECT_EQ(shell_assignment("a=\n", "a"), "");
  EXPECT_EQ(shell_assignment("a=\"open\n", "a"), "open");
  EXPECT_EQ(shell_assignment("#a=1\nab=2\n", "a"), std::nullopt);
}

}  // namespace
}  // namespace guestclock::settings
