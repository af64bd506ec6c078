// Wires the real system to the verbs. Every verb is listed here by name.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>

#include <signal.h>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/verb.h"

namespace guestclock::cli {
namespace {

constexpr std::array<const Verb*, 16> kVerbs{
    &kDetect,   &kMeasure, &kFit,   &kAudit,   &kPlan,      &kApply,      &kParamsList, &kParamsSet,
    &kRollback, &kHistory, &kPurge, &kExplain, &kRulesList, &kRulesCheck, &kCapture,    &kSelftest};

StopFlag& stop_flag() {
  static StopFlag flag;
  return flag;
}

void on_signal(int number) {
  stop_flag().request(number);
}

/// These raise the flag; what runs stops by itself, restores what it changed for the time being and
/// still prints what it has.
void install_signal_handlers() {
  stop_flag();  // made before a handler can need it
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
    ::sigaction(number, &action, nullptr);
}

std::string introduction() {
  std::string text =
      "guestclock: tells what hypervisor this guest runs under, measures how its clock\n"
      "drifts and loses ticks, and proposes or applies the fix that is right for it,\n"
      "with backup and rollback.\n"
      "\n"
      "Three commands to start with:\n"
      "  guestclock audit     where am I, how wrong is my clock, what should change;\n"
      "                       changes nothing\n"
      "  guestclock plan      exactly which bytes apply would write; changes nothing\n"
      "  guestclock apply     carry the plan out; guestclock rollback undoes it\n"
      "\n"
      "All verbs:\n";
  for (const Verb* verb : kVerbs) {
    text += fmt::format("  {:<22} {}\n",
                        verb->arguments.empty() ? std::string(verb->name)
                                                : fmt::format("{} {}", verb->name, verb->arguments),
                        verb->summary);
  }
  text +=
      "\n"
      "guestclock VERB --help lists a verb's options. --root DIR looks at an unbooted\n"
      "tree, --format json is for programs.\n"
      "Exit codes: 0 nothing to change, 1 failed, 2 findings or changes pending,\n"
      "3 could not be determined, 4 applied and a reboot is needed, 5 conflict,\n"
      "64 usage, 75 locked, 77 no privilege, 130 and 143 interrupted.\n";
  return text;
}

void print_help(const Verb& verb) {
  fmt::print("guestclock {}{}{}: {}\n\n{}", verb.name, verb.arguments.empty() ? "" : " ",
             verb.arguments, verb.summary, options_help(verb.groups));
}

int as_int(ExitCode code) {
  return static_cast<int>(code);
}

int report_failure(const Error& error) {
  fmt::print(stderr, "guestclock: {}\n", describe(error));
  return as_int(exit_code_of(error));
}

/// The verb that the first words name; `used` receives how many they are.
const Verb* find_verb(const std::vector<std::string>& words, std::size_t* used) {
  for (const Verb* verb : kVerbs) {
    const auto name = guestclock::words(verb->name);
    if (words.size() >= name.size() && std::equal(name.begin(), name.end(), words.begin())) {
      *used = name.size();
      return verb;
    }
  }
  return nullptr;
}

int usage_failure(const std::string& message) {
  fmt::print(stderr, "guestclock: {}\nguestclock --help shows what there is.\n", message);
  return as_int(ExitCode::usage);
}

int run(std::vector<std::string> words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    fmt::print("{}", introduction());
    return as_int(ExitCode::good);
  }
  if (words[0] == "--version") {
    fmt::print("guestclock {}\n", GUESTCLOCK_VERSION);
    return as_int(ExitCode::good);
  }
  std::size_t used = 0;
  const Verb* const verb = find_verb(words, &used);
  if (verb == nullptr) return usage_failure("unknown verb '" + printable(words[0]) + "'");
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used));
  auto options = parse_options(words, verb->groups, verb->max_arguments);
  if (!options) return usage_failure(describe(options.error()));
  if (options->help) {
    print_help(*verb);
    return as_int(ExitCode::good);
  }
  install_signal_handlers();
  const auto code = verb->run({std::move(*options), stop_flag()});
  if (!code) return report_failure(code.error());
  if (const int signal = stop_flag().signal(); signal != 0) {
    return as_int(ExitCode::interrupted) + signal;
  }
  return as_int(*code);
}

}  // namespace
}  // namespace guestclock::cli

int main(int argc, char** argv) {
  try {
    return guestclock::cli::run({argv + 1, argv + argc});
  } catch (const std::exception& broken_invariant) {
    fmt::print(stderr, "guestclock: internal error: {}\n", broken_invariant.what());
    return static_cast<int>(guestclock::cli::ExitCode::failed);
  }
}
