// GRUB 2: recognised, so that its guests are told what to do by hand.
#pragma once

#include <string>
#include <vector>

#include "boot/boot_loader.h"

namespace guestclock::grub {

/// The generated configurations: /boot/grub/grub.cfg, /boot/grub2/grub.cfg,
/// /boot/efi/EFI/*/grub.cfg. Where one exists, GRUB 2 is in use and a menu.lst beside it is stale.
[[nodiscard]] std::vector<std::string> grub2_configurations(const system::Files& files);

class Grub2 final : public boot::BootLoader {
 public:
  [[nodiscard]] std::string_view name() const override { return "grub2"; }
  [[nodiscard]] model::FixKind fix_kind() const override {
    return model::FixKind::kernel_parameter;
  }
  [[nodiscard]] std::optional<settings::Located> locate(
      const system::Files& files, const settings::LocateHints& hints) const override;
  /// unsupported.
  [[nodiscard]] Result<std::vector<model::BootEntry>> entries(
      const system::Files& files, const settings::Located& located) const override;
  /// unsupported; the hint says how to do it by hand.
  [[nodiscard]] Result<settings::Edition> edit(const system::Files& files,
                                               const settings::Located& located,
                                               std::span<const model::ParameterEdit> edits,
                                               const model::EntrySelector& selector) const override;
};

}  // namespace guestclock::grub
