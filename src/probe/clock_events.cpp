#include "probe/clock_events.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
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
enum class Stem : std::uint8_t {
  clock,
  tick,
  unstable,
  timesource,
  timecounter,
  synchronization,
  hypervisor,
  unknown,
  calcru,
  watchdog,
  jump,
  ntpd,
  suspend,
  timer,
  stall,
  lockup,
};

struct StemText {
  Stem stem;
  std::string_view text;
  std::size_t rare;  ///< where four bytes stand of which all three pairs are rare in a log
};
constexpr std::array<StemText, 16> kStems{{
    {Stem::clock, "clock", 0},
    {Stem::tick, "tick", 0},
    {Stem::unstable, "unstable", 0},
    {Stem::timesource, "timesource", 5},
    {Stem::timecounter, "timecounter", 5},
    {Stem::synchronization, "synchronization", 0},
    {Stem::hypervisor, "hypervisor", 0},
    {Stem::unknown, "unknown", 0},
    {Stem::calcru, "calcru", 2},
    {Stem::watchdog, "watchdog", 4},
    {Stem::jump, "jump", 0},
    {Stem::ntpd, "ntpd", 0},
    {Stem::suspend, "suspend", 3},
    {Stem::timer, "timer", 0},
    {Stem::stall, "stall", 1},
    {Stem::lockup, "lockup", 2},
}};

/// Every third pair of bytes is looked at, so one of three in a row is among them.
constexpr std::size_t kPairs = 3;
static_assert(kStems.size() * kPairs <= 64, "a bit of the masks below for each pair");

