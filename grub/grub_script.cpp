#include "grub/grub_script.h"

#include <algorithm>

#include "base/text.h"

namespace guestclock::grub {
namespace {

constexpr std::string_view kDivides = ";&|<>{}";
constexpr std::string_view kEndsWord = " \t\n;&|<>{}";

bool is_one_of(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

}  // namespace

char ScriptCommands::take() {
  const char c = script_[at_++];
  if (c == '\n') ++line_;
  return c;
}

void ScriptCommands::take_double_quoted(std::string& word) {
  while (at_ < script_.size() && script_[at_] != '"') {
    const std::string_view rest = script_.substr(at_);
    if (rest.size() > 1 && rest[0] == '\\' && is_one_of("\\\"$\n", rest[1])) {
      ++at_;
      if (const char c = take(); c != '\n') word += c;
    } else {
      word += take();
    }
  }
  if (at_ < script_.size()) ++at_;
}

void ScriptCommands::take_variable(std::string& word) {
  if (script_.substr(at_).starts_with("${")) {
    while (at_ < script_.size() && script_[at_] != '}')
      word += take();
  }
  if (at_ < script_.size()) word += take();
}

void ScriptCommands::take_word(std::string& word) {
  while (at_ < script_.size() && !is_one_of(kEndsWord, script_[at_])) {
    if (script_[at_] == '$') {
      take_variable(word);
      continue;
    }
    const char c = take();
    if (c == '\'') {
      while (at_ < script_.size() && script_[at_] != '\'')
        word += take();
      if (at_ < script_.size()) ++at_;
    } else if (c == '"') {
      take_double_quoted(word);
    } else if (c != '\\') {
      word += c;
    } else if (at_ < script_.size()) {
      if (const char escaped = take(); escaped != '\n') word += escaped;
    }
  }
}

std::optional<ScriptCommand> ScriptCommands::next() {
  ScriptCommand command;
  command.line = line_;
  while (at_ < script_.size()) {
    const char c = script_[at_];
    if (is_blank(c)) {
      ++at_;
    } else if (script_.substr(at_).starts_with("\\\n")) {
      at_ += 2;
      ++line_;
    } else if (c == '#') {
      if (!command.words.empty()) return command;
      const std::size_t end = std::min(script_.find('\n', at_), script_.size());
      command.comment = script_.substr(at_, end - at_);
      at_ = end;
      return command;
    } else if (is_one_of(kEndsWord, c)) {
      command.end = take();
      if (!command.words.empty() || c == '{' || c == '}') return command;
      command.line = line_;
    } else {
      if (command.words.empty()) command.line = line_;
      take_word(command.words.emplace_back());
    }
  }
  command.end = '\n';
  if (command.words.empty()) return std::nullopt;
  return command;
}

std::string as_kernel_word(const std::string& word) {
  return word.find(' ') == std::string::npos ? word : '"' + word + '"';
}

std::optional<std::string> why_no_linux_line(std::string_view value) {
  char quote = '\0';
  bool word_start = true;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char c = value[at];
    if (c == '\n') return "has a newline: what stands behind it never reaches the kernel";
    if (quote == '\0' && word_start && c == '#') return "has a comment: GRUB drops what follows";
    word_start = is_blank(c);
    if (c == '\\' && quote != '\'') {
      if (at + 1 == value.size()) return "ends in a backslash: GRUB joins the next line to it";
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
