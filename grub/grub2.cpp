#include "grub/grub2.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "boot/entry_selection.h"
#include "boot/parameter_line.h"
#include "grub/default_grub.h"
#include "grub/drop_in_order.h"
#include "grub/generated_config.h"
#include "grub/grub_script.h"
#include "grub/newest_kernel.h"
#include "grub/regeneration.h"
#include "model/kernel_parameters.h"
#include "system/overlay_files.h"

namespace guestclock::grub {
namespace {

using Action = model::ParameterEdit::Action;

constexpr std::string_view kLinux = "GRUB_CMDLINE_LINUX";
constexpr std::string_view kDefault = "GRUB_CMDLINE_LINUX_DEFAULT";
constexpr std::string_view kRecovery = "GRUB_CMDLINE_LINUX_RECOVERY";
constexpr std::string_view kNormalTitle = "Linux (every normal entry that grub-mkconfig writes)";
constexpr std::string_view kRecoveryTitle =
    "Linux, recovery mode (every recovery entry that grub-mkconfig writes)";
constexpr std::array<std::string_view, 4> kGenerators{
    "/usr/sbin/grub-mkconfig", "/usr/bin/grub-mkconfig", "/usr/sbin/grub2-mkconfig",
    "/usr/bin/grub2-mkconfig"};

bool any_exists(const system::Files& files, std::span<const std::string_view> paths) {
  return std::any_of(paths.begin(), paths.end(),
                     [&](std::string_view path) { return files.exists(path); });
}

bool has_bls_entries(const system::Files& files) {
  const auto names = files.list("/boot/loader/entries");
  return names && std::any_of(names->begin(), names->end(), [](const std::string& name) {
           return name.ends_with(".conf") && !name.starts_with('.');
         });
}

bool boots_bls_entries(const system::Files& files, const GrubValues& values) {
  for (const std::string& path : grub2_configurations(files)) {
    const auto text = files.read(path);
    if (text && text->find("blscfg") != std::string::npos) return true;
  }
  return has_bls_entries(files) && values.of("GRUB_ENABLE_BLSCFG").text != "false";
}

/// The words that make a recovery entry one. Debian's 10_linux chooses them itself, whatever
/// GRUB_CMDLINE_LINUX_RECOVERY says.
std::string recovery_words(const system::Files& files, const GrubLayers& layers,
                           const GrubValues& values) {
  const auto script = files.read("/etc/grub.d/10_linux");
  const bool chooses = script
                           ? script->find("GRUB_CMDLINE_LINUX_RECOVERY=single") != std::string::npos
                           : layers.reads_drop_ins;
  if (!chooses) {
    const GrubValue own = values.of(kRecovery);
    return own.text.empty() ? "single" : own.text;
  }
  const bool menu = files.exists("/lib/recovery-mode/recovery-menu");
  const bool ubuntu = script && script->find("ubuntu_recovery=\"1\"") != std::string::npos;
  return std::string(menu ? "recovery" : "single") + (ubuntu ? " nomodeset" : "");
}

/// The sources, read.
struct Sources {
  GrubLayers layers;
  std::string linux_text;
  std::string default_text;
  std::vector<model::BootEntry> entries;
};

Result<void> take_value(const GrubLayers& layers, const GrubValues& values, std::string_view name,
                        std::string& text) {
  const GrubValue value = values.of(name);
  if (!value.unknown.empty()) {
    return fail(ErrorCode::malformed,
                std::string(name) + " cannot be told without running code: " + value.unknown,
                value.place, "assign it with plain text, in the last line that is read");
  }
  const std::string place =
      value.live ? place_of(layers, value.live->first, value.live->second) : std::string();
  if (auto why = why_no_linux_line(value.text)) {
    return fail(ErrorCode::malformed, std::string(name) + " " + *why, place,
                "correct the value by hand first");
  }
  text = value.text;
  return {};
}

model::BootEntry entry(std::int64_t index, std::string kernel, std::string_view parameters) {
  model::BootEntry entry;
  entry.loader = "grub2";
  entry.file = kDefaultGrub;
  entry.title = index == 0 ? kNormalTitle : kRecoveryTitle;
  entry.index = index;
  entry.is_default = index == 0;
  entry.rescue = index != 0;
  entry.kernel = std::move(kernel);
  entry.parameters = model::split_parameters(parameters);
  return entry;
}

Result<Sources> read_sources(const system::Files& files) {
  auto layers = read_grub_layers(files);
  if (!layers) return tl::make_unexpected(layers.error());
  Sources sources{std::move(*layers), {}, {}, {}};
  const GrubValues values(sources.layers);
  if (boots_bls_entries(files, values)) {
    return fail(ErrorCode::unsupported,
                "GRUB 2 boots the entries of /boot/loader/entries here; editing /etc/default/grub "
                "alone changes nothing for installed kernels",
                std::string(kDefaultGrub),
                "use grubby --update-kernel=ALL --args=..., and edit GRUB_CMDLINE_LINUX in "
                "/etc/default/grub for later kernels");
  }
  if (sources.layers.files.empty()) {
    return fail(
        ErrorCode::unsupported, "grub.cfg was not made from an /etc/default/grub of this system",
        std::string(kDefaultGrub),
        "edit GRUB_CMDLINE_LINUX in the /etc/default/grub that grub.cfg is made from, or grub.cfg "
        "by hand where it is written by hand; /proc/cmdline shows what runs");
  }
  for (auto [name, text] :
       {std::pair{kLinux, &sources.linux_text}, std::pair{kDefault, &sources.default_text}}) {
    if (auto taken = take_value(sources.layers, values, name, *text); !taken) {
      return tl::make_unexpected(taken.error());
    }
  }
  const std::string kernel = newest_kernel(files);
  sources.entries.push_back(entry(0, kernel, sources.linux_text + " " + sources.default_text));
  if (values.of("GRUB_DISABLE_RECOVERY").text != "true") {
    sources.entries.push_back(
        entry(1, kernel, recovery_words(files, sources.layers, values) + " " + sources.linux_text));
  }
  return sources;
}

/// Divides edits among the two variables.
class Division {
 public:
  Division(const Sources& sources, bool for_all)
      : linux_(model::split_parameters(sources.linux_text)), for_all_(for_all) {
    // Where nothing assigns the one for normal entries and there are no others.
    const GrubValues values(sources.layers);
    const bool only_linux =
        sources.entries.size() == 1 && !values.of(kDefault).live && values.of(kLinux).live;
    // Behind "--" the other one's words are init's.
    const bool closed = std::find(linux_.begin(), linux_.end(), "--") != linux_.end();
    all_in_linux_ = only_linux || closed;
  }

