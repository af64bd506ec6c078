// Whether grub-mkconfig must run before what its sources say counts.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "grub/default_grub.h"
#include "model/change.h"
#include "system/system.h"

namespace guestclock::grub {

/// The values that end up on linux lines.
struct LineValues {
  std::string linux_text;    ///< GRUB_CMDLINE_LINUX: every entry
  std::string default_text;  ///< GRUB_CMDLINE_LINUX_DEFAULT: behind it, normal entries only
};

struct Regeneration {
  std::vector<std::string> pending;   ///< one line for each configuration, with the command
  std::vector<std::string> warnings;  ///< configurations that cannot be compared
};

/// What must run once the sources are `values`. Where a run of ours edits them (`edited`: their
/// paths), every configuration of this system; else those whose linux lines have other values of a
/// parameter that `edits` are about, and a missing one. Parameters that grub-mkconfig adds itself
/// (root=, ro, ...) may stand there once more. Not compared: Xen's module lines, entries that
/// other scripts than 10_linux wrote. Left out: one that only goes on with another configuration,
/// and one on the EFI partition that boots no kernel of /boot (another system's, which the command
/// would overwrite).
[[nodiscard]] Regeneration regeneration_due(const system::Files& files, const GrubLayers& layers,
                                            const LineValues& values,
                                            std::span<const model::ParameterEdit> edits,
                                            const std::vector<std::string>& edited);

}  // namespace guestclock::grub
