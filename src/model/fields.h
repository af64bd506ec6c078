// What visitors over the members of the model's structs share: see facts_fields.h.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "model/fact.h"

namespace guestclock::model {

/// How a member is written.
enum class Form {
  plain,
  word,          ///< an identifier of the contract: the word "unknown" where it is not known
  word_or_null,  ///< known and empty is null
  ppm,           ///< doubles: 6 decimals
  seconds,       ///< 9
  nanoseconds,   ///< 3
  per_second,    ///< 3
};

template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <class T>
inline constexpr bool kIsFact = false;
template <class T>
inline constexpr bool kIsFact<Fact<T>> = true;

template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

/// A part of the document that is left out where there is nothing; other members are null there.
template <class T>
inline constexpr bool kIsOptionalPart = false;
template <class T>
inline constexpr bool kIsOptionalPart<std::optional<T>> =
    std::is_class_v<T> && !std::is_same_v<T, std::string>;

}  // namespace guestclock::model
