#include "model/kernel_parameters.h"

#include <algorithm>

namespace guestclock::model {
namespace {

/// isspace() of the kernel's own table (lib/ctype.c), which is Latin-1: 0xa0 separates words too.
bool is_kernel_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

/// A token as next_arg takes it apart.
struct Parts {
  std::string_view key;
  std::optional<std::string_view> value;
};

Parts take_apart(std::string_view token) {
  const bool quoted = token.starts_with('"');
  if (quoted) token.remove_prefix(1);
  // A '=' in front is no separator: next_arg keeps 0 for "none found".
  const std::size_t equals = token.empty() ? std::string_view::npos : token.find('=', 1);
  const bool value_quoted =
      equals != std::string_view::npos && token.substr(equals + 1).starts_with('"');
  if ((quoted || value_quoted) && token.ends_with('"')) token.remove_suffix(1);
  if (equals == std::string_view::npos) return {token, std::nullopt};
  // The closing quote may have been the opening one: key=" has an empty value.
  const std::size_t begin = std::min(token.size(), equals + (value_quoted ? 2 : 1));
  return {token.substr(0, equals), token.substr(begin)};
}

bool ends_kernel_parameters(std::string_view token) {
  const Parts parts = take_apart(token);
  return parts.key == "--" && !parts.value;
}

char folded(char c) {
  return c == '-' ? '_' : c;
}

}  // namespace

std::vector<TokenSpan> token_spans(std::string_view line) {
  std::vector<TokenSpan> spans;
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && is_kernel_space(line[at]))
      ++at;
    if (at == line.size()) return spans;
    const std::size_t begin = at;
    bool in_quotes = false;
    while (at < line.size() && (in_quotes || !is_kernel_space(line[at]))) {
      if (line[at] == '"') in_quotes = !in_quotes;
      ++at;
    }
    spans.push_back({begin, at});
  }
}

std::vector<std::string> split_parameters(std::string_view line) {
  std::vector<std::string> tokens;
  for (const TokenSpan& span : token_spans(line)) {
    tokens.emplace_back(line.substr(span.begin, span.end - span.begin));
  }
  return tokens;
}

std::string_view parameter_key(std::string_view token) {
  return take_apart(token).key;
}

std::optional<std::string_view> parameter_value(std::string_view token) {
  return take_apart(token).value;
}

bool same_parameter_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (folded(a[i]) != folded(b[i])) return false;
  }
  return true;
}

bool same_parameter_name(FixKind kind, std::string_view a, std::string_view b) {
  return kind == FixKind::kernel_parameter ? same_parameter_name(a, b) : a == b;
}

std::vector<std::optional<std::string>> parameter_values(const std::vector<std::string>& tokens,
                                                         std::string_view key) {
  std::vector<std::optional<std::string>> values;
  for (const std::string& token : tokens) {
    if (ends_kernel_parameters(token)) break;
    const Parts parts = take_apart(token);
    if (!same_parameter_name(parts.key, key)) continue;
    values.push_back(parts.value ? std::optional<std::string>(*parts.value) : std::nullopt);
  }
  return values;
}

std::string parameter_token(std::string_view key, const std::optional<std::string>& value) {
  std::string token(key);
  if (!value) return token;
  bool has_space = false;
  for (const char c : *value)
    has_space = has_space || is_kernel_space(c);
  token += '=';
  if (has_space) token += '"';
  token += *value;
  if (has_space) token += '"';
  return token;
}

}  // namespace guestclock::model
