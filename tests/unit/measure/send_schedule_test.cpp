#include "measure/send_schedule.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "measure/policy.h"
#include "unit/measure/shipped_thresholds.h"

namespace guestclock::measure {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::function<double()> seeded() {
  auto random = std::make_shared<std::mt19937_64>(3);
  return [random] { return static_cast<double>((*random)() >> 11U) * 0x1p-53; };
}

TEST(SendSchedule, OwnServersAreAskedFourTimesASecondOverTheWholeRun) {
  const SendPolicy policy = ntp_policy(shipped_thresholds()).own;
  const auto sends = plan_sends(policy, seconds(100), seconds(120), 0, seeded());
  EXPECT_EQ(sends.size(), 80U);
  EXPECT_TRUE(std::is_sorted(sends.begin(), sends.end()));
  EXPECT_LT(sends.front(), seconds(101));
  EXPECT_GE(sends.front(), seconds(100));
  EXPECT_GT(sends.back(), seconds(119));
  EXPECT_LE(sends.back(), seconds(120));
  for (std::size_t i = 1; i < sends.size(); ++i) {
    EXPECT_GE(sends[i] - sends[i - 1], milliseconds(62));
  }
}

TEST(SendSchedule, HalfIsUniformAndAQuarterInEachOuterSixth) {
  const SendPolicy policy{milliseconds(250), {}, 0.25, 100'000};
  const auto sends = plan_sends(policy, seconds(0), seconds(600), 0, seeded());
  ASSERT_EQ(sends.size(), 2400U);
  const auto among = [&](int from, int to) {
    return static_cast<double>(std::count_if(sends.begin(), sends.end(), [&](Nanoseconds at) {
      return at >= seconds(from) && at < seconds(to);
    }));
  };
  // A quarter of all and a sixth of a half: a third of all; the middle has the other four sixths.
  EXPECT_NEAR(among(0, 100), 800, 2);
  EXPECT_NEAR(among(500, 601), 800, 2);
  EXPECT_NEAR(among(100, 300), 400, 2);
  EXPECT_NEAR(among(300, 500), 400, 2);
}

TEST(SendSchedule, ServersThatAskForAGapAreAskedUniformly) {
  const SendPolicy policy = ntp_policy(shipped_thresholds()).foreign;
  const auto sends = plan_sends(policy, seconds(0), seconds(240), 0.5, seeded());
  EXPECT_EQ(sends.size(), 96U);
  const auto early =
      std::count_if(sends.begin(), sends.end(), [](Nanoseconds at) { return at < seconds(40); });
  EXPECT_NEAR(static_cast<double>(early), 16, 1);
}

TEST(SendSchedule, JitterIsUniformUpToItsShareOfTheInterval) {
  // A gap as long as the interval: a uniform schedule, and so a grid to compare with.
  const SendPolicy policy{milliseconds(250), milliseconds(250), 0.25, 100'000};
  const auto sends = plan_sends(policy, seconds(0), seconds(1000), 0.5, seeded());
  ASSERT_EQ(sends.size(), 4000U);
  double lowest = 1;
  double highest = -1;
  for (std::size_t k = 0; k < sends.size(); ++k) {
    const double grid = (static_cast<double>(k) + 0.5) * 0.25;
    const double jitter = (to_seconds(sends[k]) - grid) / 0.25;
    lowest = std::min(lowest, jitter);
    highest = std::max(highest, jitter);
  }
  EXPECT_NEAR(lowest, -0.25, 0.002);
  EXPECT_NEAR(highest, 0.25, 0.002);
}

TEST(SendSchedule, PublicServersAreAskedAtMostOnceInTwoSeconds) {
  const SendPolicy policy = ntp_policy(shipped_thresholds()).foreign;
  EXPECT_GE(policy.interval, seconds(2));
  EXPECT_GE(policy.gap, seconds(2));
}

TEST(SendSchedule, LongRunsAreSpreadOutToTheCap) {
  const SendPolicy policy{milliseconds(250), {}, 0.25, 50};
  const auto sends = plan_sends(policy, seconds(0), seconds(3600), 0, seeded());
  EXPECT_EQ(sends.size(), 50U);
  EXPECT_GT(sends.back(), seconds(3400));
}

TEST(SendSchedule, SeveralServersTakeTurns) {
  const SendPolicy policy{seconds(1), seconds(1), 0, 100};
  const auto first = plan_sends(policy, seconds(0), seconds(4), 0, seeded());
  const auto second = plan_sends(policy, seconds(0), seconds(4), 0.5, seeded());
  EXPECT_EQ(first.front(), seconds(0));
  EXPECT_EQ(second.front(), milliseconds(500));
}

TEST(SendSchedule, AShortOrReversedRunStillAsksOnce) {
  const SendPolicy policy{seconds(1), {}, 0.25, 100};
  EXPECT_EQ(plan_sends(policy, seconds(5), seconds(5), 0.5, seeded()).size(), 1U);
  EXPECT_EQ(plan_sends(policy, seconds(5), seconds(4), 0, seeded()),
            std::vector<Nanoseconds>{seconds(5)});
}

}  // namespace
}  // namespace guestclock::measure
