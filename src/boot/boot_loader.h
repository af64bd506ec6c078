// A boot loader: an Editable whose files hold entries with kernel parameters.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "settings/editable.h"

namespace guestclock::boot {

class BootLoader : public settings::Editable {
 public:
  /// Entries in the loader's order, `is_default` at most once. Malformed input gives what can be
  /// read of it; `unsupported` (its message is the reason shown) where this loader's entries cannot
  /// be read at all.
  [[nodiscard]] virtual Result<std::vector<model::BootEntry>> entries(
      const system::Files& files, const settings::Located& located) const = 0;
  /// What whoever reads the entries should know of where they come from, one line each.
  [[nodiscard]] virtual std::vector<std::string> remarks(
      const system::Files& /*files*/, const settings::Located& /*located*/) const {
    return {};
  }
  /// Which fix kind writes here.
  [[nodiscard]] virtual model::FixKind fix_kind() const = 0;
};

/// A loader found in use.
struct LoaderInUse {
  const BootLoader* loader = nullptr;
  settings::Located located;
};

/// Every loader of `loaders` that is in use, in their order.
[[nodiscard]] std::vector<LoaderInUse> loaders_in_use(std::span<const BootLoader* const> loaders,
                                                      const system::Files& files,
                                                      const settings::LocateHints& hints);

}  // namespace guestclock::boot
