// grub.cfg as grub-mkconfig wrote it: read to tell whether it is up to date, never edited.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "system/system.h"

namespace guestclock::grub {

/// A linux, linux16 or linuxefi line.
struct KernelLine {
  std::size_t line = 0;                 ///< in the file
  std::string kernel;                   ///< as written there
  std::vector<std::string> parameters;  ///< as GRUB hands them over
  bool recovery = false;                ///< of a recovery entry
};

struct GeneratedConfig {
  /// Those that 10_linux or one of its kin wrote; every one where no script's mark is in the file.
  /// Entries of other systems (30_os-prober) and those written by hand are not for grub-mkconfig to
  /// change.
  std::vector<KernelLine> lines;
  bool marked = false;    ///< scripts of grub-mkconfig left their marks
  bool forwards = false;  ///< goes on with another configuration (as on an EFI partition)
};

/// Any bytes.
[[nodiscard]] GeneratedConfig parse_generated_config(std::string_view bytes);

/// The generated configurations: /boot/grub/grub.cfg, /boot/grub2/grub.cfg,
/// /boot/efi/EFI/*/grub.cfg. Where one exists, GRUB 2 is in use and a menu.lst beside it is stale.
[[nodiscard]] std::vector<std::string> grub2_configurations(const system::Files& files);

}  // namespace guestclock::grub
