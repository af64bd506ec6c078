#include "advise/truth.h"

#include <iterator>
#include <utility>

#include "model/fact.h"

namespace guestclock::advise {

Truth Truth::of(bool holds) {
  Truth truth;
  truth.value = holds ? Value::yes : Value::no;
  return truth;
}

Truth Truth::unknown(std::string path, std::string reason) {
  const bool live_only = reason == model::kLiveOnly || path.starts_with("measurements.");
  Truth truth;
  truth.value = Value::unknown;
  truth.could_hold = !live_only;
  truth.could_fail = !live_only;
  truth.missing.push_back({std::move(path), std::move(reason), live_only});
  return truth;
}

Truth negation(Truth truth) {
  std::swap(truth.could_hold, truth.could_fail);
  if (truth.value == Truth::Value::yes) {
    truth.value = Truth::Value::no;
  } else if (truth.value == Truth::Value::no) {
    truth.value = Truth::Value::yes;
  }
  return truth;
}

bool Conjunction::add(Truth truth) {
  if (result_.is_no() || truth.is_yes()) return !result_.is_no();
  if (truth.is_no() || result_.is_yes()) {
    result_ = std::move(truth);
    return !result_.is_no();
  }
  result_.could_hold = result_.could_hold && truth.could_hold;
  result_.could_fail = result_.could_fail || truth.could_fail;
  result_.missing.insert(result_.missing.end(), std::make_move_iterator(truth.missing.begin()),
                         std::make_move_iterator(truth.missing.end()));
  return true;
}

}  // namespace guestclock::advise
