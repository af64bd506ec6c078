// The menus that are shown to other readers: real ones of the corpus and odd synthetic ones, each
// as it is and with an edit of ours.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/corpus.h"
#include "support/legacy_machine.h"

namespace guestclock::grub {

struct NamedMenu {
  std::string name;
  std::string bytes;
};

/// Nothing where there is no corpus.
inline std::vector<NamedMenu> corpus_menus() {
  const auto folder = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "bootcfg";
  auto files = support::corpus_files(folder / "grub-legacy");
  for (const auto& file : support::corpus_files(folder / "grubby" / "in", "grub."))
    files.push_back(file);
  std::vector<NamedMenu> menus;
  for (const auto& file : files)
    menus.push_back({file.filename().string(), support::bytes_of(file)});
  return menus;
}

/// The menu after an edit of all its entries; nothing where it has none that starts Linux.
inline std::optional<std::string> edited_menu(const std::string& bytes) {
  support::LegacyMachine machine(bytes);
  const auto edition = machine.edit({{"clocksource", {"acpi_pm"}, ""},
                                     {"root", {"/dev/vda1"}, ""},
                                     {"dyndbg", {"file foo.c +p"}, ""},
                                     {"quiet", {}, ""}},
                                    {model::EntrySelector::Kind::all, 0, ""});
  if (!edition) return std::nullopt;
  machine.apply(*edition);
  return machine.menu();
}

}  // namespace guestclock::grub
