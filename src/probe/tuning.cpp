// Who else writes kernel parameters? TuneD keeps those of its profile on every entry.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "model/kernel_parameters.h"
#include "probe/probe.h"
#include "probe/unknown_reason.h"
#include "settings/ini_settings.h"
#include "settings/shell_assignment.h"

namespace guestclock::probe {
namespace {

using model::Fact;

constexpr std::string_view kLettersOfNames =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

/// TuneD's own rule for names; without "." and "..", so that no name leads out of its directories.
bool is_profile_name(std::string_view name) {
  return name.find_first_not_of('.') != std::string_view::npos &&
         name.find_first_not_of(kLettersOfNames) == std::string_view::npos;
}

/// A profile with what it includes, as far as the kernel command line is concerned.
class ProfileChain {
 public:
  explicit ProfileChain(const system::Files& files) : files_(files) {}

  void add(const std::string& name, int depth = 0) {
    constexpr int kMaxDepth = 8;
    constexpr std::size_t kMaxProfiles = 64;
    if (!is_profile_name(name)) {
      missing_.push_back(printable(name));
      return;
    }
    if (depth > kMaxDepth || seen_.size() == kMaxProfiles) {
      missing_.push_back(name);
      return;
    }
    if (!seen_.insert(name).second) return;
    const auto text = read(name);
    if (!text) {
      missing_.push_back(name);
      return;
    }
    const auto settings = settings::ini_settings(*text);
    for (const auto& setting : settings) {
      if (setting.section == "main" && setting.key == "include") add_included(setting.value, depth);
    }
    for (const auto& setting : settings) {
      if (setting.section == "bootloader" && setting.key.starts_with("cmdline")) {
        cmdline_[setting.key] = setting.value.substr(0, setting.value.find(" #"));
      }
    }
  }

  /// Variables of profiles stay as they are written.
  [[nodiscard]] std::vector<std::string> parameters() const {
    std::vector<std::string> all;
    for (const auto& [key, value] : cmdline_) {
      const bool takes_away = value.starts_with('-');
      const bool adds = value.starts_with('+');
      for (std::string& token :
           model::split_parameters(std::string_view(value).substr(takes_away || adds ? 1 : 0))) {
        if (takes_away) {
          all.erase(std::remove(all.begin(), all.end(), token), all.end());
        } else {
          all.push_back(std::move(token));
        }
      }
    }
    return all;
  }

  /// Profiles that cannot be read, or not followed any further.
  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

 private:
  void add_included(std::string names, int depth) {
    std::replace_if(
        names.begin(), names.end(), [](char c) { return c == ',' || c == ';'; }, ' ');
    for (const std::string& name : words(names))
      add(name, depth + 1);
  }

  [[nodiscard]] std::optional<std::string> read(const std::string& name) const {
    for (const char* const directory :
         {"/etc/tuned/profiles/", "/etc/tuned/", "/usr/lib/tuned/profiles/", "/usr/lib/tuned/"}) {
      auto text = files_.read(directory + name + "/tuned.conf");
      if (text) return std::move(*text);
    }
    return std::nullopt;
  }

  const system::Files& files_;
  std::set<std::string> seen_;
  std::map<std::string, std::string> cmdline_;
  std::vector<std::string> missing_;
};

}  // namespace

model::Tuning probe_tuning(const system::System& system) {
  const system::Files& files = system.files();
  model::Tuning tuning;
  const auto active = files.read("/etc/tuned/active_profile");
  if (!active) {
    if (active.error().code == ErrorCode::not_found) {
      tuning.tuned_profile = std::string();
      tuning.owns_command_line = false;
    } else {
      tuning.tuned_profile = Fact<std::string>::unknown(describe(active.error()));
      tuning.owns_command_line = Fact<bool>::unknown(describe(active.error()));
    }
    return tuning;
  }
  const std::vector<std::string> names = words(*active);
  tuning.tuned_profile = join(names, " ");
  ProfileChain chain(files);
  for (const std::string& name : names)
    chain.add(name);
  tuning.cmdline = chain.parameters();
  // What TuneD wrote when it last applied its profile, variables put in.
  const auto written = files.read("/etc/tuned/bootcmdline");
  const auto line =
      written ? settings::shell_assignment(*written, "TUNED_BOOT_CMDLINE") : std::nullopt;
  if (line && !trim(*line).empty()) tuning.cmdline = model::split_parameters(*line);
  tuning.owns_command_line = !tuning.cmdline.empty();
  if (tuning.cmdline.empty() && !chain.missing().empty()) {
    tuning.owns_command_line =
        Fact<bool>::unknown("TuneD's profile cannot be read: " + join(chain.missing(), " "));
  }
  return tuning;
}

}  // namespace guestclock::probe
