#include "grub/regeneration.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "grub/generated_config.h"
#include "grub/grub_script.h"
#include "model/kernel_parameters.h"

namespace guestclock::grub {
namespace {

using Values = std::vector<std::optional<std::string>>;

constexpr std::size_t kConfigLimit = std::size_t{2} << 20U;
constexpr std::string_view kMainConfig = "/boot/grub/grub.cfg";
constexpr std::string_view kOtherMainConfig = "/boot/grub2/grub.cfg";
/// 10_linux of Debian, Ubuntu, Fedora and SUSE.
constexpr std::array<std::string_view, 9> kAddedByGenerator{
    "root", "ro", "rw", "rootflags", "init", "panic", "single", "recovery", "nomodeset"};

/// A configuration of this system.
struct Config {
  std::string path;
  GeneratedConfig content;
  std::string unread;  ///< why it could not be read
};

bool boots_kernel_of(const std::vector<std::string>& boot_files, const GeneratedConfig& config) {
  return std::any_of(config.lines.begin(), config.lines.end(), [&](const KernelLine& line) {
    const std::string name = line.kernel.substr(line.kernel.rfind('/') + 1);
    return std::find(boot_files.begin(), boot_files.end(), name) != boot_files.end();
  });
}

std::vector<Config> configurations(const system::Files& files) {
  const auto boot_files = files.list("/boot").value_or(std::vector<std::string>());
  std::vector<Config> found;
  std::vector<std::string> seen;
  for (const std::string& path : grub2_configurations(files)) {
    std::string resolved = files.resolve(path).value_or(path);
    if (std::find(seen.begin(), seen.end(), resolved) != seen.end()) continue;
    seen.push_back(std::move(resolved));
    Config config{path, {}, {}};
    const auto bytes = files.read(path, kConfigLimit);
    if (bytes) {
      config.content = parse_generated_config(*bytes);
    } else {
      config.unread = describe(bytes.error());
    }
    const GeneratedConfig& content = config.content;
    if (content.forwards && !content.marked && content.lines.empty()) continue;
    const bool main = path == kMainConfig || path == kOtherMainConfig;
    if (main || boots_kernel_of(boot_files, content)) found.push_back(std::move(config));
  }
  return found;
}

std::string command_for(const GrubLayers& layers, std::string_view path) {
  const bool main = path == kMainConfig;
  if (main && layers.reads_drop_ins) return "update-grub";
  const bool two = !main && !layers.reads_drop_ins;
  return (two ? "grub2-mkconfig -o " : "grub-mkconfig -o ") + std::string(path);
}

/// Where the first one goes.
std::string_view path_to_come(const system::Files& files) {
  const bool two =
      files.exists("/usr/sbin/grub2-mkconfig") || files.exists("/usr/bin/grub2-mkconfig");
  return two ? kOtherMainConfig : kMainConfig;
}

/// The parameters that GRUB makes of a value on a linux line.
std::vector<std::string> parameters_of(const std::string& text) {
  std::vector<std::string> parameters;
  if (const auto command = ScriptCommands(text).next()) {
    for (const std::string& word : command->words)
      parameters.push_back(as_kernel_word(word));
  }
  return parameters;
}

/// A line has exactly the values of the sources, or those and one that grub-mkconfig added.
bool is_as_wanted(const Values& wanted, const Values& found, std::string_view key) {
  if (wanted == found) return true;
  const bool added = std::any_of(kAddedByGenerator.begin(), kAddedByGenerator.end(),
                                 [&](auto name) { return model::same_parameter_name(name, key); });
  if (!added || found.size() != wanted.size() + 1) return false;
  auto next = wanted.begin();
  for (const auto& value : found) {
    if (next != wanted.end() && *next == value) ++next;
  }
  return next == wanted.end();
}

class Comparison {
 public:
  Comparison(const LineValues& values, std::span<const model::ParameterEdit> edits)
      : normal_(parameters_of(values.linux_text + " " + values.default_text)),
        recovery_(parameters_of(values.linux_text)),
        edits_(edits) {}

  /// "KEY (line N)" of the first difference; empty where there is none.
  [[nodiscard]] std::string difference(const GeneratedConfig& config) const {
    for (const model::ParameterEdit& edit : edits_) {
      const Values wanted = model::parameter_values(normal_, edit.key);
      const Values in_recovery = model::parameter_values(recovery_, edit.key);
      if (config.lines.empty() && !config.marked && !wanted.empty()) return printable(edit.key);
      for (const KernelLine& line : config.lines) {
        const Values found = model::parameter_values(line.parameters, edit.key);
        if (is_as_wanted(wanted, found, edit.key)) continue;
        if (line.recovery && is_as_wanted(in_recovery, found, edit.key)) continue;
        return printable(edit.key) + " (line " + std::to_string(line.line) + ")";
      }
    }
    return {};
  }

 private:
  std::vector<std::string> normal_;
  std::vector<std::string> recovery_;
  std::span<const model::ParameterEdit> edits_;
};

}  // namespace

Regeneration regeneration_due(const system::Files& files, const GrubLayers& layers,
                              const LineValues& values, std::span<const model::ParameterEdit> edits,
                              const std::vector<std::string>& edited) {
  Regeneration due;
  const std::vector<Config> found = configurations(files);
  const std::string edit = join(edited, ", ") + (edited.size() > 1 ? " are" : " is") + " edited, ";
  if (found.empty()) {
    const std::string_view path = path_to_come(files);
    due.pending.push_back((edited.empty() ? "" : edit + "and ") + std::string(path) +
                          " does not exist yet: run " + command_for(layers, path));
  }
  const Comparison comparison(values, edits);
  for (const Config& config : found) {
    const std::string run = ": run " + command_for(layers, config.path);
    if (!edited.empty()) {
      due.pending.push_back(edit + "but " + config.path + " is not regenerated" + run);
    } else if (!config.unread.empty()) {
      due.warnings.push_back("whether " + config.path +
                             " is up to date cannot be told: " + config.unread);
    } else if (const std::string what = comparison.difference(config.content); !what.empty()) {
      due.pending.push_back(config.path + " is out of date for " + what + run);
    }
  }
  return due;
}

}  // namespace guestclock::grub
