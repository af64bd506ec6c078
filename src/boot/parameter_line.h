// Kernel parameters inside a line of a boot file: edits tokens, keeps every other byte.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/change.h"

namespace guestclock::boot {

/// `text` with the edits applied, by the semantics of model::ParameterEdit. A replaced token keeps
/// its place; a removed one takes the blanks in front of it along; new ones go behind the last
/// token before "--" (or the end), each after one space. Trailing blanks and CR stay at the end.
/// Several edits of one name and action count as one with all their values. Within a name,
/// removals come first, then set, then add; where a name is set, its removals change nothing,
/// since the set decides about every old value. What goes to the end goes there in the order
/// given. A token that already has the wanted value keeps its bytes. A removed token that starts
/// the text takes the blanks behind it along instead.
[[nodiscard]] std::string edit_parameters(std::string_view text,
                                          std::span<const model::ParameterEdit> edits);

/// Bytes [begin, end) of a text become `text`.
struct TextSplice {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

/// What edit_parameters does, as splices in ascending order that do not overlap: for files where a
/// parameter line is spread over several physical lines. Spaces and tabs are the only blanks taken
/// along with a removed token; other white space separates and stays.
[[nodiscard]] std::vector<TextSplice> parameter_splices(
    std::string_view text, std::span<const model::ParameterEdit> edits);

/// Splices in ascending order that do not overlap.
[[nodiscard]] std::string apply_splices(std::string_view text, std::span<const TextSplice> splices);

/// What the values of `key` come to where they were `before`; edits of other names do nothing.
[[nodiscard]] std::vector<std::optional<std::string>> values_after(
    std::vector<std::optional<std::string>> before, std::span<const model::ParameterEdit> edits,
    std::string_view key);

/// Whether an edit can only take parameters away.
[[nodiscard]] bool only_removes(const model::ParameterEdit& edit);

/// Why no kernel command line can carry this edit (control characters, a quote in the value, a
/// blank in the name); nothing where it can.
[[nodiscard]] std::optional<std::string> why_not_a_parameter(const model::ParameterEdit& edit);

}  // namespace guestclock::boot
