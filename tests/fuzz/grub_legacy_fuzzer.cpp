// Any bytes as a GRUB Legacy menu: printed back unchanged; an edit that is not refused can be taken
// back to the byte, and does nothing a second time.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "grub/grub_legacy.h"
#include "grub/legacy_menu.h"
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const grub::LegacyMenu menu = grub::parse_legacy_menu(bytes);
  require(menu.print() == bytes);

  using Kind = model::EntrySelector::Kind;
  const model::ParameterEdit add{"fuzz.parameter", {"a b", std::nullopt}, ""};
  const model::ParameterEdit remove{"fuzz.parameter", {}, ""};
  if (bytes.find("fuzz") != std::string::npos) return 0;
  for (const Kind kind : {Kind::automatic, Kind::all}) {
    const auto once = edit(bytes, add, kind);
    if (!once) continue;
    require(once->files.size() == 1);
    const std::string& edited = once->files.front().after;
    require(grub::parse_legacy_menu(edited).entries.size() == menu.entries.size());
    const auto twice = edit(edited, add, kind);
    require(twice && twice->files.empty());
    const auto back = edit(edited, remove, Kind::all);
    require(back && back->files.size() == 1 && back->files.front().after == bytes);
  }
  return 0;
}
