#include "probe/clues.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::probe {
namespace {

using tables::ClueCondition;
using Source = ClueCondition::Source;
using Match = ClueCondition::Match;

constexpr std::string_view kDmi = "/sys/class/dmi/id/";
constexpr std::string_view kDeviceTree = "/proc/device-tree/";

/// Where the names of a source's conditions stand; empty: they are paths.
std::string_view directory_of(Source source) {
  if (source == Source::dmi) return kDmi;
  return source == Source::device_tree ? kDeviceTree : std::string_view();
}

std::string path_of(const ClueCondition& condition) {
  return std::string(directory_of(condition.source)).append(condition.name);
}

const Seen* file_of(const ClueCondition& condition, const Observations& seen) {
  const std::string_view directory = directory_of(condition.source);
  // Most machines lack one of the two: nothing of it was seen, and no path need be made.
  const auto first = seen.files.lower_bound(directory);
  if (first == seen.files.end() || !first->first.starts_with(directory)) return nullptr;
  const auto file =
      directory.empty() ? seen.files.find(condition.name) : seen.files.find(path_of(condition));
  return file == seen.files.end() ? nullptr : &file->second;
}

/// One of the NUL-separated strings; a capture may end them with a newline.
bool has_string(std::string_view list, std::string_view wanted, bool whole) {
  const auto all = nul_separated(list);
  return std::any_of(all.begin(), all.end(), [&](std::string_view one) {
    one = trim(one);
    return whole ? one == wanted : one.starts_with(wanted);
  });
}

bool matches(const ClueCondition& condition, std::string_view raw) {
  const std::string_view text = trim(raw);
  switch (condition.match) {
    case Match::exists:
      return true;
    case Match::is:
      return text == condition.text;
    case Match::starts:
      return text.starts_with(condition.text);
    case Match::ends:
      return text.ends_with(condition.text);
    case Match::contains:
      // Untrimmed: a blank at the end can be part of the name.
      return raw.find(condition.text) != std::string_view::npos;
    case Match::word:
      return text.substr(0, text.find_first_of(" \t")) == condition.text;
    case Match::has:
      return has_string(raw, condition.text, true);
    case Match::has_start:
      return has_string(raw, condition.text, false);
    case Match::more_than:
      return parse_int(text) > parse_int(condition.text);
  }
  return false;
}

template <class Map>
bool matches_entry(const ClueCondition& condition, const Map& map) {
  const auto entry = map.find(condition.name);
  return entry != map.end() && matches(condition, entry->second);
}

/// Nothing: there is a text and it cannot be read.
std::optional<std::string_view> text_of(const ClueCondition& condition, const Seen& file) {
  if (!file.text) return std::nullopt;
  if (condition.key.empty()) return *file.text;
  return value_of_line(*file.text, condition.key);
}

std::optional<bool> file_holds(const ClueCondition& condition, const Seen* file) {
  if (file == nullptr || !file->exists) return false;
  if (condition.source == Source::entries) return file->entries;
  if (condition.match == Match::exists && condition.key.empty()) return true;
  if (!file->text) return std::nullopt;
  const auto text = text_of(condition, *file);
  return text && matches(condition, *text);
}

bool has_node(const Observations& seen, std::string_view part) {
  return std::any_of(seen.tree_nodes.begin(), seen.tree_nodes.end(),
                     [&](const std::string& node) { return node.find(part) != std::string::npos; });
}

std::optional<bool> has_signature(const Observations& seen, std::string_view wanted) {
  if (!seen.cpuid) return std::nullopt;
  return std::any_of(seen.blocks.begin(), seen.blocks.end(),
                     [&](const CpuidBlock& block) { return block.signature == wanted; });
}

/// Nothing: not known.
std::optional<bool> holds(const ClueCondition& condition, const Observations& seen,
                          const std::optional<std::string>& verdict) {
  switch (condition.source) {
    case Source::dmi:
    case Source::device_tree:
    case Source::file:
    case Source::entries:
      return file_holds(condition, file_of(condition, seen));
    case Source::no_dmi:
      return !seen.dmi;
    case Source::acpi:
      return contains(seen.acpi_ids, condition.name);
    case Source::device_tree_node:
      return has_node(seen, condition.name);
    case Source::sysctl:
      return matches_entry(condition, seen.sysctl);
    case Source::environment:
      return matches_entry(condition, seen.environment);
    case Source::cgroup:
      return matches(condition, seen.cgroups);
    case Source::signature:
      return has_signature(seen, condition.name);
    case Source::tracer:
      return matches(condition, seen.tracer);
    case Source::release:
      return matches(condition, seen.release);
    case Source::arch:
      return seen.arch.known() ? std::optional(seen.arch.value().starts_with(condition.name))
                               : std::nullopt;
    case Source::smbios_vm:
      return seen.smbios_vm.known()
                 ? std::optional(seen.smbios_vm.value() == (condition.name == "set"))
                 : std::nullopt;
    case Source::verdict:
      return verdict ? std::optional(*verdict == condition.name) : std::nullopt;
  }
  return std::nullopt;
}

/// Conditions that only narrow a row down say nothing to a reader.
bool narrows(const ClueCondition& condition) {
  return condition.negated || condition.source == Source::arch ||
         condition.source == Source::smbios_vm || condition.source == Source::verdict ||
         condition.source == Source::no_dmi;
}

std::string entry_or_empty(const std::map<std::string, std::string, std::less<>>& map,
                           std::string_view name) {
  const auto entry = map.find(name);
  return entry == map.end() ? std::string() : entry->second;
}

/// Reports are passed on: of what identifies this one machine they show only the part that counts.
bool identifies(std::string_view path) {
  return path.ends_with("_serial") || path.ends_with("/uuid");
}

Found found_in_file(const ClueCondition& condition, const Observations& seen) {
  const std::string path = path_of(condition);
  if (identifies(path)) return {path, fmt::format("...{}...", condition.text)};
  const std::string source =
      condition.key.empty() ? path : fmt::format("{} ({})", path, condition.key);
  const Seen* const file = file_of(condition, seen);
  const auto text = file == nullptr ? std::nullopt : text_of(condition, *file);
  return {source, text && !trim(*text).empty() ? printable(trim(*text)) : "exists"};
}

Found found(const ClueCondition& condition, const Observations& seen) {
  switch (condition.source) {
    case Source::acpi:
      return {"/sys/bus/acpi/devices", std::string(condition.name)};
    case Source::device_tree_node:
      return {"/proc/device-tree", std::string(condition.name)};
    case Source::sysctl:
      return {fmt::format("sysctl {}", condition.name),
              printable(entry_or_empty(seen.sysctl, condition.name))};
    case Source::environment:
      return {fmt::format("/proc/1/environ ({})", condition.name),
              printable(entry_or_empty(seen.environment, condition.name))};
    case Source::cgroup:
      return {"/proc/self/cgroup", std::string(condition.text)};
    case Source::signature:
      return {"cpuid", printable(condition.name)};
    case Source::tracer:
      return {"/proc/self/status (TracerPid)", printable(seen.tracer)};
    case Source::release:
      return {"kernel release", printable(seen.release)};
    default:
      return found_in_file(condition, seen);
  }
}

}  // namespace

bool hold(const std::vector<ClueCondition>& conditions, const Observations& seen,
          const std::optional<std::string>& verdict) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const ClueCondition& condition) {
    const auto known = holds(condition, seen, verdict);
    return known && *known != condition.negated;
  });
}

Found found_by(const std::vector<ClueCondition>& conditions, const Observations& seen) {
  const auto first = std::find_if(conditions.begin(), conditions.end(),
                                  [](const ClueCondition& one) { return !narrows(one); });
  return first == conditions.end() ? Found{} : found(*first, seen);
}

}  // namespace guestclock::probe
