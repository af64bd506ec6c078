// One thing known, or not known, about the guest. "Cannot be known here" is a value, never an
// error: audits degrade, they do not abort.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace guestclock::model {

/// The reason of facts that an unbooted tree or a capture cannot hold (a running clock, a live
/// counter). Rules that need one are "not judged" there; any other missing fact that decides a
/// rule makes the verdict unknown.
inline constexpr std::string_view kLiveOnly = "only the running system shows this";

template <class T>
class Fact {
 public:
  Fact() = default;
  Fact(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: a value is a fact

  [[nodiscard]] static Fact unknown(std::string reason) {
    Fact fact;
    std::get<1>(fact.state_) = std::move(reason);
    return fact;
  }
  [[nodiscard]] static Fact live_only() { return unknown(std::string(kLiveOnly)); }

  [[nodiscard]] bool known() const { return state_.index() == 0; }
  /// Only where known().
  [[nodiscard]] const T& value() const { return std::get<0>(state_); }
  [[nodiscard]] T& value() { return std::get<0>(state_); }
  [[nodiscard]] T value_or(T other) const { return known() ? value() : std::move(other); }
  /// Why it is not known; only where !known().
  [[nodiscard]] const std::string& reason() const { return std::get<1>(state_); }

  friend bool operator==(const Fact&, const Fact&) = default;

 private:
  std::variant<T, std::string> state_{std::in_place_index<1>, "not looked for"};
};

}  // namespace guestclock::model
