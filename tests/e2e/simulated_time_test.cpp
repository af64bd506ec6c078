// The built program in simulated time (support/simulated_time_shim.cpp): its NTP path, end to end,
// against a known rate error.
#include <chrono>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/scratch_directory.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;

Finished run_simulated(double rate_ppm, int seed, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), GUESTCLOCK_PROGRAM);
  return support::run_program(arguments, {"LD_PRELOAD=" GUESTCLOCK_TIME_SHIM,
                                          "GUESTCLOCK_SHIM_RATE_PPM=" + std::to_string(rate_ppm),
                                          "GUESTCLOCK_SHIM_SEED=" + std::to_string(seed)});
}

std::vector<std::string> measuring(std::vector<std::string> more = {}) {
  std::vector<std::string> words{"measure",     "--no-ticks", "--clock", "raw",      "--server",
                                 "192.168.0.1", "--duration", "60s",     "--format", "json"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class SimulatedMinute : public testing::TestWithParam<double> {};

TEST_P(SimulatedMinute, IsRightToAFifthOfAPpmAndTakesLessThanASecond) {
  for (int seed = 1; seed <= 5; ++seed) {
    const auto start = std::chrono::steady_clock::now();
    const Finished run = run_simulated(GetParam(), seed, measuring({"--target-ppm", "0"}));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_LT(took.count(), 1);
    const json drift = json::parse(run.out)["drift"];
    EXPECT_EQ(drift["clock"], "monotonic_raw");
    EXPECT_NEAR(drift["rate_error_ppm"].get<double>(), GetParam(), 0.2) << "seed " << seed;
    EXPECT_LT(drift["ci95_ppm"][1].get<double>() - drift["ci95_ppm"][0].get<double>(), 0.2);
    EXPECT_GT(drift["exchanges"].get<int>(), 200);
    EXPECT_NEAR(drift["duration_s"].get<double>(), 59.5, 0.6);
    EXPECT_TRUE(drift["flags"].empty()) << drift;
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, SimulatedMinute, testing::Values(37.5, 500, -500, 0),
                         [](const auto& one) { return "Row" + std::to_string(one.index); });

TEST(SimulatedTime, EndsEarlyOnceTheRateIsKnownToAPpm) {
  const Finished run = run_simulated(37.5, 1, measuring());
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json drift = json::parse(run.out)["drift"];
  EXPECT_LT(drift["duration_s"].get<double>(), 40);
  EXPECT_LE(drift["ci95_ppm"][1].get<double>() - drift["ci95_ppm"][0].get<double>(), 2);
  EXPECT_NEAR(drift["rate_error_ppm"].get<double>(), 37.5, 2);
}

TEST(SimulatedTime, WhatWasRecordedFitsToTheSameRate) {
  const support::ScratchDirectory scratch;
  const std::string file = scratch.path() / "run.txt";
  const Finished run = run_simulated(-12.25, 3, measuring({"--record", file}));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Finished fit = support::run_program({GUESTCLOCK_PROGRAM, "fit", file, "--format", "jsonl"});
  ASSERT_EQ(fit.exit_code, 0) << fit.err;
  const json line = json::parse(fit.out);
  const json drift = json::parse(run.out)["drift"];
  EXPECT_EQ(line["file"], file);
  EXPECT_EQ(line["rate_error_ppm"], drift["rate_error_ppm"]);
  EXPECT_EQ(line["exchanges"], drift["exchanges"]);
  EXPECT_EQ(line["used"], drift["used"]);
}

TEST(SimulatedTime, ARecordThatCannotBeWrittenFailsAfterTheFiguresAreOut) {
  const Finished run =
      run_simulated(0, 1, measuring({"--record", "/nonexistent-directory/run.txt"}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(json::parse(run.out)["drift"]["rate_error_ppm"].is_number());
  EXPECT_NE(run.err.find("/nonexistent-directory"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace guestclock