constexpr bool is_in_its_place(const StemText& stem) {
  return static_cast<std::size_t>(&stem - kStems.data()) == static_cast<std::size_t>(stem.stem) &&
         stem.rare + kPairs < stem.text.size();
}
static_assert(std::all_of(kStems.begin(), kStems.end(), is_in_its_place));
using Stems = std::bitset<kStems.size()>;

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
    {"lost-ticks", Stem::tick, "losing some ticks", "", false, kLostTicks},
    {"lost-ticks", Stem::tick, "losing too many ticks", "", false, kLostTicks},
    {"lost-ticks", Stem::tick, "many lost ticks", "", false, kLostTicks},
    {"lost-ticks", Stem::tick, "time.c: lost ", " timer tick", false, kLostTicks},
    {"tsc-given-up", Stem::timesource, "tsc cannot be used as a timesource", "", false,
     "the kernel fell back to the interval timer (PIT)"},
    {"clocksource-unstable", Stem::clock, "clocksource ", " unstable (delta = ", false,
     "the watchdog gave the clocksource up; a delta near a whole pause of the guest means a pause, "
     "not drift"},
    {"tsc-early-unstable", Stem::clock, "marking clocksource 'tsc-early' as unstable", "", false,
     "ticks were lost early in the boot, on an overloaded host"},
    {"clocksource-unstable", Stem::clock, "marking clocksource ", " unstable", false,
     kWatchdogDisagrees},
    {"clocksource-skewed", Stem::watchdog, "' skewed ", " over watchdog '", false,
     kWatchdogDisagrees},
    {"tsc-unstable-on-hyperv", Stem::unstable, "marking tsc unstable due to running on hyper-v", "",
     false, "normal on Hyper-V where the host offers no invariant TSC: its reference page is used"},
    {"tsc-unstable-by-watchdog", Stem::unstable, "marking tsc unstable due to clocksource watchdog",
     "", false, kWatchdogDisagrees},
    {"tsc-unstable-by-parameter", Stem::unstable, "marking tsc unstable due to boot parameter", "",
     false, "the boot parameter tsc=unstable is set"},
    {"tsc-unstable", Stem::unstable, "marking tsc unstable due to ", "", false,
     "the kernel does not use the TSC as its clock, for the reason that stands there"},
    {"tsc-unstable", Stem::unstable, "tsc found unstable after boot", "", false,
     "the kernel does not use the TSC as its clock any more"},
    {"watchdog-slow", Stem::clock, "clock", "read-back delay", false, kWatchdogSlow},
    {"watchdog-slow", Stem::watchdog, "watchdog ", "read timed out", false, kWatchdogSlow},
    {"watchdog-skipped", Stem::watchdog, "long readout interval, skipping watchdog check", "",
     false, "a virtual CPU was stopped for a while"},
    {"clock-parameter-deprecated", Stem::clock, "clock=", "boot option is deprecated", false,
     "the boot parameter clock= is still obeyed: remove it"},
    {"clock-parameter-deprecated", Stem::clock, "clock=", " is deprecated", false,
     "the boot parameter clock= is still obeyed: remove it"},
    {"clocksource-refused", Stem::clock, "override clocksource ", "deferring", false,
     "the clocksource that was asked for is not taken before it is verified"},
    {"clocksource-refused", Stem::clock, "override clocksource ", "cannot switch", false,
     "the clocksource that was asked for is not taken: the setting has no effect"},
    {"clocksource-refused", Stem::clock, "override clocksource ", "not hrt", false,
     "the clocksource that was asked for is not taken: the setting has no effect"},
    {"parameter-unknown", Stem::unknown, "unknown kernel command line parameters ", "divider", true,
     kDeadParameter},
    {"parameter-unknown", Stem::unknown, "unknown kernel command line parameters ", "notsc", true,
     kDeadParameter},
    {"clocksource-switched", Stem::clock, "switched to clocksource ", "", false, kSwitched},
    {"clocksource-switched", Stem::clock, "switching to clocksource ", "", false, kSwitched},
    {"clocksource-switched", Stem::clock, "time: ", " clocksource has been installed", false,
     kSwitched},
    {"kvm-clock-in-use", Stem::clock, "kvm-clock: using sched offset", "", false,
     "normal: the clock of KVM is in use"},
    {"vmware-tsc-frequency", Stem::hypervisor, "vmware: tsc freq read from hypervisor", "", false,
     "normal: the hypervisor told the frequency of the TSC"},
    {"vmware-tsc-frequency-unknown", Stem::hypervisor, "failed to get tsc freq from the hypervisor",
     "", false, "the hypervisor did not tell the frequency of the TSC: the kernel measured it"},
    {"vsyscall-off", Stem::timer, "disabling vsyscall due to use of pm timer", "", false,
     "expected with notsc on an old x86_64 kernel: the clock is right, and slower to read"},
    {"runtime-backwards", Stem::calcru, "calcru: runtime went backwards", "", false, kBackwards},
    {"runtime-backwards", Stem::calcru, "calcru: negative runtime", "", false, kBackwards},
    {"timecounter-quality-changed", Stem::timecounter, "tsc timecounter quality changed", "", false,
     kTscNotInStep},
    {"tsc-synchronisation-failed", Stem::synchronization, "failed tsc synchronization test", "",
     false, kTscNotInStep},
    {"tsc-synchronisation-failed", Stem::synchronization, "fail tsc synchronization test", "",
     false, kTscNotInStep},
    {"leap-second", Stem::clock, "clock: inserting leap second", "", false,
     "the clock repeated a second, as UTC did"},
    {"leap-second", Stem::clock, "clock: deleting leap second", "", false,
     "the clock left out a second, as UTC did"},
    {"clock-stepped", Stem::clock, "system clock was stepped by ", "", false, kStepped},
    {"clock-stepped", Stem::clock, "clock: time stepped by ", "", false, kStepped},
    {"clock-stepped", Stem::ntpd, "ntpd[", "time reset ", false, kStepped},
    {"clock-stepped", Stem::ntpd, "ntpdate[", "step time server ", false, kStepped},
    {"clock-jumped", Stem::jump, "time jumped backwards", "", false, kJumped},
    {"clock-jumped", Stem::jump, "clock jumped backwards", "", false, kJumped},
    {"clock-jumped", Stem::jump, "clock time unset or jumped backwards", "", false, kJumped},
    {"clock-jumped", Stem::jump, "ward time jump detected", "", false, kJumped},
    {"suspended", Stem::suspend, "pm: suspend entry", "", false, kSuspended},
    {"suspended", Stem::suspend, "suspended for ", " seconds", false, kSuspended},
    {"rcu-timer-not-handled", Stem::timer, "possible timer handling issue on cpu", "", false,
     kTimerNotHandled},
    {"rcu-timer-not-handled", Stem::timer, "timer wakeup didn't happen for ", " jiffies", false,
     kTimerNotHandled},
    {"rcu-stall", Stem::stall, "self-detected stall on cpu", "", false, kStalled},
    {"rcu-stall", Stem::stall, "detected stalls on cpus/tasks", "", false, kStalled},
    {"soft-lockup", Stem::lockup, "soft lockup - cpu", " stuck for ", false, kStalled},
    {"timer-interrupt-slow", Stem::timer, "hrtimer: interrupt took ", " ns", false,
     "handling timers took so long that a tick was put off: a slow clock device, or a stopped CPU"},
    {kHypervisorDetected, Stem::hypervisor, "hypervisor detected: ", "", false,
     "what the kernel itself takes the hypervisor for"},
});

