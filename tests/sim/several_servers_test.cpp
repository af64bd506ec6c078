// A small part of what bench/server_benchmarks prints, with fixed seeds.
#include "sim/several_servers.h"

#include <gtest/gtest.h>

namespace guestclock::sim {
namespace {

constexpr int kRuns = 200;

TEST(SeveralServers, AFalsetickerOfTwentyPpmIsRejectedAndGoodOnesAreNot) {
  for (const AgreementScore& score : evaluate_agreement({3, 4, 6}, {0, 20}, kRuns, 1)) {
    if (score.off_ppm != 0) {
      EXPECT_GE(score.bad_rejected, 0.99) << score.servers;
    }
    EXPECT_LE(score.good_rejected, 0.005) << score.servers << ", " << score.off_ppm;
    EXPECT_LE(score.undecided, 0.005) << score.servers << ", " << score.off_ppm;
    EXPECT_GE(score.agreed_covered, 0.94) << score.servers << ", " << score.off_ppm;
  }
}

}  // namespace
}  // namespace guestclock::sim
