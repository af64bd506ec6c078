// FreeBSD's loader as a boot loader: one entry, whose parameters are its tunables.
#pragma once

#include <string>
#include <vector>

#include "boot/boot_loader.h"

namespace guestclock::freebsd {

/// Files: /boot/loader.conf (created where it does not exist) and whatever else that image's loader
/// reads after it. /boot/defaults/loader.conf and device.hints are read, never edited. A value is
/// written as `name="value"`, in place of the assignment that wins, else at the end of
/// /boot/loader.conf; a removal takes every line that assigns the name.
class FreebsdLoader final : public boot::BootLoader {
 public:
  [[nodiscard]] std::string_view name() const override { return "freebsd-loader"; }
  [[nodiscard]] model::FixKind fix_kind() const override { return model::FixKind::loader_tunable; }
  [[nodiscard]] std::optional<settings::Located> locate(
      const system::Files& files, const settings::LocateHints& hints) const override;
  /// The tunables `name=value`, unquoted, as the loader will set them; not those of the defaults
  /// file, nor the hints of device.hints.
  [[nodiscard]] Result<std::vector<model::BootEntry>> entries(
      const system::Files& files, const settings::Located& located) const override;
  [[nodiscard]] Result<settings::Edition> edit(const system::Files& files,
                                               const settings::Located& located,
                                               std::span<const model::ParameterEdit> edits,
                                               const model::EntrySelector& selector) const override;
};

}  // namespace guestclock::freebsd
