// A GRUB Legacy system whose files are held in memory over an empty tree. Synthetic. For programs
// that link guestclock_grub.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "grub/grub_legacy.h"
#include "support/scratch_directory.h"
#include "system/machines.h"
#include "system/overlay_files.h"

namespace guestclock::support {

class LegacyMachine {
 public:
  static constexpr const char* kMenu = "/boot/grub/menu.lst";

  LegacyMachine() = default;
  explicit LegacyMachine(const std::string& menu) : contents_{{kMenu, menu}} {}

  void put(const std::string& path, const std::string& bytes) { contents_[path] = bytes; }
  [[nodiscard]] const std::string& menu() const { return contents_.at(kMenu); }
  [[nodiscard]] system::OverlayFiles files() const { return {nothing().files(), contents_}; }
  [[nodiscard]] const grub::GrubLegacy& loader() const { return loader_; }

  [[nodiscard]] Result<settings::Edition> edit(const std::vector<model::ParameterEdit>& edits,
                                               const model::EntrySelector& selector = {}) const {
    const auto located = loader_.locate(files(), {});
    if (!located) return fail(ErrorCode::not_found, "not in use");
    return loader_.edit(files(), *located, edits, selector);
  }
  /// Throws where they cannot be read.
  [[nodiscard]] std::vector<model::BootEntry> entries() const {
    return must(loader_.entries(files(), {{kMenu}}));
  }
  [[nodiscard]] std::vector<model::BootEntry> sources() const {
    return must(loader_.sources(files(), {{kMenu}}));
  }
  void apply(const settings::Edition& edition) {
    for (const model::FileEdit& file : edition.files)
      contents_[file.path] = file.after;
  }

 private:
  /// One empty tree for all machines: properties make thousands of them.
  static const system::System& nothing() {
    static const ScratchDirectory empty;
    static const auto tree = system::open_tree(empty.path().string());
    if (!tree) throw std::runtime_error(describe(tree.error()));
    return **tree;
  }
  static std::vector<model::BootEntry> must(Result<std::vector<model::BootEntry>> entries) {
    if (!entries) throw std::runtime_error(describe(entries.error()));
    return std::move(*entries);
  }

  std::map<std::string, std::string> contents_;
  grub::GrubLegacy loader_;
};

}  // namespace guestclock::support
