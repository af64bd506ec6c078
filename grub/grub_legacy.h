// GRUB Legacy (0.97) as a boot loader: menu.lst, grub.conf and the links between them.
#pragma once

#include <string>
#include <vector>

#include "boot/boot_loader.h"

namespace guestclock::grub {

/// Files: /boot/grub/grub.conf, /boot/grub/menu.lst, /etc/grub.conf. Links to one file are one
/// configuration; it is edited once, at the end of the links. Two different ones under /boot/grub
/// are told apart by the name that is built into /boot/grub/stage2; where that does not tell, they
/// are read (the first) but not edited. An /etc/grub.conf that is no link to either is dead.
class GrubLegacy final : public boot::BootLoader {
 public:
  [[nodiscard]] std::string_view name() const override { return "grub-legacy"; }
  [[nodiscard]] model::FixKind fix_kind() const override {
    return model::FixKind::kernel_parameter;
  }
  /// Nothing where GRUB 2 is in use.
  [[nodiscard]] std::optional<settings::Located> locate(
      const system::Files& files, const settings::LocateHints& hints) const override;
  [[nodiscard]] Result<std::vector<model::BootEntry>> entries(
      const system::Files& files, const settings::Located& located) const override;
  [[nodiscard]] Result<settings::Edition> edit(const system::Files& files,
                                               const settings::Located& located,
                                               std::span<const model::ParameterEdit> edits,
                                               const model::EntrySelector& selector) const override;
};

}  // namespace guestclock::grub
