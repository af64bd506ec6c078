#include "model/finding.h"

#include <algorithm>

namespace guestclock::model {

bool Consent::accepts(const std::string& rule, const std::string& catalogue) const {
  return std::any_of(accepted.begin(), accepted.end(), [&](const std::string& name) {
    return name == "all" || name == rule || (!catalogue.empty() && name == catalogue);
  });
}

}  // namespace guestclock::model
