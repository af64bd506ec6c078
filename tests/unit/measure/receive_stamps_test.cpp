#include "measure/receive_stamps.h"

#include <gtest/gtest.h>

namespace guestclock::measure {
namespace {

constexpr Nanoseconds kSent(1000);
constexpr Nanoseconds kKernel(1400);
constexpr Nanoseconds kUser(1500);

TEST(ReceiveStamps, BelievesAStampBetweenSendAndReceive) {
  ReceiveStamps stamps;
  stamps.observe(kSent, kKernel, kUser);
  stamps.observe(kSent, kSent, kUser);
  stamps.observe(kSent, kUser, kUser);
  EXPECT_TRUE(stamps.believed());
  EXPECT_EQ(stamps.receive_stamp(kKernel, kUser), kKernel);
}

TEST(ReceiveStamps, UsesUserSpaceWhereNoStampCame) {
  ReceiveStamps stamps;
  stamps.observe(kSent, std::nullopt, kUser);
  EXPECT_TRUE(stamps.believed());
  EXPECT_EQ(stamps.receive_stamp(std::nullopt, kUser), kUser);
}

TEST(ReceiveStamps, OneAfterTheReceiveEndsTheTrustForAllExchanges) {
  ReceiveStamps stamps;
  stamps.observe(kSent, kKernel, kUser);
  stamps.observe(kSent, kUser + Nanoseconds(1), kUser);
  EXPECT_FALSE(stamps.believed());
  EXPECT_EQ(stamps.receive_stamp(kKernel, kUser), kUser) << "the exchange made before it";
  stamps.observe(kSent, kKernel, kUser);
  EXPECT_FALSE(stamps.believed()) << "for the whole run";
}

TEST(ReceiveStamps, OneBeforeTheSendEndsTheTrust) {
  ReceiveStamps stamps;
  stamps.observe(kSent, kSent - Nanoseconds(1), kUser);
  EXPECT_FALSE(stamps.believed());
}

}  // namespace
}  // namespace guestclock::measure
