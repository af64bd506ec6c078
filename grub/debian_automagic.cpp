#include "grub/debian_automagic.h"

#include <algorithm>

#include "base/text.h"
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

bool survives_update_grub(const LegacyMenu& menu, const model::ParameterEdit& edit) {
  return model::parameter_values(automagic_parameters(menu), edit.key) == edit.values;
}

}  // namespace guestclock::grub
