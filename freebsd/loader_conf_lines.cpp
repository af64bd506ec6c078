#include "freebsd/loader_conf_lines.h"

#include <algorithm>

namespace guestclock::freebsd {
namespace {

/// isspace() in the C locale, as Lua's %s; a line holds no newline.
bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_alphanumeric(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}
bool is_word(char c) {
  return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at]))
    ++at;
  return at;
}

std::size_t skip_word(std::string_view text, std::size_t at) {
  while (at < text.size() && is_word(text[at]))
    ++at;
  return at;
}

ConfLine parse_line(std::string_view raw) {
  ConfLine line;
  line.raw = raw;
  const std::string_view text = raw.substr(0, raw.find('\n'));
  std::size_t at = skip_space(text, 0);
  if (at == text.size() || text[at] == '#') return line;
  line.kind = ConfLine::Kind::malformed;

  const std::size_t name_begin = at;
  if (!is_alphanumeric(text[at])) return line;
  at = skip_word(text, at);
  const std::string_view name = text.substr(name_begin, at - name_begin);
  at = skip_space(text, at);
  if (at == text.size() || text[at] != '=') return line;
  line.name = name;
  // Forth wants a letter in front.
  line.doubtful = !is_letter(name.front());

  at = skip_space(text, at + 1);
  line.value_begin = at;
  if (at < text.size() && text[at] == '"') {
    const std::size_t close = text.find('"', at + 1);
    if (close == std::string_view::npos) return line;
    line.text = text.substr(at + 1, close - at - 1);
    at = close + 1;
  } else {
    if (at == text.size() || !(is_alphanumeric(text[at]) || text[at] == '-')) return line;
    const std::size_t end = skip_word(text, at);
    line.text = text.substr(at, end - at);
    at = end;
  }
  line.value_end = at;
  at = skip_space(text, at);
  const std::string_view rest = text.substr(at);
  if (!rest.empty() && rest.front() != '#') return line;
  line.kind = ConfLine::Kind::assignment;
  // Older Lua takes everything up to the last quote of the line for the value.
  if (rest.find('"') != std::string_view::npos || text.find('\0') != std::string_view::npos) {
    line.doubtful = true;
  }
  return line;
}

}  // namespace

std::string ConfFile::print() const {
  std::string bytes;
  for (const ConfLine& line : lines)
    bytes += line.raw;
  return bytes;
}

ConfFile parse_conf_file(std::string_view bytes) {
  ConfFile file;
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const std::size_t size = newline == std::string_view::npos ? bytes.size() : newline + 1;
    file.lines.push_back(parse_line(bytes.substr(0, size)));
    bytes.remove_prefix(size);
  }
  return file;
}

bool all_assignments(const ConfFile& file) {
  const auto is = [](ConfLine::Kind kind) {
    return [kind](const ConfLine& line) { return line.kind == kind; };
  };
  return std::none_of(file.lines.begin(), file.lines.end(), is(ConfLine::Kind::malformed)) &&
         std::any_of(file.lines.begin(), file.lines.end(), is(ConfLine::Kind::assignment));
}

}  // namespace guestclock::freebsd
