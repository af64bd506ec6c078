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

  [[nodiscard]] Fact<bool> flag(std::string_view name) const {
    const auto value = text(name);
    if (!value.known()) return Fact<bool>::unknown(value.reason());
    return value.value() != "0";
  }

 private:
  const system::System& system_;
};

/// kern.timecounter.choice is "TSC(1000) HPET(950) i8254(0) dummy(-1000000)".
void add_choice(std::string_view choice, model::Clock& clock, model::FreebsdClock& freebsd) {
  std::vector<std::string> available;
  std::vector<std::string> trusted;
  for (const std::string& word : words(choice)) {
    const std::size_t open = std::min(word.find('('), word.size());
    const std::size_t close = std::min(word.find(')', open), word.size());
    available.push_back(word.substr(0, open));
    if (close <= open) continue;
    const auto quality = parse_int(word.substr(open + 1, close - open - 1));
    if (quality && *quality > 0) trusted.push_back(available.back());
  }
  clock.available = std::move(available);
  freebsd.trusted = std::move(trusted);
}

}  // namespace

void probe_freebsd_clock(const system::System& system, model::Clock& clock) {
  const FreebsdSysctl sysctl(system);
  model::FreebsdClock freebsd;
  freebsd.vm_guest = sysctl.text("kern.vm_guest");
  freebsd.periodic = sysctl.flag("kern.eventtimer.periodic");
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
