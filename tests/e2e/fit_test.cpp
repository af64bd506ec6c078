// `guestclock fit` as a user runs it.
#include <algorithm>
#include <chrono>
#include <random>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/schema.h"
#include "support/scratch_directory.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;
using support::ScratchDirectory;

/// 64 exchanges in a minute over a path with exponential queueing of 50 us.
std::string exchanges(double rate_ppm, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> queue(1 / 50e-6);
  std::ostringstream text;
  text.precision(9);
  text << std::fixed << "# synthetic\n";
  for (int i = 0; i < 64; ++i) {
    const double sent = i * 60.0 / 64;
    const double received = sent + 1e-4 + queue(random);
    const double back = received + 2e-5 + 1e-4 + queue(random);
    const auto local = [&](double t) { return t * (1 + rate_ppm * 1e-6); };
    text << local(sent) << ' ' << 1000 + received << ' ' << 1000 + received + 2e-5 << ' '
         << local(back) << '\n';
  }
  return text.str();
}

Finished fit(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {GUESTCLOCK_PROGRAM, "fit"});
  return support::run_program(arguments);
}

TEST(Fit, OneLineAFileInTheOrderOfTheArguments) {
  const ScratchDirectory scratch;
  const std::string slow = scratch.write("slow", exchanges(-50, 1));
  const std::string fast = scratch.write("fast", exchanges(50, 2));
  const Finished run = fit({"--format", "jsonl", fast, slow, fast});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  std::istringstream lines(run.out);
  std::vector<json> rows;
  for (std::string line; std::getline(lines, line);)
    rows.push_back(json::parse(line));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0]["file"], fast);
  EXPECT_NEAR(rows[0]["rate_error_ppm"].get<double>(), 50, 0.3);
  EXPECT_EQ(rows[1]["file"], slow);
  EXPECT_NEAR(rows[1]["rate_error_ppm"].get<double>(), -50, 0.3);
  EXPECT_NEAR(rows[1]["offset_s"].get<double>(), 1000 + 59 * 50e-6, 1e-3);
  EXPECT_EQ(rows[2], rows[0]);
}

TEST(Fit, ABadFileTakesNoOtherResultAway) {
  const ScratchDirectory scratch;
  const std::string good = scratch.write("good", exchanges(7, 3));
  const std::string bad = scratch.write("bad", "1 2 3 4\n1 2 3\n");
  const std::string missing = scratch.path() / "missing";
  const Finished run = fit({bad, missing, good, "--format", "json"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.err.find("bad:2"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("missing"), std::string::npos) << run.err;
  const json document = json::parse(run.out);
  EXPECT_EQ(support::schema_problems(run.out), "");
  ASSERT_EQ(document["fits"].size(), 3U);
  EXPECT_TRUE(document["fits"][0]["rate_error_ppm"].is_null());
  EXPECT_NE(document["fits"][0]["unknown"]["rate_error_ppm"].get<std::string>().find("bad:2"),
            std::string::npos);
  EXPECT_NEAR(document["fits"][2]["rate_error_ppm"].get<double>(), 7, 0.3);
}

TEST(Fit, TooFewExchangesAreUndeterminedNotWrong) {
  const ScratchDirectory scratch;
  const std::string file = scratch.write("two", "1 2 3 4\n5 6 7 8\n");
  const Finished run = fit({file});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_NE(run.out.find("at least 3 are needed"), std::string::npos) << run.out;
}

TEST(Fit, WithoutAFileItIsAUsageError) {
  EXPECT_EQ(fit({}).exit_code, 64);
  EXPECT_EQ(support::run_program({GUESTCLOCK_PROGRAM, "measure", "--format", "jsonl"}).exit_code,
            64);
}

#ifndef GUESTCLOCK_INSTRUMENTED
TEST(Fit, AThousandFilesInOneCallTakeLessThanHalfAMinute) {
  const ScratchDirectory scratch;
  std::vector<std::string> arguments{"--format", "jsonl"};
  for (std::uint64_t i = 0; i < 1000; ++i) {
    arguments.push_back(
        scratch.write(std::to_string(i), exchanges(static_cast<double>(i) / 10, i)));
  }
  const auto start = std::chrono::steady_clock::now();
  const Finished run = fit(arguments);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 1000);
  EXPECT_LT(took.count(), 30);
}
#endif

}  // namespace
}  // namespace guestclock