  std::array<VariableEdit, 2> run(std::span<const model::ParameterEdit> edits) {
    for (const model::ParameterEdit& edit : edits) {
      if (all_in_linux_) {
        in_linux_.edits.push_back(edit);
      } else if (boot::only_removes(edit)) {
        in_linux_.edits.push_back(edit);
        in_default_.edits.push_back(edit);
      } else if (edit.action == Action::set) {
        divide_set(edit);
      } else {
        divide_add(edit);
      }
    }
    return {std::move(in_linux_), std::move(in_default_)};
  }

 private:
  void divide_set(const model::ParameterEdit& edit) {
    if (!for_all_ && model::parameter_values(linux_, edit.key).empty()) {
      in_default_.edits.push_back(edit);
      return;
    }
    in_linux_.edits.push_back(edit);
    model::ParameterEdit gone = edit;
    gone.action = Action::remove;
    gone.values.clear();
    in_default_.edits.push_back(std::move(gone));
  }

  void divide_add(const model::ParameterEdit& edit) {
    const auto there = model::parameter_values(linux_, edit.key);
    model::ParameterEdit rest = edit;
    rest.values.clear();
    for (const auto& value : edit.values) {
      if (std::find(there.begin(), there.end(), value) == there.end()) rest.values.push_back(value);
    }
    if (rest.values.empty()) return;
    if (for_all_) {
      in_linux_.edits.push_back(rest);
      rest.action = Action::remove;  // it moves there where it stood in the other one
    }
    in_default_.edits.push_back(std::move(rest));
  }