constexpr bool holds_its_stem(const Pattern& pattern) {
  const std::string_view stem = kStems.at(static_cast<std::size_t>(pattern.stem)).text;
  return pattern.text.find(stem) != std::string_view::npos ||
         pattern.detail.find(stem) != std::string_view::npos;
}
static_assert(std::all_of(kPatterns.begin(), kPatterns.end(), holds_its_stem));

constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// A set of the rare pairs of all stems.
using Pairs = std::uint64_t;
using PairsOfByte = std::array<Pairs, 256>;

constexpr Pairs bit_of(std::size_t stem, std::size_t pair) {
  return Pairs{1} << (stem * kPairs + pair);
}

/// Of each byte: the pairs that have it, in either case, as their first (`second` 0) or their
/// second (1) byte.
constexpr PairsOfByte make_pairs_of_byte(std::size_t second) {
  PairsOfByte pairs{};
  for (std::size_t stem = 0; stem < kStems.size(); ++stem) {
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      const char letter = kStems.at(stem).text[kStems.at(stem).rare + pair + second];
      pairs.at(static_cast<unsigned char>(letter)) |= bit_of(stem, pair);
      pairs.at(static_cast<unsigned char>(letter - 'a' + 'A')) |= bit_of(stem, pair);
    }
  }
  return pairs;
}
constexpr PairsOfByte kPairsOfFirst = make_pairs_of_byte(0);
constexpr PairsOfByte kPairsOfSecond = make_pairs_of_byte(1);

Pairs pairs_of(char first, char second) {
  return kPairsOfFirst[static_cast<unsigned char>(first)] &
         kPairsOfSecond[static_cast<unsigned char>(second)];
}

bool equal_at(std::string_view line, std::size_t at, std::string_view lower_text) {
  if (line.size() - at < lower_text.size()) return false;
  return std::equal(lower_text.begin(), lower_text.end(),
                    line.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char wanted, char c) { return wanted == lower_case(c); });
}

/// The first place from `start` on where a stem may be; the text's size: none.
std::size_t next_candidate(std::string_view text, std::size_t start) {
  const char* const bytes = text.data();
  const std::size_t size = text.size();
  for (std::size_t at = start; at + 1 < size; at += kPairs) {
    if (pairs_of(bytes[at], bytes[at + 1]) != 0) return at;
  }
  return size;
}

/// The stems of which `text` holds a rare pair at `pair`.
Stems stems_at(std::string_view text, std::size_t pair) {
  Stems found;
  for (Pairs possible = pairs_of(text[pair], text[pair + 1]); possible != 0;
       possible &= possible - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(possible));
    const StemText& stem = kStems[bit / kPairs];
    const std::size_t before = stem.rare + bit % kPairs;
    if (before <= pair && equal_at(text, pair - before, stem.text)) found.set(bit / kPairs);
  }
  return found;
}

Stems stems_in(std::string_view line) {
  Stems found;
  for (std::size_t at = 0; (at = next_candidate(line, at)) < line.size(); at += kPairs)
    found |= stems_at(line, at);
  return found;
}

/// Where the first line begins that holds a stem; the log's size: none.
std::size_t next_line(std::string_view log) {
  for (std::size_t at = 0; (at = next_candidate(log, at)) < log.size(); at += kPairs) {
    if (stems_at(log, at).any()) return log.rfind('\n', at) + 1;
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

const Pattern* pattern_of(std::string_view message, Stems stems) {
  const std::string lower_line = lower(message);
  const auto found = std::find_if(kPatterns.begin(), kPatterns.end(), [&](const Pattern& pattern) {
    return stems.test(static_cast<std::size_t>(pattern.stem)) && fits(pattern, lower_line);
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
    const Stems stems = stems_in(whole_line);
    if (stems.none()) continue;
    const LogLine line = split_line(whole_line);
    const Pattern* const pattern = pattern_of(line.message, stems);
    if (pattern == nullptr || ++counts[pattern->name] > kMaxOfOneName) continue;
    events.push_back(event_of(*pattern, line));
  }
  return events;
}

}  // namespace guestclock::probe
