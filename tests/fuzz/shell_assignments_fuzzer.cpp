// Any bytes as GRUB 2's sources (/etc/default/grub, or that and two drop-ins divided by NUL bytes):
// printed back unchanged; what an edit asks for is what grub-mkconfig will read; a second edit does
// nothing; taking away what was added gives the parameters back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>

#include "boot/parameter_line.h"
#include "grub/grub2.h"
#include "grub/shell_assignments.h"
#include "model/kernel_parameters.h"
#include "no_files.h"
#include "system/overlay_files.h"

namespace {

using namespace guestclock;
using Contents = std::map<std::string, std::string>;
using model::ParameterEdit;

void require(bool holds) {
  if (!holds) std::abort();
}

Contents contents_of(std::string_view bytes) {
  Contents contents{{"/etc/os-release", "ID=debian\n"}};
  for (const char* path : {"/etc/default/grub", "/etc/default/grub.d/50.cfg",
                           "/etc/default/grub.d/99-guestclock.cfg"}) {
    const std::size_t end = bytes.find('\0');
    contents[path] = bytes.substr(0, end);
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
  }
  return contents;
}

Result<std::vector<model::BootEntry>> entries(const Contents& contents) {
  const fuzz::NoFiles none;
  return grub::Grub2().entries(system::OverlayFiles(none, contents), {});
}

Result<settings::Edition> edit(Contents& contents, const ParameterEdit& wanted,
                               model::EntrySelector::Kind kind) {
  const fuzz::NoFiles none;
  const system::OverlayFiles files(none, contents);
  auto edition = grub::Grub2().edit(files, {}, std::vector{wanted}, {kind, 0, ""});
  if (!edition) return edition;
  for (const model::FileEdit& file : edition->files)
    contents[file.path] = file.after;
  return edition;
}

void check(Contents contents, const ParameterEdit& wanted, model::EntrySelector::Kind kind) {
  const auto before = entries(contents);
  if (!before) return;
  const auto once = edit(contents, wanted, kind);
  if (!once) return;
  const auto after = entries(contents);
  require(after.has_value());
  for (const auto& [path, bytes] : contents)
    require(grub::parse_shell_assignments(bytes).print() == bytes);
  const auto values = model::parameter_values(after->front().parameters, wanted.key);
  const auto expected =
      boot::values_after(model::parameter_values(before->front().parameters, wanted.key),
                         std::span(&wanted, 1), wanted.key);
  // For all entries a new value goes in front of the old ones of normal entries.
  if (kind != model::EntrySelector::Kind::all) require(values == expected);
  const auto twice = edit(contents, wanted, kind);
  require(twice && twice->files.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  require(grub::parse_shell_assignments(bytes).print() == bytes);
  using Action = ParameterEdit::Action;
  using Kind = model::EntrySelector::Kind;
  const Contents contents = contents_of(bytes);
  for (const Kind kind : {Kind::automatic, Kind::all}) {
    check(contents, {"x", {"1"}, ""}, kind);
    check(contents, {"x", {"a b", "2"}, ""}, kind);
    check(contents, {"x", {"1", std::nullopt}, "", Action::add}, kind);
    check(contents, {"x", {}, "", Action::remove}, kind);
  }
  return 0;
}
