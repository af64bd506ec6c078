#include "measure/ntp_packet.h"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::measure {
namespace {

constexpr std::int64_t kSecondsFrom1900To1970 = 2'208'988'800;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerEra = std::int64_t{1} << 32U;

class Writer {
 public:
  explicit Writer(std::array<std::uint8_t, kNtpHeaderBytes>& bytes) : bytes_(bytes) {}

  void put(std::uint64_t value, unsigned width) {
    for (unsigned left = width; left > 0; --left) {
      bytes_.at(at_++) = static_cast<std::uint8_t>(value >> (8 * (left - 1)));
    }
  }

 private:
  std::array<std::uint8_t, kNtpHeaderBytes>& bytes_;
  std::size_t at_ = 0;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint64_t take(unsigned width) {
    std::uint64_t value = 0;
    for (unsigned left = width; left > 0; --left)
      value = value << 8U | bytes_[at_++];
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

}  // namespace

std::array<std::uint8_t, kNtpHeaderBytes> encode(const NtpHeader& header) {
  std::array<std::uint8_t, kNtpHeaderBytes> bytes{};
  Writer out(bytes);
  const unsigned first =
      (header.leap & 3U) << 6U | (header.version & 7U) << 3U | (header.mode & 7U);
  out.put(first, 1);
  out.put(header.stratum, 1);
  out.put(header.poll, 1);
  out.put(static_cast<std::uint8_t>(header.precision), 1);
  out.put(header.root_delay, 4);
  out.put(header.root_dispersion, 4);
  for (const std::uint8_t byte : header.refid)
    out.put(byte, 1);
  out.put(header.reference, 8);
  out.put(header.origin, 8);
  out.put(header.receive, 8);
  out.put(header.transmit, 8);
  return bytes;
}

std::optional<NtpHeader> parse_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kNtpHeaderBytes) return std::nullopt;
  Reader in(bytes);
  NtpHeader header;
  const auto first = static_cast<unsigned>(in.take(1));
  header.leap = static_cast<std::uint8_t>(first >> 6U);
  header.version = static_cast<std::uint8_t>(first >> 3U & 7U);
  header.mode = static_cast<std::uint8_t>(first & 7U);
  header.stratum = static_cast<std::uint8_t>(in.take(1));
  header.poll = static_cast<std::uint8_t>(in.take(1));
  header.precision = static_cast<std::int8_t>(in.take(1));
  header.root_delay = static_cast<std::uint32_t>(in.take(4));
  header.root_dispersion = static_cast<std::uint32_t>(in.take(4));
  for (std::uint8_t& byte : header.refid)
    byte = static_cast<std::uint8_t>(in.take(1));
  header.reference = in.take(8);
  header.origin = in.take(8);
  header.receive = in.take(8);
  header.transmit = in.take(8);
  return header;
}

Nanoseconds since_1970(std::uint64_t ntp_timestamp) {
  auto seconds = static_cast<std::int64_t>(ntp_timestamp >> 32U);
  if ((ntp_timestamp >> 63U) == 0) seconds += kSecondsPerEra;
  const std::uint64_t fraction = ntp_timestamp & 0xffff'ffffU;
  const std::uint64_t rounded = (fraction * kNanosecondsPerSecond + 0x8000'0000U) >> 32U;
  return Nanoseconds((seconds - kSecondsFrom1900To1970) * kNanosecondsPerSecond +
                     static_cast<std::int64_t>(rounded));
}

std::uint64_t ntp_timestamp(Nanoseconds since_1970) {
  std::int64_t seconds = since_1970.count() / kNanosecondsPerSecond;
  std::int64_t nanoseconds = since_1970.count() % kNanosecondsPerSecond;
  if (nanoseconds < 0) {
    nanoseconds += kNanosecondsPerSecond;
    --seconds;
  }
  const auto era_seconds = static_cast<std::uint64_t>(seconds + kSecondsFrom1900To1970);
  const std::uint64_t fraction =
      ((static_cast<std::uint64_t>(nanoseconds) << 32U) + kNanosecondsPerSecond / 2) /
      kNanosecondsPerSecond;
  return (era_seconds << 32U) + fraction;
}

double short_format_seconds(std::uint32_t value) {
  return static_cast<double>(value) / 65536.0;
}

double precision_seconds(std::int8_t log2_seconds) {
  return std::ldexp(1.0, log2_seconds);
}

std::string refid_text(std::uint8_t stratum, const std::array<std::uint8_t, 4>& refid) {
  if (stratum > 1) return fmt::format("{}.{}.{}.{}", refid[0], refid[1], refid[2], refid[3]);
  std::string text(refid.begin(), refid.end());
  while (!text.empty() && text.back() == '\0')
    text.pop_back();
  return printable(text);
}

}  // namespace guestclock::measure
