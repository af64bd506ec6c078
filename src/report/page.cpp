#include "report/page.h"

#include <algorithm>

#include "base/text.h"

namespace guestclock::report {
namespace {

std::string safe(std::string_view text) {
  return printable(text, text.size());
}

}  // namespace

void Page::heading(std::string_view text) {
  gap();
  text_ += safe(text);
  text_ += '\n';
}

void Page::field(std::string_view label, std::string_view text) {
  const std::size_t start = text_.size();
  text_ += "  ";
  text_ += safe(label);
  const std::size_t width = text_.size() - start;
  text_.append(width < kTextColumn ? kTextColumn - width : 1, ' ');
  wrap(start, kTextColumn, text);
}

void Page::paragraph(std::size_t indent, std::string_view text) {
  const std::size_t start = text_.size();
  text_.append(indent, ' ');
  wrap(start, indent, text);
}

void Page::bullet(std::string_view text) {
  const std::size_t start = text_.size();
  text_ += "  - ";
  wrap(start, 4, text);
}

void Page::line(std::size_t indent, std::string_view text) {
  text_ += std::string(indent, ' ') + safe(text) + "\n";
}

void Page::verbatim(std::string_view text) {
  for (const std::string_view one : lines(text)) {
    std::string_view rest = one;
    for (std::size_t tab = rest.find('\t'); tab != std::string_view::npos; tab = rest.find('\t')) {
      text_ += safe(rest.substr(0, tab));
      text_ += '\t';
      rest.remove_prefix(tab + 1);
    }
    text_ += safe(rest);
    text_ += '\n';
  }
}

void Page::gap() {
  if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
}

void Page::wrap(std::size_t start, std::size_t indent, std::string_view text) {
  bool has_word = false;
  const std::string escaped = safe(text);
  std::string_view rest = escaped;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.empty()) break;
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    if (has_word && text_.size() - start + 1 + word.size() > kWidth) {
      text_ += '\n';
      start = text_.size();
      text_.append(indent, ' ');
      has_word = false;
    }
    if (has_word) text_ += ' ';
    text_ += word;
    has_word = true;
  }
  while (text_.size() > start && text_.back() == ' ')
    text_.pop_back();
  text_ += '\n';
}

std::string in_words(const model::Fact<std::string>& fact) {
  return in_words(fact, [](const std::string& value) { return value.empty() ? "none" : value; });
}

std::string in_words(const model::Fact<bool>& fact) {
  return in_words(fact, yes_or_no);
}

std::string in_words(const model::Fact<std::int64_t>& fact) {
  return in_words(fact, [](std::int64_t value) { return std::to_string(value); });
}

std::string in_words(const std::vector<std::string>& list, std::string_view between) {
  return list.empty() ? "none" : join(list, between);
}

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace guestclock::report
