#include "system/system.h"

#include <algorithm>

namespace guestclock::system {
namespace {

/// The IPv4 address in it: of its own, or mapped into IPv6 (::ffff:a.b.c.d, RFC 4291 2.5.5.2).
std::optional<std::array<std::uint8_t, 4>> ipv4_of(const Endpoint& endpoint) {
  const auto& a = endpoint.address;
  if (!endpoint.ipv6) return std::array{a[0], a[1], a[2], a[3]};
  const bool mapped = std::all_of(a.begin(), a.begin() + 10, [](auto byte) { return byte == 0; }) &&
                      a[10] == 0xff && a[11] == 0xff;
  if (!mapped) return std::nullopt;
  return std::array{a[12], a[13], a[14], a[15]};
}

}  // namespace

Result<std::string> Files::read_start(std::string_view path, std::size_t bytes) const {
  auto text = read(path);
  if (text && text->size() > bytes) text->resize(bytes);
  return text;
}

const std::string* Device::attribute(std::string_view wanted) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const auto& entry) { return entry.first == wanted; });
  return found == attributes.end() ? nullptr : &found->second;
}

bool Endpoint::is_loopback() const {
  if (const auto ipv4 = ipv4_of(*this)) return (*ipv4)[0] == 127;
  return std::all_of(address.begin(), address.end() - 1, [](auto byte) { return byte == 0; }) &&
         address.back() == 1;
}

bool Endpoint::is_private() const {
  if (is_loopback()) return true;
  if (const auto ipv4 = ipv4_of(*this)) {
    const auto [a, b, c, d] = *ipv4;
    return a == 10 || (a == 172 && (b & 0xf0U) == 16) || (a == 192 && b == 168) ||
           (a == 169 && b == 254);
  }
  const bool link_local = address[0] == 0xfe && (address[1] & 0xc0U) == 0x80;
  const bool unique_local = (address[0] & 0xfeU) == 0xfc;
  return link_local || unique_local;
}

Result<Nanoseconds> Clocks::tick() const {
  return fail(ErrorCode::unsupported, "this machine does not tell its tick");
}

Result<Nanoseconds> Clocks::resolution(ClockId /*id*/) const {
  return fail(ErrorCode::unsupported, "this machine does not tell its clocks' resolution");
}

Result<Nanoseconds> Clocks::read_in_kernel(ClockId /*id*/) const {
  return fail(ErrorCode::unsupported, "guestclock cannot bypass the vDSO on this processor");
}

Result<std::uint64_t> Clocks::read_counter() const {
  return fail(ErrorCode::unsupported, "this machine lacks the counter");
}

Result<Clocks::Gap> Clocks::spin(ClockId id, Nanoseconds from, Nanoseconds until,
                                 Nanoseconds gap) const {
  // The coarsest clock moves every 10 ms, and no reading takes less than a nanosecond.
  constexpr std::size_t kStandsStill = 20'000'000;
  std::size_t same = 0;
  Nanoseconds last = from;
  for (;;) {
    const Result<Nanoseconds> now = read(id);
    if (!now) return tl::make_unexpected(now.error());
    if (*now - last >= gap || *now >= until) return Gap{last, *now};
    same = *now == last ? same + 1 : 0;
    if (same == kStandsStill) return fail(ErrorCode::unsupported, "the clock stands still");
    last = *now;
  }
}

Result<std::int64_t> KernelCounters::involuntary_switches() const {
  return fail(ErrorCode::unsupported, "this machine does not tell its scheduler's switches");
}

Result<Nanoseconds> KernelCounters::thread_time() const {
  return fail(ErrorCode::unsupported, "this machine does not account the CPU time of threads");
}

Result<int> Identity::current_cpu() const {
  return fail(ErrorCode::unsupported, "this machine does not tell which CPU a thread runs on");
}

Result<std::unique_ptr<ClockDevice>> Clocks::open_device(std::string_view name) const {
  return fail(ErrorCode::not_found, "this machine lacks the device", std::string(name));
}

Result<Nanoseconds> KernelCounters::ticked() const {
  return fail(ErrorCode::unsupported, "this machine does not tell how many ticks it counted");
}

Result<std::unique_ptr<UdpListener>> Network::listen_on_loopback() const {
  return fail(ErrorCode::unsupported, "nothing can listen there");
}

}  // namespace guestclock::system
