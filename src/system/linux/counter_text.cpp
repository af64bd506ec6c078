#include "system/linux/counter_text.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace guestclock::system {
namespace {

constexpr std::int64_t kMaxCpu = 65535;

/// "cpu12" or "CPU12" with the prefix given
std::optional<int> cpu_number(std::string_view word, std::string_view prefix) {
  if (!word.starts_with(prefix)) return std::nullopt;
  const auto number = parse_int(word.substr(prefix.size()));
  if (!number || *number < 0 || *number > kMaxCpu) return std::nullopt;
  return static_cast<int>(*number);
}

/// timer (PIT, or HPET in its place), timerN (Xen), hpetN, stimerN (Hyper-V), and other CPUs' own.
bool is_timer_device(std::string_view name) {
  if (name.ends_with(',')) name.remove_suffix(1);
  if (name == "timer" || name == "arch_timer" || name == "riscv-timer") return true;
  for (const std::string_view numbered : {"timer", "hpet", "stimer"}) {
    if (name.starts_with(numbered) && parse_int(name.substr(numbered.size()))) return true;
  }
  return false;
}

/// The first `count` counters of a row, after its label.
std::optional<std::vector<std::uint64_t>> counters(const std::vector<std::string>& row,
                                                   std::size_t count) {
  std::vector<std::uint64_t> out;
  if (row.size() < count + 1) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = parse_int(row[i + 1]);
    if (!value || *value < 0) return std::nullopt;
    out.push_back(static_cast<std::uint64_t>(*value));
  }
  return out;
}

}  // namespace

Result<std::vector<std::pair<int, std::uint64_t>>> parse_timer_interrupts(std::string_view text) {
  std::vector<int> cpus;
  std::vector<std::uint64_t> local;
  std::vector<std::uint64_t> devices;
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string> row = words(line);
    if (cpus.empty()) {
      for (const std::string& word : row) {
        if (const auto cpu = cpu_number(word, "CPU")) cpus.push_back(*cpu);
      }
      local.resize(cpus.size());
      devices.resize(cpus.size());
      continue;
    }
    const bool is_local = !row.empty() && row[0] == "LOC:";
    const bool is_device = row.size() > cpus.size() + 1 &&
                           std::any_of(row.begin() + static_cast<std::ptrdiff_t>(cpus.size()) + 1,
                                       row.end(), is_timer_device);
    if (!is_local && !is_device) continue;
    const auto values = counters(row, cpus.size());
    if (!values) continue;
    std::vector<std::uint64_t>& into = is_local ? local : devices;
    for (std::size_t i = 0; i < cpus.size(); ++i)
      into[i] += (*values)[i];
  }
  std::vector<std::pair<int, std::uint64_t>> out;
  bool any = false;
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    // A CPU has one clock event device: the other rows stand still, or count broadcasts that reach
    // the CPU as LOC again, so the larger one is the one that ticks.
    out.emplace_back(cpus[i], std::max(local[i], devices[i]));
    any = any || out.back().second > 0;
  }
  if (!any) return fail(ErrorCode::unsupported, "no timer row", "/proc/interrupts");
  return out;
}

Result<std::vector<std::pair<int, CpuTimes>>> parse_cpu_times(std::string_view text,
                                                              std::int64_t ticks_per_second) {
  // user nice system idle iowait irq softirq steal
  constexpr std::size_t kIrq = 6;
  constexpr std::size_t kSteal = 8;
  std::vector<std::pair<int, CpuTimes>> out;
  for (const std::string_view line : lines(text)) {
    if (!line.starts_with("cpu")) continue;
    const std::vector<std::string> row = words(line);
    const auto cpu = cpu_number(row[0], "cpu");
    if (!cpu) continue;
    const auto seconds = [&](std::size_t column) {
      const auto ticks = column < row.size() ? parse_number(row[column]) : std::nullopt;
      return ticks.value_or(0) / static_cast<double>(ticks_per_second);
    };
    out.emplace_back(*cpu, CpuTimes{seconds(kSteal), seconds(kIrq) + seconds(kIrq + 1)});
  }
  if (out.empty()) return fail(ErrorCode::unsupported, "no row of a CPU", "/proc/stat");
  return out;
}

Result<Nanoseconds> parse_run_delay(std::string_view text) {
  // No words(): this is read at the rate of ticks.
  const std::size_t second = text.find(' ') + 1;
  const std::size_t end = second == 0 ? second : text.find_first_of(" \n", second);
  const auto delay = parse_int(text.substr(second, end - second));
  if (second == 0 || !delay || *delay < 0)
    return fail(ErrorCode::malformed, "is no schedstat line");
  return Nanoseconds(*delay);
}

Result<std::vector<int>> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  text = trim(text);
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const std::size_t dash = part.find('-');
    const auto first = parse_int(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_int(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last > kMaxCpu) {
      return fail(ErrorCode::malformed, "is no list of CPUs: " + printable(part));
    }
    for (std::int64_t cpu = *first; cpu <= *last; ++cpu)
      cpus.push_back(static_cast<int>(cpu));
    if (cpus.size() > static_cast<std::size_t>(kMaxCpu) + 1) {
      return fail(ErrorCode::malformed, "names more CPUs than there can be");
    }
  }
  if (cpus.empty()) return fail(ErrorCode::malformed, "names no CPU");
  return cpus;
}

}  // namespace guestclock::system
