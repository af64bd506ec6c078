// Which kernels know a parameter (rules/parameters.json): what others ignore, and hand to init.
#pragma once

#include <string>
#include <vector>

#include "model/rule.h"

namespace guestclock::model {

struct KnownParameter {
  std::string name;
  FixKind kind = FixKind::kernel_parameter;  ///< or loader_tunable
  std::vector<Ranges> known_by;              ///< one of them must hold; empty: no kernel knows it
  std::string source;

  friend bool operator==(const KnownParameter&, const KnownParameter&) = default;
};

}  // namespace guestclock::model
