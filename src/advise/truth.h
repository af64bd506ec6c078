// Kleene's three truth values, with what is missing to decide.
#pragma once

#include <string>
#include <vector>

namespace guestclock::advise {

struct Missing {
  std::string path;
  std::string reason;
  bool live_only = false;
};

struct Truth {
  enum class Value { no, yes, unknown };

  Value value = Value::yes;
  /// Of an unknown one: could it become yes, or no, if everything became known but what only a
  /// running system shows?
  bool could_hold = false;
  bool could_fail = false;
  std::vector<Missing> missing;  ///< of an unknown one, in the order looked at

  [[nodiscard]] static Truth of(bool holds);
  /// What was not measured counts as what only a running system shows: measuring says itself
  /// whether it lacks what was asked for.
  [[nodiscard]] static Truth unknown(std::string path, std::string reason);

  [[nodiscard]] bool is_yes() const { return value == Value::yes; }
  [[nodiscard]] bool is_no() const { return value == Value::no; }
};

[[nodiscard]] Truth negation(Truth truth);

/// The conjunction of what is added; without any, yes.
class Conjunction {
 public:
  /// False once nothing that follows can change the outcome.
  bool add(Truth truth);
  [[nodiscard]] Truth result() && { return std::move(result_); }

 private:
  Truth result_ = Truth::of(true);
};

}  // namespace guestclock::advise
