// Any bytes as a GRUB Legacy menu: printed back unchanged; an edit that is not refused can be taken
// back to the byte, and does nothing a second time. Behind a '!', the bytes are settings and
// entries of a block that Debian's update-grub maintains.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "grub/debian_automagic.h"
#include "grub/grub_legacy.h"
#include "grub/legacy_menu.h"
#include "model/kernel_parameters.h"
#include "no_files.h"
#include "system/overlay_files.h"

namespace {

using namespace guestclock;

constexpr const char* kMenu = "/boot/grub/menu.lst";

void require(bool holds) {
  if (!holds) std::abort();
}

Result<settings::Edition> edit(const std::string& menu, const model::ParameterEdit& edit,
                               model::EntrySelector::Kind kind) {
  const fuzz::NoFiles none;
  const system::OverlayFiles files(none, {{kMenu, menu}});
  return grub::GrubLegacy().edit(files, {{kMenu}}, std::vector{edit}, {kind, 0, ""});
}

/// Kernels as the entries name them.
std::vector<std::string> kernels_of(const std::string& menu) {
  const fuzz::NoFiles none;
  const system::OverlayFiles files(none, {{kMenu, menu}});
  std::vector<std::string> kernels;
  const auto entries = grub::GrubLegacy().entries(files, {{kMenu}});
  require(entries.has_value());
  for (const model::BootEntry& entry : *entries)
    kernels.push_back(entry.kernel);
  return kernels;
}

/// The names and texts of the settings, without the values of `key`.
std::vector<std::string> settings_without(const std::string& menu, std::string_view key) {
  std::vector<std::string> all;
  for (const auto& setting : grub::automagic_settings(grub::parse_legacy_menu(menu))) {
    std::string one = setting.shown();
    for (const std::string& token : model::split_parameters(setting.text)) {
      if (!model::same_parameter_name(model::parameter_key(token), key)) one += ' ' + token;
    }
    all.push_back(std::move(one));
  }
  return all;
}

void check(const std::string& bytes) {
  const grub::LegacyMenu menu = grub::parse_legacy_menu(bytes);
  require(menu.print() == bytes);
  for (const auto& setting : grub::automagic_settings(menu)) {
    std::string text;
    for (const auto& piece : setting.pieces) {
      require(piece.begin <= piece.end && piece.end <= bytes.size());
      text += (text.empty() && &piece == &setting.pieces.front() ? "" : "\n") +
              bytes.substr(piece.begin, piece.end - piece.begin);
    }
    require(text == setting.text);
  }

  using Kind = model::EntrySelector::Kind;
  const model::ParameterEdit add{"fuzz.parameter", {"ab", std::nullopt}, ""};
  const model::ParameterEdit remove{"fuzz.parameter", {}, ""};
  if (bytes.find("fuzz") != std::string::npos) return;
  const bool even = bytes.size() % 2 == 0;  // one half of the edits for each input: speed
  const Kind kind = even ? Kind::automatic : Kind::all;
  if (const auto once = edit(bytes, add, kind)) {
    require(once->files.size() == 1);
    const std::string& edited = once->files.front().after;
    require(grub::parse_legacy_menu(edited).entries.size() == menu.entries.size());
    require(settings_without(edited, add.key) == settings_without(bytes, add.key));
    const auto twice = edit(edited, add, kind);
    require(twice && twice->files.empty());
    const auto back = edit(edited, remove, Kind::all);
    require(back && back->files.size() == 1 && back->files.front().after == bytes);
  }
  // Names that the settings may have already.
  const model::ParameterEdit other =
      even ? model::ParameterEdit{"a", {"1", "b c"}, ""} : model::ParameterEdit{"ro", {}, ""};
  const auto once = edit(bytes, other, Kind::all);
  if (!once || once->files.empty()) return;
  const std::string& edited = once->files.front().after;
  // Behind a removed first word may stand white space that GRUB does not split at (a form feed): it
  // becomes part of the kernel's path. No plan is made of such an edition: change/edition_check.h
  // refuses it, as the kernel of an entry changes.
  if (kernels_of(edited) != kernels_of(bytes)) return;
  require(settings_without(edited, other.key) == settings_without(bytes, other.key));
  const auto twice = edit(edited, other, Kind::all);
  require(twice && twice->files.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (!bytes.starts_with('!')) {
    check(bytes);
    return 0;
  }
  // Settings in front of the first NUL byte, entries behind it.
  bytes.erase(0, 1);
  const std::size_t nul = std::min(bytes.find('\0'), bytes.size());
  check("### BEGIN AUTOMAGIC KERNELS LIST\n## ## Start Default Options ##\n# kopt=ro\n" +
        bytes.substr(0, nul) + "\n## ## End Default Options ##\n\ntitle A\nkernel /vmlinuz-2.6 ro" +
        bytes.substr(std::min(nul + 1, bytes.size())) + "\n");
  return 0;
}
