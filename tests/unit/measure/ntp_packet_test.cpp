#include "measure/ntp_packet.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace guestclock::measure {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t at(std::uint64_t ntp_seconds, std::uint32_t fraction = 0) {
  return ntp_seconds << 32U | fraction;
}

// Synthetic answer in the layout of RFC 5905 figure 8.
std::vector<std::uint8_t> sample_answer() {
  return {0x24, 0x02, 0x06, 0xec, 0x00, 0x01, 0x80, 0x00, 0x00, 0x00, 0x40, 0x00,
          0xc0, 0x00, 0x02, 0x07, 0xe0, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
          0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xe0, 0x00, 0x00, 0x10,
          0x80, 0x00, 0x00, 0x00, 0xe0, 0x00, 0x00, 0x10, 0xc0, 0x00, 0x00, 0x00};
}

TEST(NtpPacket, ParsesEveryField) {
  const auto header = parse_header(sample_answer());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->leap, 0);
  EXPECT_EQ(header->version, 4);
  EXPECT_EQ(header->mode, kNtpModeServer);
  EXPECT_EQ(header->stratum, 2);
  EXPECT_EQ(header->poll, 6);
  EXPECT_EQ(header->precision, -20);
  EXPECT_DOUBLE_EQ(short_format_seconds(header->root_delay), 1.5);
  EXPECT_DOUBLE_EQ(short_format_seconds(header->root_dispersion), 0.25);
  EXPECT_EQ(refid_text(header->stratum, header->refid), "192.0.2.7");
  EXPECT_EQ(header->reference, 0xe0000001'00000002U);
  EXPECT_EQ(header->origin, 0x01234567'89abcdefU);
  EXPECT_EQ(header->receive, 0xe0000010'80000000U);
  EXPECT_EQ(header->transmit, 0xe0000010'c0000000U);
  const auto bytes = encode(*header);
  EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin(), bytes.end()), sample_answer());
}

TEST(NtpPacket, RequestShowsNothingButTheRandomTimestamp) {
  NtpHeader request;
  request.mode = kNtpModeClient;
  request.transmit = 0xfedcba98'76543210U;
  const auto bytes = encode(request);
  EXPECT_EQ(bytes[0], 0x23);
  for (std::size_t i = 1; i < 40; ++i)
    EXPECT_EQ(bytes.at(i), 0) << i;
  EXPECT_EQ(bytes[40], 0xfe);
  EXPECT_EQ(bytes[47], 0x10);
}

TEST(NtpPacket, ShortDatagramsHoldNoHeader) {
  std::vector<std::uint8_t> bytes = sample_answer();
  while (!bytes.empty()) {
    bytes.pop_back();
    EXPECT_FALSE(parse_header(bytes)) << bytes.size();
  }
}

TEST(NtpPacket, WhatStandsBehindTheHeaderDoesNotMatter) {
  std::vector<std::uint8_t> bytes = sample_answer();
  bytes.resize(2048, 0xff);
  EXPECT_EQ(parse_header(bytes), parse_header(sample_answer()));
}

TEST(NtpPacket, AnyBytesSurviveParsingAndEncoding) {
  std::mt19937 random(7);
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::uint8_t> bytes(kNtpHeaderBytes);
    for (auto& byte : bytes)
      byte = static_cast<std::uint8_t>(random());
    const auto header = parse_header(bytes);
    ASSERT_TRUE(header);
    const auto again = encode(*header);
    EXPECT_EQ(std::vector<std::uint8_t>(again.begin(), again.end()), bytes);
  }
}

TEST(NtpTimestamp, KnownInstants) {
  EXPECT_EQ(since_1970(at(2'208'988'800U)), Nanoseconds(0));
  EXPECT_EQ(since_1970(at(2'208'988'801U, 0x8000'0000U)), std::chrono::milliseconds(1500));
  // 2026-11-23T00:00:00Z.
  EXPECT_EQ(since_1970(at(4'004'380'800U)), seconds(1'795'392'000));
}

TEST(NtpTimestamp, TopBitDecidesTheEra) {
  // RFC 4330 section 3: set 1968..2036, clear 2036..2104.
  EXPECT_EQ(since_1970(at(0x8000'0000U)), seconds(-61'505'152));  // 1968-01-20T03:14:08Z
  EXPECT_EQ(since_1970(at(0xffff'ffffU)), seconds(2'085'978'495));
  EXPECT_EQ(since_1970(at(0)), seconds(2'085'978'496));  // 2036-02-07T06:28:16Z
  EXPECT_EQ(since_1970(at(0x7fff'ffffU)), seconds(4'233'462'143));
  EXPECT_EQ(since_1970(at(0)) - since_1970(at(0xffff'ffffU)), seconds(1));
}

TEST(NtpTimestamp, RoundTripsEveryNanosecondAcrossTheRollover) {
  for (const std::int64_t base :
       {std::int64_t{-61'505'152}, std::int64_t{0}, std::int64_t{1'795'392'000},
        std::int64_t{2'085'978'495}, std::int64_t{2'085'978'496}, std::int64_t{4'233'462'142}}) {
    for (const std::int64_t ns : {0, 1, 2, 499'999'999, 500'000'000, 999'999'998, 999'999'999}) {
      const Nanoseconds instant = seconds(base) + Nanoseconds(ns);
      EXPECT_EQ(since_1970(ntp_timestamp(instant)), instant) << base << " " << ns;
    }
  }
}

TEST(NtpRefid, TextAtLowStrataAddressAbove) {
  EXPECT_EQ(refid_text(0, {'R', 'A', 'T', 'E'}), "RATE");
  EXPECT_EQ(refid_text(1, {'G', 'P', 'S', 0}), "GPS");
  EXPECT_EQ(refid_text(1, {'P', 'P', 'S', 0}), "PPS");
  EXPECT_EQ(refid_text(0, {0, 0, 0, 0}), "");
  EXPECT_EQ(refid_text(1, {0x1b, '[', 'm', 0}), "\\x1b[m");
  EXPECT_EQ(refid_text(2, {127, 127, 1, 1}), "127.127.1.1");
  EXPECT_EQ(refid_text(255, {255, 0, 0, 1}), "255.0.0.1");
}

TEST(NtpPrecision, IsAPowerOfTwo) {
  EXPECT_DOUBLE_EQ(precision_seconds(0), 1.0);
  EXPECT_DOUBLE_EQ(precision_seconds(-20), 1.0 / (1 << 20));
  EXPECT_TRUE(std::isfinite(precision_seconds(127)));
  EXPECT_GT(precision_seconds(-128), 0.0);
}

}  // namespace
}  // namespace guestclock::measure
