// Random facts and measurements for property tests: every member by its type.
#pragma once

#include <rapidcheck.h>

#include "model/fact_json.h"
#include "model/facts_fields.h"
#include "model/measurements_fields.h"

namespace guestclock::model {

inline std::string random_text(Form form) {
  std::string text = *rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::inRange<char>('a', 'z'), rc::gen::inRange<char>(1, 127)));
  // An identifier that is known never is the word for one that is not.
  return form == Form::word && text == kUnknownWord ? std::string("kvm") : text;
}

template <class T>
T random_value(Form form = Form::plain) {
  if constexpr (kIsFact<T>) {
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        return T::live_only();
      case 1:
        return T::unknown(random_text(Form::plain));
      default:
        return T(random_value<std::decay_t<decltype(std::declval<T>().value())>>(form));
    }
  } else if constexpr (kIsList<T>) {
    T list;
    list.resize(*rc::gen::inRange<std::size_t>(0, 4));
    for (auto& element : list)
      element = random_value<typename T::value_type>(form);
    return list;
  } else if constexpr (kIsOptional<T>) {
    if (*rc::gen::arbitrary<bool>()) return std::nullopt;
    return random_value<typename T::value_type>(form);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return random_text(form);
  } else if constexpr (std::is_same_v<T, bool>) {
    return *rc::gen::arbitrary<bool>();
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return *rc::gen::arbitrary<std::int64_t>();
  } else if constexpr (std::is_same_v<T, double>) {
    return rounded(static_cast<double>(*rc::gen::arbitrary<std::int32_t>()) / 7e4, form);
  } else if constexpr (std::is_same_v<T, Interval>) {
    return Interval{random_value<double>(form), random_value<double>(form)};
  } else {
    T object;
    fields(object, [](const char*, auto& member, Form member_form) {
      member = random_value<std::remove_reference_t<decltype(member)>>(member_form);
    });
    return object;
  }
}

}  // namespace guestclock::model
