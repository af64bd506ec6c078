#include "settings/runtime_clocksource.h"

#include <algorithm>
#include <utility>

namespace guestclock::settings {
namespace {

/// Chooses the clocksource that was in use again, at the latest when it goes.
class Restore {
 public:
  Restore(system::ClocksourceControl& control, std::string name)
      : control_(control), name_(std::move(name)) {}
  ~Restore() {
    if (!done_) static_cast<void>(now());
  }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

  Result<void> now() {
    done_ = true;
    if (auto chosen = control_.choose(name_); !chosen) return chosen;
    const auto current = control_.current();
    if (!current) return tl::make_unexpected(current.error());
    if (*current != name_) {
      return fail(ErrorCode::io, "the clocksource is not as it was: the kernel uses " + *current +
                                     ", not " + name_ + "; it may have found " + name_ +
                                     " unstable");
    }
    return {};
  }

 private:
  system::ClocksourceControl& control_;
  std::string name_;
  bool done_ = false;
};

Result<void> take(system::ClocksourceControl& control, const std::string& name) {
  auto current = control.current();
  if (current && *current != name) {
    if (auto chosen = control.choose(name); !chosen) return chosen;
    current = control.current();
  }
  if (!current) return tl::make_unexpected(current.error());
  if (*current != name) return fail(ErrorCode::unsupported, "the kernel did not take it");
  return {};
}

}  // namespace

Result<void> on_each_clocksource(system::ClocksourceControl& control, const OnClocksource& look) {
  const auto in_use = control.current();
  if (!in_use) return tl::make_unexpected(in_use.error());
  auto names = control.available();
  if (!names) return tl::make_unexpected(names.error());
  names->erase(std::remove(names->begin(), names->end(), *in_use), names->end());
  names->insert(names->begin(), *in_use);

  Restore restore(control, *in_use);
  for (const std::string& name : *names)
    look(name, take(control, name));
  return restore.now();
}

}  // namespace guestclock::settings
