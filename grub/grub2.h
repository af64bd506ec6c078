// GRUB 2 as a boot loader: what grub-mkconfig will write is read and edited at its source,
// /etc/default/grub and the drop-ins beside it; grub.cfg itself is never touched.
#pragma once

#include <string>
#include <vector>

#include "boot/boot_loader.h"

namespace guestclock::grub {

/// Two entries stand for all that grub-mkconfig writes, since all of a kind get the same
/// parameters: 0 every normal one (GRUB_CMDLINE_LINUX, then GRUB_CMDLINE_LINUX_DEFAULT), 1 every
/// recovery one (its own words, then GRUB_CMDLINE_LINUX), missing with GRUB_DISABLE_RECOVERY=true.
/// They are what the next run of grub-mkconfig writes, not what grub.cfg holds now.
class Grub2 final : public boot::BootLoader {
 public:
  [[nodiscard]] std::string_view name() const override { return "grub2"; }
  [[nodiscard]] model::FixKind fix_kind() const override {
    return model::FixKind::kernel_parameter;
  }
  /// Also an image whose grub.cfg is still to be generated: /etc/default/grub, a grub-mkconfig, and
  /// no menu of GRUB Legacy.
  [[nodiscard]] std::optional<settings::Located> locate(
      const system::Files& files, const settings::LocateHints& hints) const override;
  /// unsupported where BLS entries or a file of unknown making decide; malformed where the sources
  /// do not tell the values.
  [[nodiscard]] Result<std::vector<model::BootEntry>> entries(
      const system::Files& files, const settings::Located& located) const override;
  /// Assignments that a later one replaces, and drop-ins whose order is not certain.
  [[nodiscard]] std::vector<std::string> remarks(const system::Files& files,
                                                 const settings::Located& located) const override;
  /// A parameter for normal entries goes to GRUB_CMDLINE_LINUX_DEFAULT, one for all to
  /// GRUB_CMDLINE_LINUX. A key that already stands in GRUB_CMDLINE_LINUX is set there, and recovery
  /// entries change along. Recovery entries alone cannot be edited.
  [[nodiscard]] Result<settings::Edition> edit(const system::Files& files,
                                               const settings::Located& located,
                                               std::span<const model::ParameterEdit> edits,
                                               const model::EntrySelector& selector) const override;
};

}  // namespace guestclock::grub
