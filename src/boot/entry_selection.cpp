#include "boot/entry_selection.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "boot/parameter_line.h"

namespace guestclock::boot {
namespace {

using Kind = model::EntrySelector::Kind;

std::string nothing_selected(const model::EntrySelector& selector,
                             std::span<const model::BootEntry> entries) {
  switch (selector.kind) {
    case Kind::index:
      return "no entry " + std::to_string(selector.index) + " with a kernel that can be edited";
    case Kind::kernel_path:
      return "no entry starts the kernel " + printable(selector.kernel_path);
    case Kind::all:
      return "no entry starts a kernel that can be edited";
    case Kind::automatic:
    case Kind::default_entry:
      break;
  }
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [](const model::BootEntry& entry) { return entry.is_default; });
  if (found == entries.end()) return "there is no default entry";
  return "the default entry \"" + printable(found->title) +
         "\" starts no kernel that can be edited";
}

}  // namespace

bool selects(const model::EntrySelector& selector, const model::ParameterEdit& edit,
             const model::BootEntry& entry) {
  if (entry.kernel.empty()) return false;
  switch (selector.kind) {
    case Kind::automatic:
      return only_removes(edit) ? !entry.rescue : entry.is_default;
    case Kind::default_entry:
      return entry.is_default;
    case Kind::all:
      return true;
    case Kind::index:
      return entry.index == selector.index;
    case Kind::kernel_path:
      return entry.kernel == selector.kernel_path;
  }
  return false;
}

Result<void> check_selection(const model::EntrySelector& selector,
                             std::span<const model::ParameterEdit> edits,
                             std::span<const model::BootEntry> entries, std::string_view file) {
  for (const model::ParameterEdit& edit : edits) {
    if (selector.kind == Kind::automatic && only_removes(edit)) continue;
    const bool any =
        std::any_of(entries.begin(), entries.end(),
                    [&](const model::BootEntry& entry) { return selects(selector, edit, entry); });
    if (any) continue;
    return fail(ErrorCode::not_found, nothing_selected(selector, entries), std::string(file),
                "name another one with --entries; `guestclock params list` shows them");
  }
  return {};
}

bool looks_like_rescue(const model::BootEntry& entry) {
  static constexpr std::array<std::string_view, 5> kNames{"rescue", "recovery", "failsafe",
                                                          "single-user", "single user"};
  static constexpr std::array<std::string_view, 6> kParameters{"single",
                                                               "emergency",
                                                               "rescue",
                                                               "systemd.unit=rescue.target",
                                                               "systemd.unit=emergency.target",
                                                               "init=/bin/sh"};
  const std::string title = lower(entry.title);
  const std::string kernel = lower(entry.kernel);
  const auto named = [&](std::string_view name) {
    return title.find(name) != std::string::npos || kernel.find(name) != std::string::npos;
  };
  const auto started = [](const std::string& parameter) {
    return std::find(kParameters.begin(), kParameters.end(), parameter) != kParameters.end();
  };
  return std::any_of(kNames.begin(), kNames.end(), named) ||
         std::any_of(entry.parameters.begin(), entry.parameters.end(), started);
}

}  // namespace guestclock::boot
