// Why a fact is missing, in one voice for all probes.
#pragma once

#include <string>

#include "base/result.h"
#include "model/fact.h"
#include "system/system.h"

namespace guestclock::probe {

/// On a running system what failed; elsewhere that only a running system shows it.
[[nodiscard]] inline std::string unknown_reason(const system::System& system, const Error& error) {
  return system.live() ? describe(error) : std::string(model::kLiveOnly);
}

}  // namespace guestclock::probe
