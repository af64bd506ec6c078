#include "grub/shell_words.h"

#include <algorithm>

#include "base/text.h"

namespace guestclock::grub {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr int kDeepest = 16;

std::size_t skip_any(std::string_view text, std::size_t at, int depth);

std::size_t skip_double(std::string_view text, std::size_t at, int depth) {
  for (++at; at < text.size() && text[at] != '"';) {
    const bool plain = text[at] == '\'' || text.substr(at).starts_with("$'");
    at = plain ? at + 1 : skip_any(text, at, depth);
    if (at == kNone) return kNone;
  }
  return at < text.size() ? at + 1 : kNone;
}

std::size_t skip_single(std::string_view text, std::size_t at) {
  const std::size_t close = text.find('\'', at + 1);
  return close == kNone ? kNone : close + 1;
}

std::size_t skip_braces_at(std::string_view text, std::size_t at, int depth) {
  for (at += 2; at < text.size() && text[at] != '}';) {
    const char c = text[at];
    if (std::string_view("'\"\\`\n{").find(c) != kNone) return kNone;
    if (c == '$') {
      const bool nested = text.substr(at).starts_with("${");
      if (nested && depth >= kDeepest) return kNone;
      at = nested ? skip_braces_at(text, at, depth + 1) : at + 1;
      if (at == kNone || text.substr(at - 1).starts_with("$(")) return kNone;
    } else {
      ++at;
    }
  }
  return at < text.size() ? at + 1 : kNone;
}

/// Comments, here-documents and `case` in a substitution hide their parentheses: given up.
std::size_t skip_substitution_at(std::string_view text, std::size_t at, int depth) {
  int open = 1;
  bool word_start = true;
  for (at += 2; at < text.size();) {
    const char c = text[at];
    const std::string_view rest = text.substr(at);
    if (c == '(') ++open;
    if (c == ')' && --open == 0) return at + 1;
    if (rest.starts_with("<<") || (word_start && (c == '#' || rest.starts_with("case")))) {
      return kNone;
    }
    word_start = is_blank(c) || std::string_view("\n;&|()").find(c) != kNone;
    at = skip_any(text, at, depth);
    if (at == kNone) return kNone;
  }
  return kNone;
}

/// One character, or the quoted stretch that starts there.
std::size_t skip_any(std::string_view text, std::size_t at, int depth) {
  if (depth >= kDeepest) return kNone;
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("\\")) return rest.size() > 1 ? at + 2 : kNone;
  if (rest.starts_with("'")) return skip_single(text, at);
  if (rest.starts_with("\"")) return skip_double(text, at, depth + 1);
  if (rest.starts_with("`")) return skip_backquotes(text, at);
  if (rest.starts_with("$(")) return skip_substitution_at(text, at, depth + 1);
  if (rest.starts_with("${")) return skip_braces_at(text, at, depth + 1);
  if (rest.starts_with("$'")) {
    // bash knows escapes in it, dash does not.
    const std::size_t end = skip_single(text, at + 1);
    if (end == kNone || text.substr(at, end - at).find('\\') != kNone) return kNone;
    return end;
  }
  return at + 1;
}

}  // namespace

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool continues_name(char c) {
  return starts_name(c) || (c >= '0' && c <= '9');
}

std::size_t name_end(std::string_view text, std::size_t at) {
  if (at >= text.size() || !starts_name(text[at])) return at;
  while (at < text.size() && continues_name(text[at]))
    ++at;
  return at;
}

std::size_t skip_backquotes(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '`'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at < text.size() ? at + 1 : kNone;
}

std::size_t skip_substitution(std::string_view text, std::size_t at) {
  return skip_substitution_at(text, at, 0);
}

std::size_t skip_braces(std::string_view text, std::size_t at) {
  return skip_braces_at(text, at, 0);
}

std::size_t skip_word(std::string_view text, std::size_t at) {
  while (at < text.size() && !is_blank(text[at]) &&
         std::string_view("\n;&|<>()").find(text[at]) == kNone) {
    at = skip_any(text, at, 0);
    if (at == kNone) return kNone;
  }
  return at;
}

}  // namespace guestclock::grub
