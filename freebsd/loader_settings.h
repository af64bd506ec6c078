// Which loader.conf files a FreeBSD loader reads, in which order, and what they come to.
//
// The order is the one that the image's own /boot/defaults/loader.conf sets up: each file of
// loader_conf_files (where a file may name more of them), then loader_conf_dirs, then
// local_loader_conf_files; every file once, the later one wins. Without that file, that of current
// releases is taken: device.hints, loader.conf, loader.conf.d, loader.conf.local.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "freebsd/loader_conf_lines.h"
#include "system/system.h"

namespace guestclock::freebsd {

inline constexpr std::string_view kLoaderConf = "/boot/loader.conf";

struct SettingsFile {
  enum class Role { defaults, hints, own };
  std::string path;  ///< as the loader opens it
  Role role = Role::own;
  std::string directory;  ///< the loader_conf_dirs one it was found in; empty: named itself
  bool exists = false;
  std::string bytes;
  ConfFile conf;
};

/// One assignment that the loader carries out.
struct Assignment {
  std::size_t file = 0;  ///< index into LoaderSettings::files
  std::size_t line = 0;  ///< index into its lines
  std::string name;
  std::string value;  ///< unquoted, $name expanded
};

struct LoaderSettings {
  std::vector<SettingsFile> files;      ///< in reading order, absent ones too
  std::vector<Assignment> assignments;  ///< in the order carried out

  /// The last one of that name; null where there is none.
  [[nodiscard]] const Assignment* effective(std::string_view name) const;
  /// Index of the file of that path; files.size() where it is not read.
  [[nodiscard]] std::size_t index_of(std::string_view path) const;
};

/// Files that are not there are skipped; `malformed` where they name more than 256
/// files, or hold more than 512 KiB together.
[[nodiscard]] Result<LoaderSettings> read_loader_settings(const system::Files& files);

}  // namespace guestclock::freebsd
