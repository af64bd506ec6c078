#include "grub/grub_legacy.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "boot/entry_selection.h"
#include "grub/automagic_edit.h"
#include "grub/debian_automagic.h"
#include "grub/generated_config.h"
#include "grub/legacy_edit.h"
#include "grub/legacy_menu.h"
#include "model/kernel_parameters.h"

namespace guestclock::grub {
namespace {

constexpr std::string_view kGrubConf = "/boot/grub/grub.conf";
constexpr std::string_view kMenuLst = "/boot/grub/menu.lst";
constexpr std::string_view kEtcLink = "/etc/grub.conf";
constexpr std::string_view kEfiConf = "/boot/efi/EFI/redhat/grub.conf";
/// What GRUB itself has room for, and more than any menu in use.
constexpr std::size_t kMenuLimit = std::size_t{256} << 10U;

/// One menu, under every name it was found by.
struct Configuration {
  std::string resolved;
  std::vector<std::string> names;
};

std::vector<Configuration> configurations(const system::Files& files,
                                          std::span<const std::string_view> names) {
  std::vector<Configuration> found;
  for (const std::string_view name : names) {
    const auto status = files.status(name);
    if (!status || status->kind != system::FileKind::regular) continue;
    const auto resolved = files.resolve(name);
    if (!resolved) continue;
    const auto known = std::find_if(found.begin(), found.end(), [&](const Configuration& other) {
      return other.resolved == *resolved;
    });
    if (known == found.end()) {
      found.push_back({*resolved, {std::string(name)}});
    } else {
      known->names.emplace_back(name);
    }
  }
  return found;
}

/// Which of two names stage2 was built or installed to read.
std::string_view name_in_stage2(const system::Files& files) {
  const auto stage2 = files.read("/boot/grub/stage2");
  if (!stage2) return {};
  const bool conf = stage2->find("/grub.conf") != std::string::npos;
  const bool menu = stage2->find("/menu.lst") != std::string::npos;
  if (conf == menu) return {};
  return conf ? kGrubConf : kMenuLst;
}

std::vector<std::string> live_names(const system::Files& files) {
  static constexpr std::array kNames{kGrubConf, kMenuLst, kEtcLink};
  static constexpr std::array kEfiNames{kEfiConf};
  std::vector<Configuration> found = configurations(files, kNames);
  if (found.empty()) found = configurations(files, kEfiNames);
  const auto below_boot = [](const Configuration& configuration) {
    return configuration.names.front() != kEtcLink;
  };
  if (std::any_of(found.begin(), found.end(), below_boot)) {
    found.erase(std::remove_if(found.begin(), found.end(), std::not_fn(below_boot)), found.end());
  }
  if (found.size() > 1) {
    const std::string_view wanted = name_in_stage2(files);
    const auto chosen = std::find_if(found.begin(), found.end(), [&](const Configuration& one) {
      return one.names.front() == wanted;
    });
    if (chosen != found.end()) found = {*chosen};
  }
  std::vector<std::string> names;
  for (const Configuration& configuration : found) {
    names.insert(names.end(), configuration.names.begin(), configuration.names.end());
  }
  return names;
}

/// A menu as read, with the entry that starts by default.
struct Reading {
  std::string path;  ///< as found
  std::string bytes;
  LegacyMenu menu;
  std::vector<model::BootEntry> entries;
};

std::string saved_default(const system::Files& files, const std::string& path) {
  const auto resolved = files.resolve(path);
  if (!resolved) return {};
  const std::string directory = resolved->substr(0, resolved->rfind('/') + 1);
  return files.read(directory + "default", kMenuLimit).value_or(std::string());
}

Result<Reading> read_menu(const system::Files& files, const settings::Located& located) {
  if (located.files.empty()) return fail(ErrorCode::not_found, "no GRUB Legacy menu was found");
  Reading reading;
  reading.path = located.files.front();
  auto bytes = files.read(reading.path, kMenuLimit);
  if (!bytes) return tl::make_unexpected(bytes.error());
  reading.bytes = std::move(*bytes);
  reading.menu = parse_legacy_menu(reading.bytes);
  const LegacyMenu& menu = reading.menu;
  const auto started = menu.default_entry(menu.default_is_saved ? saved_default(files, reading.path)
                                                                : std::string());
  for (const LegacyEntry& entry : menu.entries) {
    model::BootEntry boot;
    boot.loader = "grub-legacy";
    boot.file = reading.path;
    boot.title = entry.title;
    boot.index = entry.index;
    boot.is_default = started == entry.index;
    if (entry.linux) {
      boot.kernel = entry.linux->path;
      boot.parameters = model::split_parameters(std::string_view(menu.lines[entry.linux->line].text)
                                                    .substr(entry.linux->parameters_begin));
    }
    boot.rescue = boot::looks_like_rescue(boot);
    reading.entries.push_back(std::move(boot));
  }
  return reading;
}

Result<void> check_unambiguous(const system::Files& files, const settings::Located& located) {
  std::set<std::string> resolved;
  for (const std::string& name : located.files) {
    auto one = files.resolve(name);
    if (!one) return tl::make_unexpected(one.error());
    resolved.insert(std::move(*one));
  }
  if (resolved.size() < 2) return {};
  return fail(ErrorCode::unsafe,
              "two different GRUB menus, and nothing says which of them GRUB reads",
              located.files.front(),
              "make one a symbolic link to the other, or remove the one that is not used: " +
                  join({resolved.begin(), resolved.end()}, ", "));
}

/// Red Hat Enterprise Linux 6 and what is built from it.
bool is_red_hat_6(const system::Files& files) {
  for (const std::string_view name : {"/etc/redhat-release", "/etc/system-release"}) {
    const auto release = files.read(name, kMenuLimit);
    if (!release || release->find("Fedora") != std::string::npos) continue;
    const std::size_t at = release->find("release 6");
    if (at == std::string::npos) continue;
    const std::size_t behind = at + std::string_view("release 6").size();
    if (behind == release->size() ||
        std::string_view(". \n").find((*release)[behind]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

/// What to say where GRUB would not hand all of the parameters on; else empty.
std::string length_warning(std::string_view parameters, std::size_t limit,
                           const std::string& place) {
  while (!parameters.empty() && is_blank(parameters.front()))
    parameters.remove_prefix(1);
  if (parameters.size() <= limit) return {};
  return place + ": the parameters are " + std::to_string(parameters.size()) +
         " bytes long and this GRUB hands on " + std::to_string(limit) +
         ": the kernel does not see the rest; remove parameters that are not needed";
}

}  // namespace

std::optional<settings::Located> GrubLegacy::locate(const system::Files& files,
                                                    const settings::LocateHints& hints) const {
  if (hints.os && *hints.os != "linux") return std::nullopt;
  settings::Located located;
  located.files = live_names(files);
  if (located.files.empty() || !grub2_configurations(files).empty()) return std::nullopt;
  return located;
}

Result<std::vector<model::BootEntry>> GrubLegacy::entries(const system::Files& files,
                                                          const settings::Located& located) const {
  auto reading = read_menu(files, located);
  if (!reading) return tl::make_unexpected(reading.error());
  return std::move(reading->entries);
}

Result<settings::Edition> GrubLegacy::edit(const system::Files& files,
                                           const settings::Located& located,
                                           std::span<const model::ParameterEdit> edits,
                                           const model::EntrySelector& selector) const {
  if (auto clear = check_unambiguous(files, located); !clear) {
    return tl::make_unexpected(clear.error());
  }
  auto reading = read_menu(files, located);
  if (!reading) return tl::make_unexpected(reading.error());
  if (auto any = boot::check_selection(selector, edits, reading->entries, reading->path); !any) {
    return tl::make_unexpected(any.error());
  }

  settings::Edition edition;
  const std::size_t limit =
      is_red_hat_6(files) ? GrubLegacy::kRedHat6ParameterLimit : GrubLegacy::kParameterLimit;
  LegacyMenu& menu = reading->menu;
  for (std::size_t i = 0; i < menu.entries.size(); ++i) {
    const model::BootEntry& entry = reading->entries[i];
    std::vector<model::ParameterEdit> own;
    for (const model::ParameterEdit& edit : edits) {
      if (boot::selects(selector, edit, entry)) own.push_back(edit);
    }
    if (own.empty()) continue;
    const LegacyEntry::Linux& linux = *menu.entries[i].linux;
    LegacyLine& line = menu.lines[linux.line];
    auto edited = edit_line(line, linux.parameters_begin, own, reading->path);
    if (!edited) return tl::make_unexpected(edited.error());
    const bool changed = *edited != line.raw;
    line.raw = std::move(*edited);
    const LegacyMenu again = parse_legacy_menu(line.raw);
    const std::string_view parameters =
        std::string_view(again.lines.front().text).substr(linux.parameters_begin);
    edition.entries.push_back({entry.title, entry.is_default, entry.parameters,
                               model::split_parameters(parameters), entry.index});
    const std::string place = reading->path + ":" + std::to_string(line_number(line));
    std::string warning = length_warning(parameters, limit, place);
    if (changed && !warning.empty()) edition.warnings.push_back(std::move(warning));
  }
  auto automagic =
      edit_automagic(menu, reading->bytes, reading->entries, edits, selector, reading->path);
  if (!automagic) return tl::make_unexpected(automagic.error());
  if (automagic->bytes != reading->bytes) {
    edition.files.push_back({reading->path, std::string(name()), std::move(reading->bytes),
                             std::move(automagic->bytes)});
  }
  edition.pending = std::move(automagic->pending);
  std::move(automagic->warnings.begin(), automagic->warnings.end(),
            std::back_inserter(edition.warnings));
  return edition;
}

Result<std::vector<model::BootEntry>> GrubLegacy::sources(const system::Files& files,
                                                          const settings::Located& located) const {
  const auto reading = read_menu(files, located);
  if (!reading) return tl::make_unexpected(reading.error());
  std::vector<model::BootEntry> sources;
  for (const AutomagicSetting& setting : automagic_settings(reading->menu)) {
    model::BootEntry source;
    source.loader = name();
    source.file = reading->path;
    source.title = setting.shown();
    source.index = static_cast<std::int64_t>(sources.size());
    source.parameters = model::split_parameters(setting.text);
    sources.push_back(std::move(source));
  }
  return sources;
}

Result<settings::Edition> GrubLegacy::edit_source(const system::Files& files,
                                                  const settings::Located& located,
                                                  std::span<const model::ParameterEdit> edits,
                                                  std::int64_t index) const {
  auto reading = read_menu(files, located);
  if (!reading) return tl::make_unexpected(reading.error());
  auto after = edit_setting(reading->menu, static_cast<std::size_t>(index), edits, reading->path);
  if (!after) return tl::make_unexpected(after.error());
  settings::Edition edition;
  if (*after != reading->bytes) {
    edition.files.push_back(
        {reading->path, std::string(name()), std::move(reading->bytes), std::move(*after)});
  }
  return edition;
}

}  // namespace guestclock::grub
