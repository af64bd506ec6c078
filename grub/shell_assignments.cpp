#include "grub/shell_assignments.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "grub/shell_statement.h"
#include "grub/shell_words.h"

namespace guestclock::grub {
namespace {

constexpr int kDeepestWord = 8;

bool ends_bare_text(char c) {
  return is_blank(c) || std::string_view("\n;&|<>()").find(c) != std::string_view::npos;
}

/// Takes the value of one assignment apart.
class ValueReader {
 public:
  ValueReader(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  /// False: outside of the subset.
  bool run() {
    while (at_ < bytes_.size() && !ends_bare_text(bytes_[at_])) {
      if (!take_bare()) return false;
    }
    return true;
  }
  [[nodiscard]] std::size_t end() const { return at_; }
  std::vector<ValuePart> take_parts() { return std::move(parts_); }

 private:
  bool take_bare() {
    const char c = bytes_[at_];
    if (c == '\'') return take_single();
    if (c == '"') return take_double();
    if (c == '$') return take_dollar(Quoting::bare, parts_, 0);
    if (c == '`') return take_unknown(skip_backquotes(bytes_, at_), "a command's output");
    if (c == '\\') {
      if (at_ + 1 >= bytes_.size()) return false;
      if (bytes_[at_ + 1] == '\n') {
        at_ += 2;
        return true;
      }
      return take_byte(parts_, Quoting::bare, bytes_[at_ + 1], 2);
    }
    const bool tilde =
        c == '~' && (parts_.empty() ||
                     (parts_.back().kind == ValuePart::Kind::text &&
                      parts_.back().quoting == Quoting::bare && parts_.back().text.ends_with(':')));
    if (tilde) return take_unknown(at_ + 1, "a home directory");
    return take_byte(parts_, Quoting::bare, c, 1);
  }

  bool take_single() {
    const std::size_t close = bytes_.find('\'', at_ + 1);
    if (close == std::string_view::npos) return false;
    ++at_;
    start_text(parts_, Quoting::single);
    while (at_ < close)
      take_byte(parts_, Quoting::single, bytes_[at_], 1);
    ++at_;
    return true;
  }

  bool take_double() {
    ++at_;
    start_text(parts_, Quoting::doubled);
    while (at_ < bytes_.size() && bytes_[at_] != '"') {
      const char c = bytes_[at_];
      const char next = at_ + 1 < bytes_.size() ? bytes_[at_ + 1] : '\0';
      bool taken = true;
      if (c == '$') {
        taken = take_dollar(Quoting::doubled, parts_, 0);
      } else if (c == '`') {
        taken = take_unknown(skip_backquotes(bytes_, at_), "a command's output");
      } else if (c == '\\' && next == '\n') {
        at_ += 2;
      } else if (c == '\\' && std::string_view("$`\"\\").find(next) != std::string_view::npos) {
        taken = take_byte(parts_, Quoting::doubled, next, 2);
      } else {
        take_byte(parts_, Quoting::doubled, c, 1);
      }
      if (!taken) return false;
    }
    if (at_ == bytes_.size()) return false;
    ++at_;
    return true;
  }

  bool take_dollar(Quoting quoting, std::vector<ValuePart>& parts, int depth) {
    const char next = at_ + 1 < bytes_.size() ? bytes_[at_ + 1] : '\0';
    if (starts_name(next)) {
      const std::size_t end = name_end(bytes_, at_ + 1);
      add_reference(parts, quoting, bytes_.substr(at_ + 1, end - at_ - 1));
      at_ = end;
      return true;
    }
    if (next == '{') return take_braces(quoting, parts, depth);
    if (next == '(') {
      // Arithmetic may assign.
      if (bytes_.substr(at_).starts_with("$((") || depth > 0) return false;
      return take_unknown(skip_substitution(bytes_, at_), "a command's output");
    }
    if (quoting == Quoting::bare && (next == '\'' || next == '"')) return false;
    if ((next >= '0' && next <= '9') ||
        (next != '\0' && std::string_view("@*#?-$!").find(next) != std::string_view::npos)) {
      return take_unknown(at_ + 2, std::string("$") + next, &parts);
    }
    return take_byte(parts, quoting, '$', 1);
  }

  /// ${NAME...}
  bool take_braces(Quoting quoting, std::vector<ValuePart>& parts, int depth) {
    const std::size_t name_begin = at_ + 2;
    const std::size_t end = name_end(bytes_, name_begin);
    const std::string_view name = bytes_.substr(name_begin, end - name_begin);
    const std::string_view rest = bytes_.substr(end);
    if (name.empty() || depth == kDeepestWord) return false;
    if (rest.starts_with("}")) {
      add_reference(parts, quoting, name);
      at_ = end + 1;
      return true;
    }
    if (rest.starts_with("=") || rest.starts_with(":=")) return false;
    const bool if_set = rest.starts_with(":+");
    if (!if_set && !rest.starts_with(":-")) {
      return take_unknown(skip_braces(bytes_, at_),
                          "an expansion of $" + std::string(name) + " that is not followed",
                          &parts);
    }
    ValuePart part;
    part.kind = ValuePart::Kind::reference;
    part.quoting = quoting;
    part.begin = at_;
    part.name = name;
    part.use = if_set ? ValuePart::Use::if_set : ValuePart::Use::if_unset;
    at_ = end + 2;
    if (!take_word(part.word, depth + 1)) return false;
    parts.push_back(std::move(part));
    return true;
  }

  bool take_word(std::vector<ValuePart>& word, int depth) {
    for (; at_ < bytes_.size() && bytes_[at_] != '}';) {
      const char c = bytes_[at_];
      if (std::string_view("'\"\\`\n{~").find(c) != std::string_view::npos) return false;
      if (c == '$') {
        if (!take_dollar(Quoting::word, word, depth)) return false;
      } else {
        take_byte(word, Quoting::word, c, 1);
      }
    }
    if (at_ == bytes_.size()) return false;
    ++at_;
    return true;
  }

  bool take_byte(std::vector<ValuePart>& parts, Quoting quoting, char c, std::uint32_t width) {
    if (c == '\r') return take_unknown(at_ + width, "a carriage return", &parts);
    const bool goes_on = !parts.empty() && parts.back().kind == ValuePart::Kind::text &&
                         parts.back().quoting == quoting;
    if (!goes_on) start_text(parts, quoting);
    parts.back().text += c;
    parts.back().sources.push_back({static_cast<std::uint32_t>(at_), width});
    at_ += width;
    return true;
  }

  void start_text(std::vector<ValuePart>& parts, Quoting quoting) {
    ValuePart part;
    part.quoting = quoting;
    part.begin = at_;
    parts.push_back(std::move(part));
  }

  void add_reference(std::vector<ValuePart>& parts, Quoting quoting, std::string_view name) {
    ValuePart part;
    part.kind = ValuePart::Kind::reference;
    part.quoting = quoting;
    part.begin = at_;
    part.name = name;
    parts.push_back(std::move(part));
  }

  bool take_unknown(std::size_t end, std::string why, std::vector<ValuePart>* parts = nullptr) {
    if (end == std::string_view::npos) return false;
    ValuePart part;
    part.kind = ValuePart::Kind::unknown;
    part.begin = at_;
    part.text = std::move(why);
    (parts == nullptr ? parts_ : *parts).push_back(std::move(part));
    at_ = end;
    return true;
  }

  std::string_view bytes_;
  std::size_t at_;
  std::vector<ValuePart> parts_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::vector<ShellItem> run() {
    if (bytes_.find('\0') != std::string_view::npos) {
      broken("a NUL byte");
      return std::move(items_);
    }
    while (at_ < bytes_.size()) {
      skip_neutral();
      if (at_ == bytes_.size()) break;
      if (!take_assignments()) take_opaque();
    }
    emit(ShellItem::Kind::neutral, at_);
    return std::move(items_);
  }

 private:
  void skip_neutral() {
    while (at_ < bytes_.size()) {
      if (bytes_[at_] == '#') {
        at_ = std::min(bytes_.find('\n', at_), bytes_.size());
      } else if (is_blank(bytes_[at_]) || bytes_[at_] == '\n') {
        ++at_;
      } else if (bytes_.substr(at_).starts_with("\\\n")) {
        at_ += 2;
      } else {
        return;
      }
    }
  }

  void skip_blanks(std::size_t& at) const {
    while (at < bytes_.size()) {
      if (is_blank(bytes_[at])) {
        ++at;
      } else if (bytes_.substr(at).starts_with("\\\n")) {
        at += 2;
      } else {
        return;
      }
    }
  }

  /// A whole statement of assignments; false where it is none.
  bool take_assignments() {
    std::vector<ShellItem> found;
    std::size_t at = at_;
    bool exporting = false;
    while (at < bytes_.size() && bytes_[at] != '\n' && bytes_[at] != ';' && bytes_[at] != '#') {
      const std::size_t end = name_end(bytes_, at);
      const std::string_view name = bytes_.substr(at, end - at);
      const std::string_view rest = bytes_.substr(end);
      const bool append = rest.starts_with("+=");
      if (!name.empty() && (append || rest.starts_with("="))) {
        if (!take_assignment(at, end, append, exporting, found)) return false;
      } else if (!exporting && found.empty() && name == "export" && !rest.empty() &&
                 is_blank(rest.front())) {
        exporting = true;
        at = end;
      } else if (exporting && !name.empty() && (rest.empty() || ends_bare_text(rest.front()))) {
        at = end;
      } else {
        return false;
      }
      const std::size_t word_end = at;
      skip_blanks(at);
      // Only in front of a word does '#' start a comment.
      if (at == word_end && at < bytes_.size() && !ends_bare_text(bytes_[at])) return false;
    }
    if (found.empty() && !exporting) return false;
    if (bytes_.substr(at).starts_with(";;")) return false;
    for (ShellItem& item : found) {
      emit(ShellItem::Kind::neutral, item.begin);
      const std::size_t value_end = item.value_end;
      emit(std::move(item), value_end);
    }
    at_ = at < bytes_.size() && bytes_[at] == ';' ? at + 1 : at;
    return true;
  }

  bool take_assignment(std::size_t& at, std::size_t name_end, bool append, bool exporting,
                       std::vector<ShellItem>& found) {
    ShellItem item;
    item.kind = ShellItem::Kind::assignment;
    item.begin = at;
    item.name = bytes_.substr(at, name_end - at);
    item.append = append;
    item.value_begin = name_end + (append ? 2 : 1);
    ValueReader reader(bytes_, item.value_begin);
    if (!reader.run()) return false;
    item.value_end = reader.end();
    item.value = reader.take_parts();
    at = item.value_end;
    if (exporting) hide_split_words(item.value);
    found.push_back(std::move(item));
    return true;
  }

  /// Old versions of dash split what is expanded without quotes behind `export`.
  static void hide_split_words(std::vector<ValuePart>& parts) {
    for (ValuePart& part : parts) {
      if (part.kind != ValuePart::Kind::reference || part.quoting != Quoting::bare) continue;
      part.kind = ValuePart::Kind::unknown;
      part.text = "an expansion without quotes behind export";
    }
  }

  void take_opaque() {
    const ShellStatement statement = scan_statement(bytes_, at_);
    if (statement.broken) {
      broken(statement.reason);
      return;
    }
    ShellItem item;
    item.kind = ShellItem::Kind::opaque;
    item.reason = statement.reason;
    item.foreign_code = statement.foreign_code;
    item.diverts = statement.diverts;
    item.calls = statement.calls;
    emit(ShellItem::Kind::neutral, at_);
    emit(std::move(item), statement.end);
    at_ = statement.end;
  }

  void broken(std::string reason) {
    ShellItem item;
    item.kind = ShellItem::Kind::opaque;
    item.broken = true;
    item.reason = std::move(reason);
    emit(ShellItem::Kind::neutral, at_);
    emit(std::move(item), bytes_.size());
    at_ = bytes_.size();
  }

  void emit(ShellItem::Kind kind, std::size_t end) {
    if (done_ == end) return;
    ShellItem item;
    item.kind = kind;
    emit(std::move(item), end);
  }

  /// `item` takes the bytes from the last one's end up to `end`.
  void emit(ShellItem item, std::size_t end) {
    item.begin = done_;
    item.line = line_;
    item.raw = bytes_.substr(done_, end - done_);
    line_ += static_cast<std::size_t>(std::count(item.raw.begin(), item.raw.end(), '\n'));
    done_ = end;
    items_.push_back(std::move(item));
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t done_ = 0;
  std::size_t line_ = 1;
  std::vector<ShellItem> items_;
};

std::size_t end_of_name(std::string_view text, std::size_t at) {
  while (at < text.size() && continues_name(text[at]))
    ++at;
  return at;
}

/// Whether the variable named in [begin, end) may get a value there.
bool assigns_at(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin > 0 && text[begin - 1] == '$') return false;
  if (begin < 2 || text[begin - 1] != '{' || text[begin - 2] != '$') return true;
  return text.substr(end).starts_with("=") || text.substr(end).starts_with(":=");
}

}  // namespace

std::string ShellFile::print() const {
  std::string bytes;
  for (const ShellItem& item : items)
    bytes += item.raw;
  return bytes;
}

ShellFile parse_shell_assignments(std::string_view bytes) {
  return {Reader(bytes).run()};
}

std::vector<std::string_view> names_assigned(const ShellItem& item) {
  std::vector<std::string_view> names;
  const std::string_view text = item.raw;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = continues_name(text[at]) ? end_of_name(text, at) : at;
    if (end == at) {
      ++at;
      continue;
    }
    if (starts_name(text[at]) && assigns_at(text, at, end)) {
      names.push_back(text.substr(at, end - at));
    }
    at = end;
  }
  return names;
}

bool quote_into(std::string_view text, Quoting quoting, std::string& out) {
  const auto plain = [&](char c) {
    return continues_name(c) || std::string_view(".,:/=+@%^-").find(c) != std::string_view::npos ||
           (c == ' ' && quoting == Quoting::word);
  };
  if (quoting == Quoting::single) {
    if (text.find('\'') != std::string_view::npos) return false;
    out += text;
    return true;
  }
  if (quoting != Quoting::doubled) {
    if (!std::all_of(text.begin(), text.end(), plain)) return false;
    out += text;
    return true;
  }
  for (const char c : text) {
    if (std::string_view("\\\"$`").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return true;
}

}  // namespace guestclock::grub
