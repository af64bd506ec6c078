// Trees with FreeBSD's boot files, real ones of the corpus among them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "freebsd/loader_conf.h"
#include "support/corpus.h"
#include "support/program.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::freebsd {

inline bool has_program(const char* name) {
  return support::run_program({name, "--version"}).exit_code == 0 ||
         support::run_program({name, "-v"}).exit_code == 0;
}

/// Every file of the corpus that belongs to the family.
inline std::vector<std::filesystem::path> corpus_files() {
  const auto folder = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "bootcfg";
  auto files = support::corpus_files(folder / "freebsd-loader.conf");
  const auto hints = support::corpus_files(folder / "freebsd-device.hints");
  files.insert(files.end(), hints.begin(), hints.end());
  return files;
}

/// Edits the tree's files in place; why not where that is refused.
inline std::string edit(const support::ScratchDirectory& root, const model::ParameterEdit& wanted) {
  const auto machine = system::open_tree(root.path().string());
  if (!machine) return describe(machine.error());
  const auto edition = FreebsdLoader().edit((*machine)->files(), {}, std::vector{wanted}, {});
  if (!edition) return describe(edition.error());
  for (const model::FileEdit& file : edition->files)
    root.write(file.path, file.after);
  return {};
}

/// Where a file of the corpus belongs on a machine.
inline std::string place_of(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  if (name.ends_with("device.hints")) return "/boot/device.hints";
  if (name.ends_with("defaults__loader.conf")) return "/boot/defaults/loader.conf";
  if (name.ends_with("loader.conf.local")) return "/boot/loader.conf.local";
  return "/boot/loader.conf";
}

}  // namespace guestclock::freebsd
