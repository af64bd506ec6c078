#include "freebsd/loader_conf.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "boot/entry_selection.h"
#include "freebsd/loader_edit.h"
#include "freebsd/loader_settings.h"

namespace guestclock::freebsd {
namespace {

bool any_exists(const system::Files& files, std::span<const std::string_view> paths) {
  return std::any_of(paths.begin(), paths.end(),
                     [&](std::string_view path) { return files.exists(path); });
}

bool looks_like_freebsd(const system::Files& files) {
  static constexpr std::array<std::string_view, 3> kOwn{
      "/boot/defaults/loader.conf", "/boot/device.hints", "/bin/freebsd-version"};
  static constexpr std::array<std::string_view, 4> kLinux{
      "/lib/modules", "/usr/lib/modules", "/etc/debian_version", "/etc/redhat-release"};
  if (any_exists(files, kOwn)) return true;
  if (files.exists("/boot/kernel/kernel") && !any_exists(files, kLinux)) return true;
  const auto headers = files.read("/usr/include/sys/param.h");
  if (headers && headers->find("__FreeBSD_version") != std::string::npos) return true;
  // systemd-boot has a file of this name, with another grammar.
  const auto conf = files.read(kLoaderConf, std::size_t{64} << 10U);
  return conf && all_assignments(parse_conf_file(*conf));
}

/// The tunables that come from the administrator, in the order in which they take effect.
std::vector<std::string> tunables(const LoaderSettings& settings) {
  std::map<std::string_view, const Assignment*> last;
  for (const Assignment& one : settings.assignments)
    last[one.name] = &one;
  std::vector<std::string> parameters;
  for (const Assignment& one : settings.assignments) {
    if (last[one.name] != &one || one.name == "exec") continue;
    if (settings.files[one.file].role == SettingsFile::Role::defaults) continue;
    parameters.push_back(one.name + "=" + one.value);
  }
  return parameters;
}

model::BootEntry entry_of(const LoaderSettings& settings) {
  model::BootEntry entry;
  entry.loader = "freebsd-loader";
  entry.file = kLoaderConf;
  entry.title = "FreeBSD";
  entry.is_default = true;
  const Assignment* const kernel = settings.effective("kernel");
  entry.kernel = kernel != nullptr && !kernel->value.empty() ? kernel->value : "kernel";
  entry.parameters = tunables(settings);
  return entry;
}

}  // namespace

std::optional<settings::Located> FreebsdLoader::locate(const system::Files& files,
                                                       const settings::LocateHints& hints) const {
  if (hints.os ? *hints.os != "freebsd" : !looks_like_freebsd(files)) return std::nullopt;
  settings::Located located;
  const auto settings = read_loader_settings(files);
  if (!settings) {
    located.files.emplace_back(kLoaderConf);
    return located;
  }
  for (const SettingsFile& file : settings->files) {
    if (!file.is_editable()) continue;
    if (file.exists || file.path == kLoaderConf) located.files.push_back(file.path);
  }
  return located;
}

Result<std::vector<model::BootEntry>> FreebsdLoader::entries(
    const system::Files& files, const settings::Located& /*located*/) const {
  const auto settings = read_loader_settings(files);
  if (!settings) return tl::make_unexpected(settings.error());
  return std::vector<model::BootEntry>{entry_of(*settings)};
}

Result<settings::Edition> FreebsdLoader::edit(const system::Files& files,
                                              const settings::Located& located,
                                              std::span<const model::ParameterEdit> edits,
                                              const model::EntrySelector& selector) const {
  const auto before = entries(files, located);
  if (!before) return tl::make_unexpected(before.error());
  if (auto any = boot::check_selection(selector, edits, *before, kLoaderConf); !any) {
    return tl::make_unexpected(any.error());
  }
  auto tunable_edition = edit_tunables(files, edits);
  if (!tunable_edition) return tl::make_unexpected(tunable_edition.error());
  const auto after = settings_with(files, tunable_edition->contents);
  if (!after) return tl::make_unexpected(after.error());

  settings::Edition edition;
  edition.warnings = std::move(tunable_edition->warnings);
  const model::BootEntry& entry = before->front();
  edition.entries.push_back({entry.title, true, entry.parameters, tunables(*after), entry.index});
  for (const auto& [path, bytes] : tunable_edition->contents) {
    auto old = files.read(path);
    if (!old && old.error().code != ErrorCode::not_found) {
      return tl::make_unexpected(old.error());
    }
    std::optional<std::string> old_bytes;
    if (old) old_bytes = std::move(*old);
    if (old_bytes == bytes) continue;
    edition.files.push_back({path, std::string(name()), std::move(old_bytes), bytes});
  }
  return edition;
}

}  // namespace guestclock::freebsd
