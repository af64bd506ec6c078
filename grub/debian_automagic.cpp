#include "grub/debian_automagic.h"

#include <algorithm>

#include "base/text.h"
#include "boot/parameter_line.h"
#include "model/kernel_parameters.h"

namespace guestclock::grub {

std::vector<std::string> automagic_parameters(const LegacyMenu& menu) {
  std::vector<std::string> normal;
  std::vector<std::string> default_only;
  for (const LegacyLine& line : menu.lines) {
    if (!line.in_automagic || line.kind != LegacyLine::Kind::comment) continue;
    for (const std::string_view physical : lines(line.raw)) {
      const auto take = [&](std::string_view key, std::vector<std::string>& into) {
        if (!physical.starts_with(key)) return;
        const auto tokens = model::split_parameters(physical.substr(key.size()));
        into.insert(into.end(), tokens.begin(), tokens.end());
      };
      take("# kopt=", normal);
      take("# defoptions=", default_only);
    }
  }
  normal.insert(normal.end(), default_only.begin(), default_only.end());
  return normal;
}

std::vector<std::string> undone_by_update_grub(const LegacyMenu& menu,
                                               std::span<const model::ParameterEdit> edits) {
  const std::vector<std::string> kept = automagic_parameters(menu);
  std::vector<std::string> undone;
  const auto add = [&](std::string what) {
    if (std::find(undone.begin(), undone.end(), what) == undone.end()) {
      undone.push_back(std::move(what));
    }
  };
  for (const model::ParameterEdit& edit : edits) {
    const auto values = model::parameter_values(kept, edit.key);
    if (boot::values_after(values, edits, edit.key) == values) continue;
    const bool removes = boot::only_removes(edit);
    if (edit.values.empty()) add("no " + edit.key);
    for (const auto& value : edit.values)
      add((removes ? "no " : "") + model::parameter_token(edit.key, value));
  }
  return undone;
}

}  // namespace guestclock::grub
