// A GRUB 2 system whose files are held in memory. Synthetic.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "grub/grub2.h"
#include "model/kernel_parameters.h"
#include "support/scratch_directory.h"
#include "system/machines.h"
#include "system/overlay_files.h"

namespace guestclock::grub {

using Contents = std::map<std::string, std::string>;

inline constexpr const char* kMain = "/etc/default/grub";
inline constexpr const char* kCloud = "/etc/default/grub.d/50-cloudimg-settings.cfg";
inline constexpr const char* kOurs = "/etc/default/grub.d/99-guestclock.cfg";

class Grub2Machine {
 public:
  explicit Grub2Machine(Contents contents = {}) : contents_(std::move(contents)) {
    auto opened = system::open_tree(scratch_.path().string());
    if (!opened) throw std::runtime_error(describe(opened.error()));
    tree_ = std::move(*opened);
  }
  /// Debian's grub-mkconfig: reads drop-ins, runs in dash.
  static Grub2Machine debian(Contents contents) {
    contents.emplace("/usr/sbin/grub-mkconfig",
                     "#!/bin/sh\n# reads ${sysconfdir}/default/grub.d/*.cfg\n");
    contents.emplace("/boot/grub/grub.cfg", "");
    contents["/bin/sh"] = "";
    return Grub2Machine(std::move(contents));
  }
  static Grub2Machine debian(const std::string& main) { return debian(Contents{{kMain, main}}); }
  /// A grub2-mkconfig that reads one file and runs in bash.
  static Grub2Machine other(Contents contents) {
    contents["/usr/sbin/grub2-mkconfig"] = "#!/usr/bin/bash\n";
    contents["/boot/grub2/grub.cfg"] = "";
    contents["/usr/bin/bash"] = "";
    return Grub2Machine(std::move(contents));
  }

  void put(const std::string& path, const std::string& bytes) { contents_[path] = bytes; }
  [[nodiscard]] const Contents& contents() const { return contents_; }
  [[nodiscard]] system::OverlayFiles files() const { return {tree_->files(), contents_}; }

  [[nodiscard]] Result<settings::Edition> edit(
      const std::vector<model::ParameterEdit>& edits,
      model::EntrySelector::Kind kind = model::EntrySelector::Kind::automatic) const {
    return loader_.edit(files(), {}, edits, {kind, 0, ""});
  }
  [[nodiscard]] Result<std::vector<model::BootEntry>> entries() const {
    return loader_.entries(files(), {});
  }
  void apply(const settings::Edition& edition) {
    for (const model::FileEdit& file : edition.files)
      contents_[file.path] = file.after;
  }
  [[nodiscard]] const Grub2& loader() const { return loader_; }

 private:
  support::ScratchDirectory scratch_;
  std::unique_ptr<system::System> tree_;
  Contents contents_;
  Grub2 loader_;
};

/// New contents by path, of the files that change; under "error" why there are none.
inline Contents changed(const Result<settings::Edition>& edition) {
  if (!edition) return {{"error", describe(edition.error())}};
  Contents contents;
  for (const model::FileEdit& file : edition->files)
    contents[file.path] = file.after;
  return contents;
}

}  // namespace guestclock::grub
