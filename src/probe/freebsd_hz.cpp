// FreeBSD's tick rate, kern.hz.
#include "base/text.h"
#include "model/kernel_parameters.h"
#include "model/version.h"
#include "probe/probe.h"

namespace guestclock::probe {
namespace {

using HzFact = model::Fact<std::int64_t>;

/// The tunable of the loader files, where they set it.
std::optional<std::int64_t> tunable_hz(const model::Boot& boot) {
  if (!boot.entries.known()) return std::nullopt;
  for (const model::BootEntry& entry : boot.entries.value()) {
    const auto values = model::parameter_values(entry.parameters, "kern.hz");
    if (entry.is_default && !values.empty() && values.back()) return parse_int(*values.back());
  }
  return std::nullopt;
}

}  // namespace

HzFact probe_freebsd_hz(const system::System& system, const model::Facts& facts) {
  // sys/kern/subr_param.c: HZ is 1000 on x86, and 100 in a recognised guest (HZ_VM) from 9.0 on.
  constexpr std::int64_t kDefaultHz = 1000;
  if (const auto running = system.sysctl().get("kern.hz")) {
    if (const auto hz = parse_int(trim(*running))) return *hz;
  }
  if (system.live()) return HzFact::unknown("sysctl kern.hz cannot be read");
  if (const auto hz = tunable_hz(facts.boot)) return *hz;
  const auto& version = facts.kernel.distribution.version;
  if (!version.known()) return HzFact::unknown(version.reason());
  const auto order = model::compare_version(version.value(), "8");
  if (order && *order != std::strong_ordering::greater) return kDefaultHz;
  return HzFact::live_only();
}

}  // namespace guestclock::probe
