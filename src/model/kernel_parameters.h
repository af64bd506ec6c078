// Kernel parameters as tokens (linux lib/cmdline.c next_arg, kernel/params.c parameqn).
//
// Words are separated by white space except inside double quotes; nothing else quotes. In names
// '-' and '_' are the same. A bare "--" ends the kernel's parameters; what follows goes to init.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/rule.h"

namespace guestclock::model {

/// Position of a token in the text it was found in.
struct TokenSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The tokens of `line`, quotes kept, "--" and what follows included.
[[nodiscard]] std::vector<TokenSpan> token_spans(std::string_view line);
[[nodiscard]] std::vector<std::string> split_parameters(std::string_view line);

/// Name of a token: up to the first '=', surrounding quotes taken off.
[[nodiscard]] std::string_view parameter_key(std::string_view token);
/// Its value, quotes around it taken off; nothing for a bare flag.
[[nodiscard]] std::optional<std::string_view> parameter_value(std::string_view token);
[[nodiscard]] bool same_parameter_name(std::string_view a, std::string_view b);
/// The same for what a fix of this kind writes: loader tunables are called as they are spelt.
[[nodiscard]] bool same_parameter_name(FixKind kind, std::string_view a, std::string_view b);

/// Values of every token of that name before "--", in order; a bare flag gives nullopt.
[[nodiscard]] std::vector<std::optional<std::string>> parameter_values(
    const std::vector<std::string>& tokens, std::string_view key);

/// "key" or "key=value", the value in double quotes where it has white space.
[[nodiscard]] std::string parameter_token(std::string_view key,
                                          const std::optional<std::string>& value);

}  // namespace guestclock::model
