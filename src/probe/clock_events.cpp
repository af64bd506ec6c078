#include "probe/clock_events.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <optional>

#include "base/text.h"

namespace guestclock::probe {
namespace {

constexpr std::size_t kMaxLine = 1024;
constexpr std::size_t kMaxEvents = 64;
constexpr int kMaxOfOneName = 8;
constexpr std::size_t kMaxText = 200;

/// What a line must hold for any pattern to fit: looked for first, because few lines hold any.
enum Stem : std::uint16_t {
  kNoStem = 0,
  kClock = 1U << 0U,
  kTick = 1U << 1U,
  kTsc = 1U << 2U,
  kHypervisor = 1U << 3U,
  kUnknown = 1U << 4U,
  kVsyscall = 1U << 5U,
  kCalcru = 1U << 6U,
  kWatchdog = 1U << 7U,
  kJump = 1U << 8U,
  kNtpd = 1U << 9U,
  kSuspend = 1U << 10U,
  kRcu = 1U << 11U,
  kLockup = 1U << 12U,
  kHrtimer = 1U << 13U,
};

struct StemText {
  std::string_view text;
  std::size_t rare;  ///< where three bytes stand of which both pairs are rare in a log
  Stem stem;
};
constexpr std::array<StemText, 14> kStems{{
    {"clock", 2, kClock},
    {"tick", 1, kTick},
    {"tsc", 0, kTsc},
    {"hypervisor", 4, kHypervisor},
    {"unknown", 4, kUnknown},
    {"vsyscall", 2, kVsyscall},
    {"calcru", 2, kCalcru},
    {"watchdog", 4, kWatchdog},
    {"jump", 1, kJump},
    {"ntpd", 1, kNtpd},
    {"suspend", 1, kSuspend},
    {"rcu", 0, kRcu},
    {"lockup", 3, kLockup},
    {"hrtimer", 0, kHrtimer},
}};

constexpr bool stands_at_its_bit(const StemText& stem) {
  return stem.stem == 1U << static_cast<unsigned>(&stem - kStems.data());
}
static_assert(std::all_of(kStems.begin(), kStems.end(), stands_at_its_bit));

/// Texts in lower case, as they are compared.
struct Pattern {
  std::string_view name;
  Stem stem;
  std::string_view text;
  std::string_view detail;  ///< stands behind `text`; empty: none needed
  bool detail_is_word;      ///< with no letter, digit, '_', '-' or '.' beside it
  std::string_view meaning;
};

constexpr std::string_view kLostTicks =
    "the clock counts ticks, and ticks were lost: time was lost with them";
constexpr std::string_view kDeadParameter =
    "this kernel does not know the boot parameter: it does nothing and can be removed";
constexpr std::string_view kWatchdogSlow =
    "reading the clock that watches took too long: usual in nested virtualisation and on a busy "
    "host";
constexpr std::string_view kBackwards =
    "the counter by which CPU time is accounted went back: the TSC cannot be trusted here";
constexpr std::string_view kTscNotInStep = "the TSCs of the CPUs are not in step";
constexpr std::string_view kSwitched =
    "the clock that the kernel took from then on; more than one change after the boot is a problem";
constexpr std::string_view kWatchdogDisagrees =
    "the TSC and the clock that watches it disagreed: in a virtual machine suspect first a paused "
    "CPU and the watching clock, not the TSC";

constexpr std::string_view kStepped = "a time daemon set the clock at once";
constexpr std::string_view kJumped =
    "the clock jumped: this guest was stopped, moved or resumed, or somebody set its clock";
constexpr std::string_view kSuspended =
    "this guest was suspended: its clock stood still meanwhile and was set afterwards";
constexpr std::string_view kStalled =
    "a CPU did not run for long: in a virtual machine suspect first that the host stopped it";
constexpr std::string_view kTimerNotHandled =
    "timers of a CPU were not handled in time: ticks of it were late or lost";

/// The first that fits names the line, so the particular stand before the general.
constexpr auto kPatterns = std::to_array<Pattern>({
    {"lost-ticks", kTick, "losing some ticks", "", false, kLostTicks},
    {"lost-ticks", kTick, "losing too many ticks", "", false, kLostTicks},
    {"lost-ticks", kTick, "many lost ticks", "", false, kLostTicks},
    {"lost-ticks", kTick, "time.c: lost ", " timer tick", false, kLostTicks},
    {"tsc-given-up", kTsc, "tsc cannot be used as a timesource", "", false,
     "the kernel fell back to the interval timer (PIT)"},
    {"clocksource-unstable", kClock, "clocksource ", " unstable (delta = ", false,
     "the watchdog gave the clocksource up; a delta near a whole pause of the guest means a pause, "
     "not drift"},
    {"tsc-early-unstable", kClock, "marking clocksource 'tsc-early' as unstable", "", false,
     "ticks were lost early in the boot, on an overloaded host"},
    {"clocksource-unstable", kClock, "marking clocksource ", " unstable", false,
     kWatchdogDisagrees},
    {"clocksource-skewed", kClock, "' skewed ", " over watchdog '", false, kWatchdogDisagrees},
    {"tsc-unstable-on-hyperv", kTsc, "marking tsc unstable due to running on hyper-v", "", false,
     "normal on Hyper-V where the host offers no invariant TSC: its reference page is used"},
    {"tsc-unstable-by-watchdog", kTsc, "marking tsc unstable due to clocksource watchdog", "",
     false, kWatchdogDisagrees},
    {"tsc-unstable-by-parameter", kTsc, "marking tsc unstable due to boot parameter", "", false,
     "the boot parameter tsc=unstable is set"},
    {"tsc-unstable", kTsc, "marking tsc unstable due to ", "", false,
     "the kernel does not use the TSC as its clock, for the reason that stands there"},
    {"tsc-unstable", kTsc, "tsc found unstable after boot", "", false,
     "the kernel does not use the TSC as its clock any more"},
    {"watchdog-slow", kClock, "read-back delay", "", false, kWatchdogSlow},
    {"watchdog-slow", kWatchdog, "watchdog ", "read timed out", false, kWatchdogSlow},
    {"watchdog-skipped", kWatchdog, "long readout interval, skipping watchdog check", "", false,
     "a virtual CPU was stopped for a while"},
    {"clock-parameter-deprecated", kClock, "clock=", "boot option is deprecated", false,
     "the boot parameter clock= is still obeyed: remove it"},
    {"clock-parameter-deprecated", kClock, "clock=", " is deprecated", false,
     "the boot parameter clock= is still obeyed: remove it"},
    {"clocksource-refused", kClock, "override clocksource ", "deferring", false,
     "the clocksource that was asked for is not taken before it is verified"},
    {"clocksource-refused", kClock, "override clocksource ", "cannot switch", false,
     "the clocksource that was asked for is not taken: the setting has no effect"},
    {"clocksource-refused", kClock, "override clocksource ", "not hrt", false,
     "the clocksource that was asked for is not taken: the setting has no effect"},
    {"parameter-unknown", kUnknown, "unknown kernel command line parameters ", "divider", true,
     kDeadParameter},
    {"parameter-unknown", kUnknown, "unknown kernel command line parameters ", "notsc", true,
     kDeadParameter},
    {"clocksource-switched", kClock, "switched to clocksource ", "", false, kSwitched},
    {"clocksource-switched", kClock, "switching to clocksource ", "", false, kSwitched},
    {"clocksource-switched", kClock, "time: ", " clocksource has been installed", false, kSwitched},
    {"kvm-clock-in-use", kClock, "kvm-clock: using sched offset", "", false,
     "normal: the clock of KVM is in use"},
    {"vmware-tsc-frequency", kTsc, "vmware: tsc freq read from hypervisor", "", false,
     "normal: the hypervisor told the frequency of the TSC"},
    {"vmware-tsc-frequency-unknown", kHypervisor, "failed to get tsc freq from the hypervisor", "",
     false, "the hypervisor did not tell the frequency of the TSC: the kernel measured it"},
    {"vsyscall-off", kVsyscall, "disabling vsyscall due to use of pm timer", "", false,
     "expected with notsc on an old x86_64 kernel: the clock is right, and slower to read"},
    {"runtime-backwards", kCalcru, "calcru: runtime went backwards", "", false, kBackwards},
    {"runtime-backwards", kCalcru, "calcru: negative runtime", "", false, kBackwards},
    {"timecounter-quality-changed", kTsc, "tsc timecounter quality changed", "", false,
     kTscNotInStep},
    {"tsc-synchronisation-failed", kTsc, "failed tsc synchronization test", "", false,
     kTscNotInStep},
    {"tsc-synchronisation-failed", kTsc, "fail tsc synchronization test", "", false, kTscNotInStep},
    {"leap-second", kClock, "clock: inserting leap second", "", false,
     "the clock repeated a second, as UTC did"},
    {"leap-second", kClock, "clock: deleting leap second", "", false,
     "the clock left out a second, as UTC did"},
    {"clock-stepped", kClock, "system clock was stepped by ", "", false, kStepped},
    {"clock-stepped", kClock, "clock: time stepped by ", "", false, kStepped},
    {"clock-stepped", kNtpd, "ntpd[", "time reset ", false, kStepped},
    {"clock-stepped", kNtpd, "ntpdate[", "step time server ", false, kStepped},
    {"clock-jumped", kJump, "time jumped backwards", "", false, kJumped},
    {"clock-jumped", kJump, "clock jumped backwards", "", false, kJumped},
    {"clock-jumped", kJump, "clock time unset or jumped backwards", "", false, kJumped},
    {"clock-jumped", kJump, "ward time jump detected", "", false, kJumped},
    {"suspended", kSuspend, "pm: suspend entry", "", false, kSuspended},
    {"suspended", kSuspend, "suspended for ", " seconds", false, kSuspended},
    {"rcu-timer-not-handled", kRcu, "possible timer handling issue on cpu", "", false,
     kTimerNotHandled},
    {"rcu-timer-not-handled", kRcu, "timer wakeup didn't happen for ", " jiffies", false,
     kTimerNotHandled},
    {"rcu-stall", kRcu, "self-detected stall on cpu", "", false, kStalled},
    {"rcu-stall", kRcu, "detected stalls on cpus/tasks", "", false, kStalled},
    {"soft-lockup", kLockup, "soft lockup - cpu", " stuck for ", false, kStalled},
    {"timer-interrupt-slow", kHrtimer, "hrtimer: interrupt took ", " ns", false,
     "handling timers took so long that a tick was put off: a slow clock device, or a stopped CPU"},
    {kHypervisorDetected, kHypervisor, "hypervisor detected: ", "", false,
     "what the kernel itself takes the hypervisor for"},
});

constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

using StemsOfByte = std::array<std::uint16_t, 256>;

/// Of each byte: the stems that have it, in either case, as the first (`second` 0) or the second
/// (1) of a rare pair.
constexpr StemsOfByte make_stems_of_byte(std::size_t second) {
  StemsOfByte stems{};
  for (const StemText& stem : kStems) {
    for (std::size_t at = stem.rare; at < stem.rare + 2; ++at) {
      const char letter = stem.text[at + second];
      stems.at(static_cast<unsigned char>(letter)) |= stem.stem;
      stems.at(static_cast<unsigned char>(letter - 'a' + 'A')) |= stem.stem;
    }
  }
  return stems;
}
constexpr StemsOfByte kStemsOfFirst = make_stems_of_byte(0);
constexpr StemsOfByte kStemsOfSecond = make_stems_of_byte(1);

/// A filter, no comparison: the stems that a pair of bytes may belong to.
std::uint16_t candidates(char first, char second) {
  return kStemsOfFirst[static_cast<unsigned char>(first)] &
         kStemsOfSecond[static_cast<unsigned char>(second)];
}

bool equal_at(std::string_view line, std::size_t at, std::string_view lower_text) {
  if (line.size() - at < lower_text.size()) return false;
  return std::equal(lower_text.begin(), lower_text.end(),
                    line.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char wanted, char c) { return wanted == lower_case(c); });
}

/// The first pair of bytes from `start` on that may belong to a stem; the text's size: none. Every
/// second pair is looked at: of three bytes in a row one of both pairs is among them.
std::size_t next_candidate(std::string_view text, std::size_t start) {
  const char* const bytes = text.data();
  const std::size_t size = text.size();
  for (std::size_t at = start; at + 1 < size; at += 2) {
    if (candidates(bytes[at], bytes[at + 1]) != kNoStem) return at;
  }
  return size;
}

/// The stems of which `text` holds a rare pair at `pair`.
std::uint16_t stems_at(std::string_view text, std::size_t pair) {
  std::uint16_t found = kNoStem;
  for (unsigned possible = candidates(text[pair], text[pair + 1]); possible != 0;
       possible &= possible - 1) {
    const StemText& stem = kStems[static_cast<std::size_t>(std::countr_zero(possible))];
    for (std::size_t at = stem.rare; at < stem.rare + 2 && at <= pair; ++at) {
      if (equal_at(text, pair - at, stem.text)) found |= stem.stem;
    }
  }
  return found;
}

std::uint16_t stems_in(std::string_view line) {
  std::uint16_t found = kNoStem;
  for (std::size_t at = 0; (at = next_candidate(line, at)) < line.size(); at += 2)
    found |= stems_at(line, at);
  return found;
}

/// Where the first line begins that holds a stem; the log's size: none.
std::size_t next_line(std::string_view log) {
  for (std::size_t at = 0; (at = next_candidate(log, at)) < log.size(); at += 2) {
    if (stems_at(log, at) != kNoStem) return log.rfind('\n', at) + 1;
  }
  return log.size();
}

bool is_word_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool starts = at == 0 || !is_word_part(text[at - 1]);
    if (starts && (end == text.size() || !is_word_part(text[end]))) return true;
  }
  return false;
}

