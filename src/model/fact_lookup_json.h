// Facts and measurements by their JSON path, for rules, --assume and evidence lines.
//
// The paths are those of the `detect` document ("virtualization.vm", "clock.tsc.invariant") and,
// below "measurements.", of the `measure` document. Lists are addressed whole; the name of a member
// behind a list of objects gives that member of every element: "timesync.daemons.local_clock"; of
// one element behind its name: "measurements.clocks.realtime.read_cost_ns". The ends of an interval
// are its members low and high: "measurements.drift.ci95_ppm.low".
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/facts.h"
#include "model/measurements.h"

namespace guestclock::model {

struct UnknownValue {
  std::string reason;
};
/// The path names nothing, or what is known to be empty (null without a reason, an empty list).
struct AbsentValue {};

/// What stands at a path. Lists of objects come as the list of their names (or titles).
using LookupValue =
    std::variant<AbsentValue, UnknownValue, bool, double, std::string, std::vector<std::string>>;

/// Remembers what was looked up, since rules ask for the same again and again: for one thread.
class FactLookup {
 public:
  /// `measurements` may be null: every path below "measurements." is then unknown ("not measured").
  FactLookup(const Facts& facts, const Measurements* measurements);
  ~FactLookup();
  FactLookup(FactLookup&&) noexcept;
  FactLookup& operator=(FactLookup&&) noexcept;

  /// Good as long as this is.
  [[nodiscard]] const LookupValue& at(std::string_view path) const;
  /// What evidence shows of a path: describe(at(path)), but a member of several objects with the
  /// name of each: "a.example:123: usable, b.example:123: unsynchronised".
  [[nodiscard]] std::string words_at(std::string_view path) const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

/// A looked-up value in words, as evidence shows it.
[[nodiscard]] std::string describe(const LookupValue& value);

/// `facts` with one fact replaced. `key` is one of the contract's short keys (vm, container,
/// platform, os, distribution, version, kernel, arch, hz) or a path; the value is parsed by the
/// type of what stands there (lists: words). `replaced` receives the known value that it overrides.
/// Fails (usage) on an unknown key or a value of the wrong type.
[[nodiscard]] Result<Facts> assume(const Facts& facts, std::string_view key, std::string_view value,
                                   std::string* replaced);

}  // namespace guestclock::model
