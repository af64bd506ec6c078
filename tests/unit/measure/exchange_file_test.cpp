#include "measure/exchange_file.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/file_fit.h"

namespace guestclock::measure {
namespace {

using model::Exchange;
using testing::HasSubstr;

std::vector<Exchange> parsed(std::string_view text) {
  const auto exchanges = parse_exchanges(text, "run.txt");
  EXPECT_TRUE(exchanges) << (exchanges ? "" : describe(exchanges.error()));
  return exchanges.value_or(std::vector<Exchange>());
}

Nanoseconds first_stamp(const std::string& text) {
  const auto exchanges = parsed(text + " 0 0 0\n");
  return exchanges.empty() ? Nanoseconds::min() : exchanges.front().t1;
}

TEST(ExchangeFile, EveryNanosecondIsKept) {
  EXPECT_EQ(first_stamp("1795392000.123456789").count(), 1'795'392'000'123'456'789);
  EXPECT_EQ(first_stamp("-0.000000001").count(), -1);
  EXPECT_EQ(first_stamp("+7").count(), 7'000'000'000);
  EXPECT_EQ(first_stamp(".5").count(), 500'000'000);
  EXPECT_EQ(first_stamp("5.").count(), 5'000'000'000);
  EXPECT_EQ(first_stamp("1.5e-3").count(), 1'500'000);
  EXPECT_EQ(first_stamp("12E+2").count(), 1'200'000'000'000);
  EXPECT_EQ(first_stamp("0e500").count(), 0);
}

TEST(ExchangeFile, DecimalsBeyondTheNinthAreRounded) {
  EXPECT_EQ(first_stamp("1.0000000014999").count(), 1'000'000'001);
  EXPECT_EQ(first_stamp("1.0000000015").count(), 1'000'000'002);
  EXPECT_EQ(first_stamp("-1.0000000015").count(), -1'000'000'002);
  EXPECT_EQ(first_stamp("0.9999999999").count(), 1'000'000'000);
  EXPECT_EQ(first_stamp("5e-10").count(), 1);
  EXPECT_EQ(first_stamp("4e-10").count(), 0);
  EXPECT_EQ(first_stamp("9e-999").count(), 0);
}

TEST(ExchangeFile, CommentsAndEmptyLinesSayNothing) {
  const auto exchanges = parsed("# head\n\n \t\r\n1 2 3 4 # a remark\r\n#5 6 7 8\n9\t10 11  12");
  ASSERT_EQ(exchanges.size(), 2U);
  EXPECT_EQ(exchanges[0].t4, std::chrono::seconds(4));
  EXPECT_EQ(exchanges[1].t2, std::chrono::seconds(10));
}

TEST(ExchangeFile, AnErrorNamesTheLineAndWhatIsExpected) {
  for (const char* const line :
       {"1 2 3", "1 2 3 4 5", "1 2 x 4", "1 2 3 4..5", "nan 1 2 3", "0x1 2 3 4", "1e 2 3 4",
        "1,5 2 3 4", "- 2 3 4", ". 2 3 4", "1e99999 2 3 4", "9223372036.9 2 3 4", "1e30 2 3 4"}) {
    const auto exchanges = parse_exchanges(std::string("1 2 3 4\n# fine\n") + line, "run.txt");
    ASSERT_FALSE(exchanges) << line;
    EXPECT_EQ(exchanges.error().code, ErrorCode::malformed);
    EXPECT_EQ(exchanges.error().path, "run.txt:3") << line;
    EXPECT_THAT(exchanges.error().message, HasSubstr("expected t1 t2 t3 t4 in seconds"));
  }
}

TEST(ExchangeFile, WhatIsWrittenReadsBackToTheNanosecond) {
  constexpr auto kLow = std::numeric_limits<std::int64_t>::min() + 2;
  constexpr auto kHigh = std::numeric_limits<std::int64_t>::max() - 1;
  const std::vector<Exchange> exchanges{
      {Nanoseconds(-1), Nanoseconds(kHigh), Nanoseconds(kLow), Nanoseconds(0)},
      {Nanoseconds(1), Nanoseconds(999'999'999), Nanoseconds(1'000'000'000), Nanoseconds(-2)}};
  const RecordedServer server{"192.0.2.1:123", exchanges, true};
  EXPECT_EQ(parsed(exchange_file(std::span(&server, 1))), exchanges);
}

TEST(ExchangeFile, OfSeveralServersTheOneThatGaveTheDriftIsRead) {
  const Exchange one{Nanoseconds(1), Nanoseconds(2), Nanoseconds(3), Nanoseconds(4)};
  const Exchange other{Nanoseconds(5), Nanoseconds(6), Nanoseconds(7), Nanoseconds(8)};
  std::vector<RecordedServer> servers{{"a:123", {one}, false}, {"b:123", {other, other}, true}};
  std::string text = exchange_file(servers);
  EXPECT_EQ(parsed(text), (std::vector<Exchange>{other, other}));
  EXPECT_THAT(text, HasSubstr("# server a:123, 1 exchanges\n# 0.000000001 0.000000002"));
  servers[1].gave_drift = false;
  EXPECT_EQ(parsed(exchange_file(servers)), std::vector<Exchange>{one});
  EXPECT_TRUE(parsed(exchange_file({})).empty());
}

TEST(FileFit, SaysRateAndOffsetAtTheLastExchange) {
  // A guest that gains 100 ppm and starts 1 s behind, on a path of constant delay.
  std::vector<Exchange> exchanges;
  for (int i = 0; i < 20; ++i) {
    const double now = i;
    const auto server = [&](double t) { return Nanoseconds(std::llround((t + 1) * 1e9)); };
    const auto local = [&](double t) { return Nanoseconds(std::llround(t * 1.0001 * 1e9)); };
    exchanges.push_back({local(now), server(now + 1e-4), server(now + 1e-4), local(now + 2e-4)});
  }
  const model::FileFit fit = fit_file("x", exchanges, {10, 5, 0});
  EXPECT_NEAR(fit.rate_error_ppm.value(), 100, 1e-3);
  EXPECT_LT(fit.ci95_ppm.value().half_width(), 0.01);
  EXPECT_NEAR(fit.offset_s.value(), 1 - 19 * 1e-4, 1e-7);
  EXPECT_EQ(fit.exchanges, 20);
  EXPECT_TRUE(fit.flags.empty());
}

TEST(FileFit, WithTooFewExchangesItSaysWhy) {
  const model::FileFit fit = fit_file("x", {}, {10, 5, 0});
  EXPECT_THAT(fit.rate_error_ppm.reason(), HasSubstr("0 exchanges"));
  EXPECT_EQ(fit.flags, std::vector<std::string>{"few_samples"});
}

}  // namespace
}  // namespace guestclock::measure
