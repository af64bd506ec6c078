// Debian's update-grub for GRUB Legacy: the commented settings of a menu that it reads, and which
// of them become the parameters of which entry of the block that it rewrites.
//
// Rules (update-grub of grub-legacy 0.97-80): settings stand between the block's markers and its
// "Default Options" marks, each mark a whole line, and read exactly "# NAME=" (one blank). The text
// of several kopt, defoptions or xenkopt lines is joined; of kopt_X lines of one name the last
// counts, and it goes through the shell's eval. altoptions lines count anywhere in the file. An
// entry's parameters are kopt, or instead the kopt_X with the longest matching kernel version, and
// then defoptions (normal entries), the altoptions line of its label, or xenkopt (under Xen).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grub/legacy_menu.h"
#include "model/facts.h"

namespace guestclock::grub {

/// A setting that carries kernel parameters and that update-grub reads.
struct AutomagicSetting {
  /// Offsets in the menu's bytes.
  struct Piece {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::string name;           ///< kopt, kopt_2_6_8, defoptions, xenkopt, altoptions
  std::string label;          ///< altoptions only: "(single-user mode)"
  std::vector<Piece> pieces;  ///< where its text stands, in order
  std::string text;           ///< the pieces, a newline between them
  std::size_t line = 0;       ///< physical, of its last piece
  bool in_command = false;    ///< GRUB sees it as the end of a command, not as a comment

  [[nodiscard]] std::string shown() const;  ///< "# kopt=", "# altoptions=(single-user mode)"
};

/// In file order. Settings that are not there stand for what the script has built in.
[[nodiscard]] std::vector<AutomagicSetting> automagic_settings(const LegacyMenu& menu);

/// Why a setting with this text, or one that gets it, cannot be edited; nothing where it can.
[[nodiscard]] std::optional<std::string> why_no_setting(const AutomagicSetting& setting,
                                                        std::string_view text);

/// Why a setting of this name cannot carry a token to Linux; nothing where it can.
[[nodiscard]] std::optional<std::string> why_not_in_setting(std::string_view name,
                                                            std::string_view token);

/// Where the parameters of an entry of the block come from: indexes of settings.
struct AutomagicOrigin {
  std::optional<std::size_t> common;  ///< kopt or the kopt_X that replaces it
  std::vector<std::size_t> own;       ///< several: altoptions lines of one label
  std::string own_name;               ///< the setting to be in `own`, there or not
};

/// For an entry of the block that starts Linux.
[[nodiscard]] AutomagicOrigin automagic_origin(const std::vector<AutomagicSetting>& settings,
                                               const LegacyMenu& menu, const LegacyEntry& entry,
                                               const model::BootEntry& shown);

/// The parameters that update-grub gives an entry of that origin.
[[nodiscard]] std::vector<std::string> generated_parameters(
    const std::vector<AutomagicSetting>& settings, const AutomagicOrigin& origin);

}  // namespace guestclock::grub
