// Kernel variables as a capture recorded them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "system/system.h"

namespace guestclock::system {

class CapturedSysctl final : public Sysctl {
 public:
  /// Lines "name: value" (what sysctl prints) or "name=value" (sysctl -e); of a name that comes
  /// twice the first counts, lines that are neither (rest of a value) are passed over.
  explicit CapturedSysctl(std::string_view text);

  [[nodiscard]] Result<std::string> get(std::string_view name) const override;
  /// Captures hold no kernel environment.
  [[nodiscard]] Result<std::string> kenv(std::string_view name) const override;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace guestclock::system
