// A program that dies at one of the system calls by which it changes files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace guestclock::fault {

enum class Moment { before, after };

/// Runs a program until its `at`-th call that changes files below `tree` and kills it there. Where
/// that was; nothing where the program ended earlier, and with 0.
[[nodiscard]] std::optional<std::string> killed_at(const std::vector<std::string>& words,
                                                   const std::filesystem::path& tree,
                                                   std::size_t at, Moment moment);

}  // namespace guestclock::fault