bool fits(const Pattern& pattern, std::string_view lower_line) {
  const std::size_t at = lower_line.find(pattern.text);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = lower_line.substr(at + pattern.text.size());
  return pattern.detail_is_word ? has_word(rest, pattern.detail)
                                : rest.find(pattern.detail) != std::string_view::npos;
}

const Pattern* pattern_of(std::string_view message, std::uint16_t stems) {
  const std::string lower_line = lower(message);
  const auto found = std::find_if(kPatterns.begin(), kPatterns.end(), [&](const Pattern& pattern) {
    return (pattern.stem & stems) != 0 && fits(pattern, lower_line);
  });
  return found == kPatterns.end() ? nullptr : &*found;
}

struct LogLine {
  std::optional<double> time_s;
  std::string_view message;
};

/// What stands in brackets at the start of `text`, which is cut off; nothing where none are there.
std::optional<std::string_view> take_bracketed(std::string_view& text) {
  if (!text.starts_with('[')) return std::nullopt;
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = trim(text.substr(1, end - 1));
  text = text.substr(end + 1);
  return inside;
}

/// "<6>[    0.308698][    T1] clocksource: ...": level and caller may be missing, and the time.
LogLine split_line(std::string_view line) {
  LogLine out;
  if (line.starts_with('<')) line.remove_prefix(std::min(line.find('>') + 1, line.size()));
  std::string_view rest = line;
  if (const auto stamp = take_bracketed(rest)) {
    const auto time = parse_number(*stamp);
    if (time && *time >= 0) {
      out.time_s = time;
      line = rest;
      if (take_bracketed(rest)) line = rest;
    }
  }
  out.message = trim(line);
  return out;
}

model::ClockEvent event_of(const Pattern& pattern, const LogLine& line) {
  using Seconds = model::Fact<double>;
  return {std::string(pattern.name),
          line.time_s ? Seconds(*line.time_s) : Seconds::unknown("the line carries no time"),
          printable(line.message, kMaxText), std::string(pattern.meaning)};
}

}  // namespace

std::vector<model::ClockEvent> parse_clock_events(std::string_view log) {
  std::vector<model::ClockEvent> events;
  std::map<std::string_view, int> counts;
  while (events.size() < kMaxEvents) {
    log.remove_prefix(next_line(log));
    if (log.empty()) break;
    const std::size_t end = std::min(log.find('\n'), log.size());
    const std::string_view whole_line = log.substr(0, std::min(end, kMaxLine));
    log.remove_prefix(std::min(end + 1, log.size()));
    const std::uint16_t stems = stems_in(whole_line);
    if (stems == kNoStem) continue;
    const LogLine line = split_line(whole_line);
    const Pattern* const pattern = pattern_of(line.message, stems);
    if (pattern == nullptr || ++counts[pattern->name] > kMaxOfOneName) continue;
    events.push_back(event_of(*pattern, line));
  }
  return events;
}

}  // namespace guestclock::probe
