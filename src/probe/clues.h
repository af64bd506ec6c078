// Do the conditions of a row of rules/hypervisors.json hold? Pure functions over observations.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probe/observations.h"
#include "tables/tables.h"

namespace guestclock::probe {

/// All of them hold. What could not be read neither holds nor fails, so a condition on it, negated
/// or not, is not met. `verdict`: the hypervisor found; nothing while it is still sought.
[[nodiscard]] bool hold(const std::vector<tables::ClueCondition>& conditions,
                        const Observations& seen, const std::optional<std::string>& verdict);

/// Where the first condition looks, and what stands there; for evidence.
struct Found {
  std::string source;
  std::string value;
};
[[nodiscard]] Found found_by(const std::vector<tables::ClueCondition>& conditions,
                             const Observations& seen);

}  // namespace guestclock::probe
