#include "grub/grub_script.h"

#include "base/text.h"

namespace guestclock::grub {
namespace {

constexpr std::string_view kDivides = ";&|<>{}";

}  // namespace

std::optional<std::string> why_no_linux_line(std::string_view value) {
  char quote = '\0';
  bool word_start = true;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char c = value[at];
    if (c == '\n') return "has a newline: what stands behind it never reaches the kernel";
    if (quote == '\0' && word_start && c == '#') return "has a comment: GRUB drops what follows";
    word_start = is_blank(c);
    if (c == '\\' && quote != '\'') {
      ++at;
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (value.substr(at).starts_with("${")) {
      at = value.find('}', at);
      if (at == std::string_view::npos) return "has a ${ without end";
    } else if (kDivides.find(c) != std::string_view::npos) {
      return std::string("has a ") + c + ", which ends GRUB's linux line";
    }
  }
  if (quote != '\0') return std::string("has a ") + quote + " that is not closed";
  return std::nullopt;
}

std::optional<std::string> why_not_in_grub_script(const model::ParameterEdit& edit) {
  const auto reason = [&](std::string_view text) -> std::optional<std::string> {
    const std::size_t at = text.find_first_of(";&|<>{}$\\'\"");
    if (at == std::string_view::npos) return std::nullopt;
    return edit.key + " has a " + text[at] + ", which GRUB takes for itself when it reads grub.cfg";
  };
  if (edit.key.starts_with('#')) return "GRUB takes " + printable(edit.key) + " for a comment";
  if (auto why = reason(edit.key)) return why;
  for (const auto& value : edit.values) {
    if (!value) continue;
    if (auto why = reason(*value)) return why;
  }
  return std::nullopt;
}

}  // namespace guestclock::grub
