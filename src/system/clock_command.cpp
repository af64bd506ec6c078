#include "system/clock_command.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace guestclock::system {
namespace {

struct Program {
  std::string_view name;
  std::string_view sets_with;   ///< it sets the clock only with one of these letters as options
  std::string_view shows_with;  ///< it only shows the time with one of these
};

constexpr std::array<Program, 8> kPrograms{{
    {"ntpdate", "", "dq"},
    {"ntpdate-debian", "", "dq"},
    {"sntp", "sSraj", ""},
    {"ntpdig", "sSaj", ""},
    {"rdate", "", "p"},
    {"htpdate", "sx", ""},
    {"ntpd", "q", ""},
    {"chronyd", "q", "Q"},
}};

/// One of these is a part of every name.
constexpr std::array<std::string_view, 4> kPartsOfNames{"ntp", "rdate", "htpdate", "chronyd"};

constexpr bool has_a_part(const Program& program) {
  return std::any_of(kPartsOfNames.begin(), kPartsOfNames.end(), [&](std::string_view part) {
    return program.name.find(part) != std::string_view::npos;
  });
}
static_assert(std::all_of(kPrograms.begin(), kPrograms.end(), has_a_part));

/// Words that stand before a program's name where it is not run.
constexpr auto kNotRun = std::to_array<std::string_view>(
    {"[", "[[", "test", "which", "command", "type", "echo", "logger", "pkill", "killall", "pgrep",
     "service", "systemctl"});

bool ends_word(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

bool ends_command(char c) {
  return c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '`';
}

/// As a shell sees it: a word that begins with '#' and all that follows is a comment.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at == 0 || ends_word(line[at - 1]) || ends_command(line[at - 1])) return line.substr(0, at);
  }
  return line;
}

/// The first word, which is cut off; empty: there is none.
std::string_view take_word(std::string_view& line) {
  const auto* const start = std::find_if_not(line.begin(), line.end(), ends_word);
  const auto* const end = std::find_if(start, line.end(), ends_word);
  const std::string_view word(start, static_cast<std::size_t>(end - start));
  line.remove_prefix(static_cast<std::size_t>(end - line.begin()));
  return word;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// One of the words is a group of options, "-bu", with one of `letters`.
bool has_option(std::string_view rest, std::string_view letters) {
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (word[0] != '-') continue;
    // What follows another sign is a value: "-k/etc/keys".
    const auto* const end = std::find_if_not(word.begin() + 1, word.end(), is_letter);
    const std::string_view group = word.substr(1, static_cast<std::size_t>(end - word.begin()) - 1);
    if (group.find_first_of(letters) != std::string_view::npos) return true;
  }
  return false;
}

const Program* program_of(std::string_view word) {
  const std::string_view name = word.substr(word.rfind('/') + 1);
  const auto* const found =
      std::find_if(kPrograms.begin(), kPrograms.end(),
                   [name](const Program& program) { return program.name == name; });
  return found != kPrograms.end() ? found : nullptr;
}

const Program* program_run(std::string_view command) {
  std::string_view rest = command;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (contains(kNotRun, word)) return nullptr;
    const Program* const program = program_of(word);
    if (program == nullptr) continue;
    const bool sets = program->sets_with.empty() || has_option(rest, program->sets_with);
    return sets && !has_option(rest, program->shows_with) ? program : nullptr;
  }
  return nullptr;
}

}  // namespace

std::optional<ClockCommand> clock_command(std::string_view line) {
  line = without_comment(line);
  while (!line.empty()) {
    const auto* const stop = std::find_if(line.begin(), line.end(), ends_command);
    const auto end = static_cast<std::size_t>(stop - line.begin());
    const std::string_view command = trim(line.substr(0, end));
    if (const Program* const program = program_run(command)) {
      return ClockCommand{command, std::string(program->name)};
    }
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return std::nullopt;
}

bool may_hold_clock_command(std::string_view text) {
  return std::any_of(kPartsOfNames.begin(), kPartsOfNames.end(), [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

}  // namespace guestclock::system
