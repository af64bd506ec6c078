#include "base/rfc3339.h"

#include <gtest/gtest.h>

namespace guestclock {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, TimesAreRoundedDownToTheSecond) {
  EXPECT_EQ(rfc3339(0ns), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(-1ns), "1969-12-31T23:59:59Z");
  EXPECT_EQ(rfc3339(std::chrono::seconds(1795435200) + 999ms), "2026-11-23T12:00:00Z");
}

TEST(Rfc3339, ADayIsReadAsItIsWritten) {
  for (const char* const text : {"1970-01-01", "2024-02-29", "2026-11-23", "9999-12-31"}) {
    const auto day = day_from(text);
    ASSERT_TRUE(day) << text;
    EXPECT_EQ(rfc3339(*day), text);
  }
  EXPECT_EQ(*day_from("2026-11-24") - *day_from("2026-11-23"), std::chrono::days(1));
}

TEST(Rfc3339, OnlyDaysThatTheCalendarHas) {
  for (const char* const text :
       {"", "2026-02-29", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00",
        "1969-12-31", "0000-01-01", "2026-1-1", "2026/01/01", "26-01-01", "2026-01-01 ",
        "2026-01-01T00:00:00Z", "+026-01-01", "2026-+1-01", "2026-01--1", "2026-0a-01"}) {
    EXPECT_FALSE(day_from(text)) << text;
  }
}

}  // namespace
}  // namespace guestclock
