#include "system/clock_command.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace guestclock::system {
namespace {

using Words = std::vector<std::string>;

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

/// Words that stand before a program's name where it is not run.
constexpr auto kNotRun = std::to_array<std::string_view>(
    {"[", "[[", "test", "which", "command", "type", "echo", "logger", "pkill", "killall", "pgrep",
     "service", "systemctl"});

/// One of the words is a group of options, "-bu", with one of `letters`.
bool has_option(Words::const_iterator first, Words::const_iterator last, std::string_view letters) {
  return std::any_of(first, last, [letters](const std::string& word) {
    return word.size() > 1 && word[0] == '-' && word[1] != '-' &&
           word.find_first_of(letters, 1) != std::string::npos;
  });
}

const Program* program_of(const std::string& word) {
  const std::string_view name = std::string_view(word).substr(word.rfind('/') + 1);
  const auto* const found =
      std::find_if(kPrograms.begin(), kPrograms.end(),
                   [name](const Program& program) { return program.name == name; });
  return found != kPrograms.end() ? found : nullptr;
}

const Program* program_run(std::string_view command) {
  const Words line = words(command);
  for (auto word = line.begin(); word != line.end(); ++word) {
    if (contains(kNotRun, *word)) return nullptr;
    const Program* const program = program_of(*word);
    if (program == nullptr) continue;
    const auto options = word + 1;
    const bool sets =
        program->sets_with.empty() || has_option(options, line.end(), program->sets_with);
    return sets && !has_option(options, line.end(), program->shows_with) ? program : nullptr;
  }
  return nullptr;
}

}  // namespace

std::optional<ClockCommand> clock_command(std::string_view line) {
  if (trim(line).starts_with('#')) return std::nullopt;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find_first_of(";&|()`"), line.size());
    const std::string_view command = trim(line.substr(0, end));
    if (const Program* const program = program_run(command)) {
      return ClockCommand{command, std::string(program->name)};
    }
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return std::nullopt;
}

}  // namespace guestclock::system
