// Which timecounter did FreeBSD take, how does it rate them, and what does it tick with?
#include <algorithm>

#include "base/text.h"
#include "probe/probe.h"
#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

using model::Fact;

class FreebsdSysctl {
 public:
  explicit FreebsdSysctl(const system::System& system) : system_(system) {}

  [[nodiscard]] Fact<std::string> text(std::string_view name) const {
    const auto value = system_.sysctl().get(name);
    if (!value) return Fact<std::string>::unknown(unknown_reason(system_, value.error()));
    return std::string(trim(*value));
  }

 private:
  const system::System& system_;
};

/// kern.timecounter.choice is "TSC(1000) HPET(950) i8254(0) dummy(-1000000)".
void add_choice(std::string_view choice, model::Clock& clock, model::FreebsdClock& freebsd) {
  std::vector<std::string> available;
  std::vector<std::pair<std::int64_t, std::string>> trusted;  // the negated quality first
  for (const std::string& word : words(choice)) {
    const std::size_t open = std::min(word.find('('), word.size());
    const std::size_t close = std::min(word.find(')', open), word.size());
    available.push_back(word.substr(0, open));
    if (close <= open) continue;
    const auto quality = parse_int(word.substr(open + 1, close - open - 1));
    if (quality && *quality > 0) trusted.emplace_back(-*quality, available.back());
  }
  std::stable_sort(trusted.begin(), trusted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  names.reserve(trusted.size());
  for (auto& [quality, name] : trusted)
    names.push_back(std::move(name));
  clock.available = std::move(available);
  freebsd.trusted = std::move(names);
}

}  // namespace

void probe_freebsd_clock(const system::System& system, model::Clock& clock) {
  const FreebsdSysctl sysctl(system);
  model::FreebsdClock freebsd;
  freebsd.vm_guest = sysctl.text("kern.vm_guest");
  clock.source = sysctl.text("kern.timecounter.hardware");
  clock.event_device = sysctl.text("kern.eventtimer.timer");
  if (const auto choice = sysctl.text("kern.timecounter.choice"); choice.known()) {
    add_choice(choice.value(), clock, freebsd);
  } else {
    clock.available = Fact<std::vector<std::string>>::unknown(choice.reason());
    freebsd.trusted = clock.available;
  }
  clock.freebsd = std::move(freebsd);
}

}  // namespace guestclock::probe
