// Enumerations and their words in the contract.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace guestclock::model {

template <class E, std::size_t N>
using WordTable = std::array<std::pair<E, std::string_view>, N>;

/// Every value of E is in the table.
template <class E, std::size_t N>
[[nodiscard]] std::string_view word_of(const WordTable<E, N>& table, E value) {
  for (const auto& [known, word] : table) {
    if (known == value) return word;
  }
  return {};
}

template <class E, std::size_t N>
[[nodiscard]] std::optional<E> value_of(const WordTable<E, N>& table, std::string_view text) {
  for (const auto& [value, word] : table) {
    if (word == text) return value;
  }
  return std::nullopt;
}

}  // namespace guestclock::model