  std::vector<std::string> linux_;
  bool for_all_;
  bool all_in_linux_ = false;
  VariableEdit in_linux_{std::string(kLinux), {}};
  VariableEdit in_default_{std::string(kDefault), {}};
};

/// Which kinds of entries a selector names; one answer for all edits.
struct Selected {
  bool normal = false;
  bool recovery = false;
};

Selected selected(const Sources& sources, std::span<const model::ParameterEdit> edits,
                  const model::EntrySelector& selector) {
  Selected found;
  for (const model::ParameterEdit& edit : edits) {
    for (const model::BootEntry& entry : sources.entries) {
      if (!boot::selects(selector, edit, entry)) continue;
      (entry.rescue ? found.recovery : found.normal) = true;
    }
  }
  return found;
}

Result<void> check_wanted(std::span<const model::ParameterEdit> edits) {
  for (const model::ParameterEdit& edit : edits) {
    auto why = boot::why_not_a_parameter(edit);
    if (!why && !boot::only_removes(edit)) why = why_not_in_grub_script(edit);
    if (why) return fail(ErrorCode::unsafe, *why, std::string(kDefaultGrub));
  }
  return {};
}

/// For all entries a new value goes into GRUB_CMDLINE_LINUX, in front of what the other variable
/// has of that name: refused where that is not the end, or where it would take a repeat along.
Result<void> check_order(const Sources& sources, std::span<const model::ParameterEdit> edits) {
  const auto linux = model::split_parameters(sources.linux_text);
  const auto normal = model::split_parameters(sources.default_text);
  for (const model::ParameterEdit& edit : edits) {
    if (edit.action != Action::add) continue;
    auto there = model::parameter_values(linux, edit.key);
    auto all = there;
    auto behind = model::parameter_values(normal, edit.key);
    all.insert(all.end(), behind.begin(), behind.end());
    const auto wanted = boot::values_after(all, std::span(&edit, 1), edit.key);
    for (const auto& value : edit.values) {
      if (std::find(there.begin(), there.end(), value) != there.end()) continue;
      there.push_back(value);
      behind.erase(std::remove(behind.begin(), behind.end(), value), behind.end());
    }
    there.insert(there.end(), behind.begin(), behind.end());
    if (there == wanted) continue;
    return fail(ErrorCode::unsafe,
                edit.key + " stands in GRUB_CMDLINE_LINUX_DEFAULT too, which the kernel reads " +
                    "last: a value added for all entries would not be the last of its name",
                std::string(kDefaultGrub), "use --entries default, or set all its values");
  }
  return {};
}

void add_files(const GrubLayers& layers, const std::map<std::string, std::string>& contents,
               settings::Edition& edition) {
  for (const auto& one : contents) {
    const auto layer = std::find_if(layers.files.begin(), layers.files.end(),
                                    [&](const auto& file) { return file.path == one.first; });
    std::optional<std::string> before;
    if (layer != layers.files.end()) before = layer->bytes;
    edition.files.push_back({one.first, "grub2", std::move(before), one.second});
  }
}

/// Of the variables that the edits are about.
std::vector<std::string> warnings_of(const GrubLayers& before, const Sources& edited,
                                     std::span<const VariableEdit> edits) {
  std::vector<std::string_view> names;
  for (const VariableEdit& edit : edits) {
    if (!edit.edits.empty()) names.push_back(edit.name);
  }
  std::vector<std::string> warnings = uncertain_order(edited.layers, names);
  const GrubValues values_before(before);
  const GrubValues values(edited.layers);
  for (const std::string_view name : names) {
    if (values.of(name).text == values_before.of(name).text) continue;
    for (std::string& line : values.replaced(name))
      warnings.push_back(std::move(line));
  }
  return warnings;
}

/// Which entries change, and how.
std::vector<model::EntryChange> entry_changes(const Sources& sources, const Sources& edited,
                                              const Selected& chosen) {
  std::vector<model::EntryChange> changes;
  for (std::size_t i = 0; i < sources.entries.size() && i < edited.entries.size(); ++i) {
    const model::BootEntry& before = sources.entries[i];
    const model::BootEntry& after = edited.entries[i];
    const bool named = before.rescue ? chosen.recovery : chosen.normal;
    if (!named && before.parameters == after.parameters) continue;
    changes.push_back({before.title, before.is_default, before.parameters, after.parameters,
                       before.index, !named});
  }
  return changes;
}

}  // namespace

std::optional<settings::Located> Grub2::locate(const system::Files& files,
                                               const settings::LocateHints& /*hints*/) const {
  static constexpr std::array<std::string_view, 2> kLegacy{"/boot/grub/menu.lst",
                                                           "/boot/grub/grub.conf"};
  settings::Located located;
  located.files = grub2_configurations(files);
  const bool to_come =
      files.exists(kDefaultGrub) && any_exists(files, kGenerators) && !any_exists(files, kLegacy);
  if (located.files.empty() && to_come) located.files.emplace_back(kDefaultGrub);
  if (located.files.empty()) return std::nullopt;
  return located;
}

Result<std::vector<model::BootEntry>> Grub2::entries(const system::Files& files,
                                                     const settings::Located& /*located*/) const {
  auto sources = read_sources(files);
  if (!sources) return tl::make_unexpected(sources.error());
  return std::move(sources->entries);
}

std::vector<std::string> Grub2::remarks(const system::Files& files,
                                        const settings::Located& /*located*/) const {
  const auto layers = read_grub_layers(files);
  if (!layers) return {};
  std::vector<std::string> remarks = uncertain_order(*layers, {kLinux, kDefault});
  const GrubValues values(*layers);
  for (const std::string_view name : {kLinux, kDefault}) {
    for (std::string& line : values.replaced(name))
      remarks.push_back(std::move(line));
  }
  return remarks;
}

Result<settings::Edition> Grub2::edit(const system::Files& files,
                                      const settings::Located& /*located*/,
                                      std::span<const model::ParameterEdit> edits,
                                      const model::EntrySelector& selector) const {
  auto sources = read_sources(files);
  if (!sources) return tl::make_unexpected(sources.error());
  if (auto any = boot::check_selection(selector, edits, sources->entries, kDefaultGrub); !any) {
    return tl::make_unexpected(any.error());
  }
  if (auto carried = check_wanted(edits); !carried) return tl::make_unexpected(carried.error());
  const Selected chosen = selected(*sources, edits, selector);
  if (chosen.recovery && !chosen.normal) {
    return fail(ErrorCode::unsafe, "recovery entries have no parameters of their own",
                std::string(kDefaultGrub), "use --entries all: GRUB_CMDLINE_LINUX is for both");
  }
  if (chosen.recovery) {
    if (auto last = check_order(*sources, edits); !last) return tl::make_unexpected(last.error());
  }
  const auto variables = Division(*sources, chosen.recovery).run(edits);
  const auto contents = edit_variables(sources->layers, variables);
  if (!contents) return tl::make_unexpected(contents.error());

  std::map<std::string, std::string> resolved;
  std::vector<std::string> paths;
  for (const auto& [path, after] : *contents) {
    resolved[files.resolve(path).value_or(path)] = after;
    paths.push_back(path);
  }
  const auto edited = read_sources(system::OverlayFiles(files, std::move(resolved)));
  if (!edited) return tl::make_unexpected(edited.error());
  Regeneration due = regeneration_due(files, edited->layers,
                                      {edited->linux_text, edited->default_text}, edits, paths);
  settings::Edition edition;
  add_files(sources->layers, *contents, edition);
  edition.entries = entry_changes(*sources, *edited, chosen);
  edition.pending = std::move(due.pending);
  edition.warnings = warnings_of(sources->layers, *edited, variables);
  edition.warnings.insert(edition.warnings.end(), due.warnings.begin(), due.warnings.end());
  return edition;
}

}  // namespace guestclock::grub
