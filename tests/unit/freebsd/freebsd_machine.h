// A FreeBSD image that exists in memory only.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "freebsd/loader_conf.h"
#include "support/scratch_directory.h"
#include "system/machines.h"
#include "system/overlay_files.h"

namespace guestclock::freebsd {

using Contents = std::map<std::string, std::string>;

inline const model::ParameterEdit kHz{"kern.hz", {"100"}, "F-04"};
inline const model::ParameterEdit kNoHz{"kern.hz", {}, "F-02"};

// Orders as FreeBSD 10 and 14 set them up; synthetic, written after loader.conf(5).
inline constexpr const char* kOldOrder =
    "loader_conf_files=\"/boot/device.hints /boot/loader.conf /boot/loader.conf.local\"\n";
inline constexpr const char* kMiddleOrder =
    "loader_conf_files=\"/boot/device.hints /boot/loader.conf /boot/loader.conf.local\"\n"
    "loader_conf_dirs=\"/boot/loader.conf.d\"\n";
inline constexpr const char* kNewOrder =
    "loader_conf_files=\"/boot/device.hints /boot/loader.conf\"\n"
    "loader_conf_dirs=\"/boot/loader.conf.d\"\n"
    "local_loader_conf_files=\"/boot/loader.conf.local\"\n";

class Machine {
 public:
  explicit Machine(Contents contents) : contents_(std::move(contents)) {
    auto opened = system::open_tree(scratch_.path().string());
    if (!opened) throw std::runtime_error(describe(opened.error()));
    tree_ = std::move(*opened);
  }

  [[nodiscard]] system::OverlayFiles files() const { return {tree_->files(), contents_}; }
  [[nodiscard]] std::vector<std::string> located() const {
    const auto found = FreebsdLoader().locate(files(), {"freebsd"});
    return found ? found->files : std::vector<std::string>();
  }
  [[nodiscard]] std::vector<std::string> tunables() const {
    const auto entries = FreebsdLoader().entries(files(), {});
    return entries ? entries->front().parameters : std::vector{describe(entries.error())};
  }
  [[nodiscard]] Result<settings::Edition> edit(const std::vector<model::ParameterEdit>& edits,
                                               const model::EntrySelector& selector = {}) const {
    return FreebsdLoader().edit(files(), {}, edits, selector);
  }

 private:
  support::ScratchDirectory scratch_;
  std::unique_ptr<system::System> tree_;
  Contents contents_;
};

/// New contents by path, of the files that change.
inline Contents changed(const Result<settings::Edition>& edition) {
  if (!edition) return {{"error", describe(edition.error())}};
  Contents contents;
  for (const model::FileEdit& file : edition->files)
    contents[file.path] = file.after;
  return contents;
}

inline Contents loader_conf(const std::string& bytes) {
  return {{"/boot/loader.conf", bytes}};
}

}  // namespace guestclock::freebsd
