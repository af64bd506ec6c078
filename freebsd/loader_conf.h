// FreeBSD's loader as a boot loader: one entry, whose parameters are its tunables.
#pragma once

#include <string>
#include <vector>

#include "boot/boot_loader.h"

namespace guestclock::freebsd {

/// Files: /boot/loader.conf (created where it does not exist) and whatever else that image's loader
/// reads: loader.conf.d, loader.conf.local, device.hints. /boot/defaults/loader.conf is read, never
/// edited. A value is written as `name="value"`, in place of the assignment that wins, else at the
/// end of /boot/loader.conf. What stands only in device.hints, hint.* or not, is overridden in
/// /boot/loader.conf: that file comes with the kernel. It is edited itself where it is read last,
/// and by a removal, which takes every line that assigns the name: no other line could unset it.
class FreebsdLoader final : public boot::BootLoader {
 public:
  [[nodiscard]] std::string_view name() const override { return "freebsd-loader"; }
  [[nodiscard]] model::FixKind fix_kind() const override { return model::FixKind::loader_tunable; }
  [[nodiscard]] std::optional<settings::Located> locate(
      const system::Files& files, const settings::LocateHints& hints) const override;
  /// The tunables `name=value`, unquoted, as the loader sets them at every boot, those of
  /// device.hints among them; not those of the defaults file, nor what nextboot.conf, Lua files and
  /// the directories of a product change.
  [[nodiscard]] Result<std::vector<model::BootEntry>> entries(
      const system::Files& files, const settings::Located& located) const override;
  [[nodiscard]] Result<settings::Edition> edit(const system::Files& files,
                                               const settings::Located& located,
                                               std::span<const model::ParameterEdit> edits,
                                               const model::EntrySelector& selector) const override;
  /// As they are: a-b and a_b are two names.
  [[nodiscard]] bool same_name(std::string_view a, std::string_view b) const override {
    return a == b;
  }
};

}  // namespace guestclock::freebsd
