#include "model/measurements_json.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "random_values.h"

namespace guestclock::model {
namespace {

TEST(MeasurementsJson, RatesHaveSixDecimalsAndSecondsNine) {
  Measurements measurements;
  measurements.drift.rate_error_ppm = 37.80000049;
  measurements.drift.ci95_ppm = Interval{37.1000004, 38.5};
  measurements.drift.offset_s = -0.00123456789123;
  measurements.drift.duration_s = 1.0 / 3;
  ClockRate clock;
  clock.read_cost_ns = 23.45678;
  measurements.clocks.push_back(clock);
  const Json json = measurements_to_json(measurements);
  EXPECT_EQ(json["drift"]["rate_error_ppm"].dump(), "37.8");
  EXPECT_EQ(json["drift"]["ci95_ppm"].dump(), "[37.1,38.5]");
  EXPECT_EQ(json["drift"]["offset_s"].dump(), "-0.001234568");
  EXPECT_EQ(json["drift"]["duration_s"].dump(), "0.333333333");
  EXPECT_EQ(json["clocks"][0]["read_cost_ns"].dump(), "23.457");
}

TEST(MeasurementsJson, NoNegativeZeroAndNoNumberThatIsNone) {
  Measurements measurements;
  measurements.drift.rate_error_ppm = -1e-9;
  measurements.drift.offset_s = std::nan("");
  measurements.drift.ci95_ppm = Interval{-std::numeric_limits<double>::infinity(), 1};
  const Json json = measurements_to_json(measurements);
  EXPECT_EQ(json["drift"]["rate_error_ppm"].dump(), "0.0");
  EXPECT_TRUE(json["drift"]["offset_s"].is_null());
  EXPECT_EQ(json["unknown"]["drift.offset_s"], "not a finite number");
  EXPECT_TRUE(json["drift"]["ci95_ppm"].is_null());
  EXPECT_EQ(json["unknown"]["drift.ci95_ppm"], "not a finite number");
}

TEST(MeasurementsJson, LargeNumbersStayAsTheyAre) {
  EXPECT_EQ(rounded(1e300, Form::seconds), 1e300);
  EXPECT_EQ(rounded(1.7e9, Form::seconds), 1.7e9);
}

TEST(MeasurementsJson, ReasonsHaveThePathInTheDocument) {
  Measurements measurements;
  measurements.servers.resize(2);
  measurements.servers[0].drift = Fact<Drift>::unknown("too few answers");
  Drift drift;
  drift.rate_error_ppm = Fact<double>::unknown("flat");
  measurements.servers[1].drift = drift;
  measurements.ticks.per_cpu.resize(1);
  const Json json = measurements_to_json(measurements);
  EXPECT_TRUE(json["servers"][0]["drift"].is_null());
  EXPECT_EQ(json["unknown"]["servers[0].drift"], "too few answers");
  EXPECT_EQ(json["unknown"]["servers[1].drift.rate_error_ppm"], "flat");
  EXPECT_TRUE(json["unknown"].contains("ticks.per_cpu[0].interrupts_per_s"));
  EXPECT_TRUE(json["unknown"].contains("ticks.attribution.scheduler_s"));
}

TEST(MeasurementsJson, WrongTypesAreNamedByTheirPath) {
  const auto refused = [](const char* text) {
    const Result<Measurements> result = measurements_from_json(Json::parse(text));
    return result ? std::string("accepted") : result.error().message;
  };
  EXPECT_THAT(refused(R"({"drift": {"ci95_ppm": [1]}})"),
              testing::HasSubstr("drift.ci95_ppm: a list of two numbers"));
  EXPECT_THAT(refused(R"({"drift": {"ci95_ppm": [1, "2"]}})"),
              testing::HasSubstr("drift.ci95_ppm[1]: a number"));
  EXPECT_THAT(refused(R"({"servers": {}})"), testing::HasSubstr("servers: a list"));
  EXPECT_THAT(refused(R"({"ticks": {"lost": 1.5}})"), testing::HasSubstr("ticks.lost"));
  EXPECT_EQ(refused("{}"), "accepted");
}

TEST(MeasurementsJsonProperty, ReadingInvertsWriting) {
  EXPECT_TRUE(rc::check([] {
    const Measurements measurements = random_value<Measurements>();
    const Json json = Json::parse(measurements_to_json(measurements).dump());
    const Result<Measurements> again = measurements_from_json(json);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == measurements);
  }));
}

TEST(MeasurementsJsonProperty, RoundingTwiceIsRoundingOnce) {
  EXPECT_TRUE(rc::check([](double value) {
    for (const Form form : {Form::ppm, Form::seconds, Form::nanoseconds}) {
      const double once = rounded(value, form);
      RC_ASSERT(rounded(once, form) == once);
    }
  }));
}

}  // namespace
}  // namespace guestclock::model
