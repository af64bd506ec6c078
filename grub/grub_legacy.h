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
/// Where none of the three is there: /boot/efi/EFI/redhat/grub.conf.
/// In the block that Debian's update-grub rewrites, its settings are edited along with the lines
/// (automagic_edit.h); what the next run would undo all the same is `pending`.
class GrubLegacy final : public boot::BootLoader {
 public:
  /// Bytes of parameters that GRUB 0.97 hands to Linux, whatever the kernel allows (stage2/boot.c
  /// copies to 0x9000..0x90ff). The rest is cut without a word: an Edition warns.
  static constexpr std::size_t kParameterLimit = 255;
  /// The same in Red Hat's release 6 and its rebuilds: min(the kernel's cmdline_size, 0x7ff).
  static constexpr std::size_t kRedHat6ParameterLimit = 2047;

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
  /// The settings of Debian's update-grub.
  [[nodiscard]] Result<std::vector<model::BootEntry>> sources(
      const system::Files& files, const settings::Located& located) const override;
  [[nodiscard]] Result<settings::Edition> edit_source(const system::Files& files,
                                                      const settings::Located& located,
                                                      std::span<const model::ParameterEdit> edits,
                                                      std::int64_t index) const override;
};

}  // namespace guestclock::grub
