#include "tables/json_text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace guestclock::tables {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestText = std::size_t{1} << 20U;
constexpr int kDeepestNesting = 32;
// Bounds for what runs behind the parser: the pattern matcher recurses once per character of a
// string, the index of positions holds every name of the way to every value.
constexpr std::size_t kLongestString = 2000;
constexpr std::size_t kLongestName = 80;
constexpr std::size_t kMostValues = 20000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Offset of the bracket that nests too deeply. Works on any bytes: it runs before the parser.
std::optional<std::size_t> too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepestNesting) return i;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return std::nullopt;
}

/// The parser's words without its prefix "[json.exception...] parse error at line 1, column 2: ".
std::string without_prefix(std::string_view what) {
  if (const std::size_t end = what.find("] "); what.starts_with("[json.") && end != what.npos) {
    what.remove_prefix(end + 2);
  }
  if (what.starts_with("parse error")) {
    if (const std::size_t end = what.find(": "); end != what.npos) what.remove_prefix(end + 2);
  }
  return printable(what);
}

/// Accepts what is within bounds; remembers what is not, or where the parser gave up.
class Listener : public nlohmann::json_sax<json> {
 public:
  explicit Listener(std::string_view text) : text_(text) {}

  bool null() override { return count(); }
  bool boolean(bool /*value*/) override { return count(); }
  bool number_integer(number_integer_t /*value*/) override { return count(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return count(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return count(); }
  bool string(string_t& value) override {
    if (value.size() <= kLongestString) return count();
    return refuse(
        fmt::format("a string longer than {} bytes: {}...", kLongestString, printable(value, 20)));
  }
  bool binary(binary_t& /*value*/) override { return count(); }
  bool start_object(std::size_t /*elements*/) override { return count(); }
  bool key(string_t& value) override {
    if (value.size() <= kLongestName) return true;
    return refuse(
        fmt::format("a name longer than {} bytes: {}...", kLongestName, printable(value, 20)));
  }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*elements*/) override { return count(); }
  bool end_array() override { return true; }
  /// `position` is behind the last byte read; `last_token` may be spelled with escapes.
  bool parse_error(std::size_t position, const std::string& last_token,
                   const json::exception& error) override {
    std::size_t offset = position == 0 ? 0 : position - 1;
    if (last_token.size() <= position && position <= text_.size() &&
        text_.substr(position - last_token.size(), last_token.size()) == last_token) {
      offset = position - last_token.size();
    }
    problem_ = TextProblem{offset, without_prefix(error.what())};
    return false;
  }

  [[nodiscard]] const std::optional<TextProblem>& problem() const { return problem_; }

 private:
  bool count() {
    if (++values_ <= kMostValues) return true;
    return refuse(fmt::format("more than {} values", kMostValues));
  }
  bool refuse(std::string what) {
    problem_ = TextProblem{0, std::move(what)};
    return false;
  }

  std::string_view text_;
  std::size_t values_ = 0;
  std::optional<TextProblem> problem_;
};

bool is_json_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

TextPosition position_at(std::string_view text, std::size_t offset) {
  TextPosition position;
  const std::size_t end = std::min(offset, text.size());
  for (std::size_t i = 0; i < end; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((byte & 0xC0U) != 0x80U) {
      ++position.column;
    }
  }
  return position;
}

std::optional<TextProblem> syntax_problem(std::string_view text) {
  if (text.size() > kLongestText) {
    return TextProblem{0, fmt::format("longer than {} bytes", kLongestText)};
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return TextProblem{nul, "a NUL byte"};
  }
  if (const auto offset = too_deep(text)) {
    return TextProblem{*offset, fmt::format("nested deeper than {} levels", kDeepestNesting)};
  }
  Listener listener(text);
  if (json::sax_parse(text, &listener)) return std::nullopt;
  return listener.problem().value_or(TextProblem{0, "not JSON"});
}

/// Walks valid JSON. Recursion is bounded: syntax_problem() limits the nesting.
class JsonPositions::Scan {
 public:
  Scan(std::string_view text, JsonPositions& found) : text_(text), found_(found) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  void value(const std::string& pointer) {
    skip_blanks();
    if (!found_.offsets_.emplace(pointer, at_).second && !found_.duplicate_) {
      found_.duplicate_ = TextProblem{at_, "this member stands here for the second time"};
    }
    if (peek() == '{') {
      object(pointer);
    } else if (peek() == '[') {
      array(pointer);
    } else if (peek() == '"') {
      skip_string();
    } else {
      while (at_ < text_.size() && !is_json_blank(peek()) && peek() != ',' && peek() != '}' &&
             peek() != ']') {
        ++at_;
      }
    }
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (is_json_blank(peek()))
      ++at_;
  }
  std::string_view skip_string() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"')
      at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, text_.size());
    return text_.substr(begin, at_ - begin);
  }
  /// Behind a value: true where another one follows.
  bool next(char closing) {
    skip_blanks();
    const bool more = peek() == ',';
    if (more || peek() == closing) ++at_;
    return more;
  }
  void object(const std::string& pointer) {
    ++at_;
    skip_blanks();
    if (peek() == '}') {
      ++at_;
      return;
    }
    do {
      skip_blanks();
      const json name = json::parse(skip_string(), nullptr, false);
      skip_blanks();
      ++at_;  // ':'
      value(pointer + pointer_part(name.is_string() ? name.get<std::string>() : std::string()));
    } while (next('}'));
  }
  void array(const std::string& pointer) {
    ++at_;
    skip_blanks();
    if (peek() == ']') {
      ++at_;
      return;
    }
    std::size_t index = 0;
    do {
      value(fmt::format("{}/{}", pointer, index++));
    } while (next(']'));
  }

  std::string_view text_;
  JsonPositions& found_;
  std::size_t at_ = 0;
};

JsonPositions::JsonPositions(std::string_view text) {
  Scan(text, *this).value({});
}

std::size_t JsonPositions::offset_of(std::string_view pointer) const {
  while (true) {
    const auto found = offsets_.find(pointer);
    if (found != offsets_.end()) return found->second;
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return 0;
    pointer = pointer.substr(0, slash);
  }
}

std::string pointer_part(std::string_view name) {
  std::string part = "/";
  for (const char c : name) {
    if (c == '~') {
      part += "~0";
    } else if (c == '/') {
      part += "~1";
    } else {
      part += c;
    }
  }
  return part;
}

}  // namespace guestclock::tables
