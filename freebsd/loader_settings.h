// Which loader.conf files a FreeBSD loader reads, in which order, and what they come to.
//
// The order is the one that the image's own /boot/defaults/loader.conf sets up: each file of
// loader_conf_files (where a file may name more of them), then loader_conf_dirs and the directories
// of product_vars, then local_loader_conf_files; every file once, the later one wins. Without that
// file, that of current releases is taken: device.hints, loader.conf, loader.conf.d,
// loader.conf.local.
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
  enum class Role {
    defaults,       ///< /boot/defaults/loader.conf: never edited
    hints,          ///< /boot/device.hints
    own,            ///< the administrator's
    some_machines,  ///< read where product_vars names its directory, which only firmware knows
    next_boot,      ///< nextboot.conf: for one boot, after everything else
    lua             ///< code, which is not read here
  };
  std::string path;  ///< as the loader opens it
  Role role = Role::own;
  std::string directory;  ///< the loader_conf_dirs one that led to it; empty: named itself
  bool exists = false;
  std::string bytes;  ///< none of a Lua file
  ConfFile conf;

  /// Whether its assignments count at every boot, and it may be edited.
  [[nodiscard]] bool is_editable() const { return role == Role::own || role == Role::hints; }
};

/// One assignment that the loader carries out.
struct Assignment {
  std::size_t file = 0;  ///< index into LoaderSettings::files
  std::size_t line = 0;  ///< index into its lines
  std::string name;
  std::string value;  ///< unquoted, $name expanded
};

struct LoaderSettings {
  std::vector<SettingsFile> files;  ///< in reading order, absent ones too
  /// In the order carried out, at every boot of every machine.
  std::vector<Assignment> assignments;
  bool forth = false;  ///< there is no Lua loader: reading a file ends at its first bad line

  /// The last one of that name; null where there is none.
  [[nodiscard]] const Assignment* effective(std::string_view name) const;
  /// The effective one, then those that may be it just as well: a loader reads the files of a
  /// directory in no order, so the last one of each file of the effective one's directory counts.
  [[nodiscard]] std::vector<const Assignment*> contenders(std::string_view name) const;
  /// Index of the file of that path; files.size() where it is not read.
  [[nodiscard]] std::size_t index_of(std::string_view path) const;
  /// Index of the line where reading a file ends; behind every line where all are read.
  [[nodiscard]] std::size_t first_unread(const SettingsFile& file) const;
  /// "path:line", as people count.
  [[nodiscard]] std::string place(const Assignment& assignment) const;
};

/// Files that are not there are skipped; `malformed` where they name more than 256
/// files, or hold more than 512 KiB together.
[[nodiscard]] Result<LoaderSettings> read_loader_settings(const system::Files& files);

}  // namespace guestclock::freebsd
