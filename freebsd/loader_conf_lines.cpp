#include "freebsd/loader_conf_lines.h"

#include <algorithm>
#include <array>

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

/// foo_load and the like: settings of the module foo.
bool names_module(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kSuffixes{"_load",   "_name",  "_type", "_flags",
                                                             "_before", "_after", "_error"};
  return std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](std::string_view suffix) {
    return name.size() > suffix.size() && name.ends_with(suffix);
  });
}

/// Whether the loader can put in what stands for $name, ${name} and backslashes in a value.
bool is_expandable(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      if (++at == text.size()) return false;
      continue;
    }
    if (text[at] != '$') continue;
    const std::string_view rest = text.substr(at + 1);
    if (rest.empty()) return false;
    if (rest.front() != '{') {
      if (!is_alphanumeric(rest.front())) return false;
      continue;
    }
    const std::size_t close = rest.find('}');
    if (close == std::string_view::npos || close == 1) return false;
    at += close + 1;
  }
  return true;
}

bool is_name(std::string_view text) {
  return names_module(text) || is_alphanumeric(text.front());
}

bool ends_line(std::string_view text, std::size_t at) {
  return at == text.size() || text[at] == '#';
}

/// The Forth loader's reading: it skips spaces and tabs only, so a CR stops it, wants a letter in
/// front, and takes `\"` into a value.
bool forth_reads(std::string_view text) {
  const auto skip_blanks = [&](std::size_t at) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
      ++at;
    return at;
  };
  std::size_t at = skip_blanks(0);
  if (ends_line(text, at)) return true;
  if (!is_letter(text[at])) return false;
  at = skip_blanks(skip_word(text, at));
  if (at == text.size() || text[at] != '=') return false;
  at = skip_blanks(at + 1);
  if (at < text.size() && text[at] == '"') {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\') ++at;
    }
    if (at >= text.size()) return false;
    ++at;
  } else {
    if (at == text.size() || !(is_alphanumeric(text[at]) || text[at] == '-')) return false;
    at = skip_word(text, at);
  }
  return ends_line(text, skip_blanks(at));
}

/// Whether older releases come to another value, or to none, for an assignment.
bool read_differently_before(const ConfLine& line, std::string_view rest) {
  // Forth wants a letter in front.
  if (!is_letter(line.name.front())) return true;
  // Older Lua takes everything up to the last quote of the line for the value.
  const bool quoted = line.raw[line.value_begin] == '"';
  if (quoted && rest.find('"') != std::string_view::npos) return true;
  // Older Lua knows no module with a dot in its name.
  return names_module(line.name) && line.name.find('.') != std::string::npos &&
         line.text.find_first_of("\\$") != std::string::npos;
}

ConfLine parse_line(std::string_view raw) {
  ConfLine line;
  line.raw = raw;
  const std::string_view text = raw.substr(0, raw.find('\n'));
  line.stops_forth = !forth_reads(text);
  std::size_t at = skip_space(text, 0);
  if (ends_line(text, at)) return line;
  line.kind = ConfLine::Kind::malformed;

  const std::size_t name_begin = at;
  at = skip_word(text, at);
  const std::string_view name = text.substr(name_begin, at - name_begin);
  at = skip_space(text, at);
  if (name.empty() || at == text.size() || text[at] != '=') return line;
  line.name = name;

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
  if (!ends_line(text, at) || !is_name(name)) return line;
  if (!is_taken_as_written(name) && !is_expandable(line.text)) {
    // Backslashes are Forth's own matter: it takes them out first.
    line.stops_forth = line.stops_forth || line.text.find('\\') == std::string_view::npos;
    return line;
  }
  line.kind = ConfLine::Kind::assignment;
  line.doubtful =
      read_differently_before(line, text.substr(at)) || text.find('\0') != std::string_view::npos;
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

bool is_taken_as_written(std::string_view name) {
  return name == "exec" || names_module(name);
}

}  // namespace guestclock::freebsd
