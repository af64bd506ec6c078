#include "grub/debian_automagic.h"

#include <algorithm>

#include "base/text.h"
#include "grub/legacy_kernel.h"
#include "model/kernel_parameters.h"

namespace guestclock::grub {
namespace {

constexpr std::string_view kBegin = "### BEGIN AUTOMAGIC KERNELS LIST";
constexpr std::string_view kEnd = "### END DEBIAN AUTOMAGIC KERNELS LIST";
constexpr std::string_view kBeginOptions = "## ## Start Default Options ##";
constexpr std::string_view kEndOptions = "## ## End Default Options ##";
constexpr std::string_view kKopt = "kopt";
constexpr std::string_view kDefoptions = "defoptions";
constexpr std::string_view kXenkopt = "xenkopt";
constexpr std::string_view kAltoptions = "altoptions";
/// What the shell takes for itself between the double quotes that eval sees.
constexpr std::string_view kEvalTakes = "\"$`\\";

/// A sed range: from a line of one text to the next of another, both included.
class Range {
 public:
  Range(std::string_view begin, std::string_view end) : begin_(begin), end_(end) {}
  /// Whether the range holds this line.
  bool take(std::string_view line) {
    if (!inside_) return inside_ = line == begin_;
    if (line == end_) inside_ = false;
    return true;
  }

 private:
  std::string_view begin_;
  std::string_view end_;
  bool inside_ = false;
};

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_kopt_of_version(std::string_view name) {
  constexpr std::string_view kPrefix = "kopt_";
  return name.size() > kPrefix.size() && name.starts_with(kPrefix) &&
         std::all_of(name.begin(), name.end(), is_word);
}

/// Reads the lines as sed does.
class Reader {
 public:
  explicit Reader(const LegacyMenu& menu) : menu_(menu) {}

  std::vector<AutomagicSetting> run() {
    for (const LegacyLine& line : menu_.lines) {
      for (const std::string_view physical : lines(line.raw)) {
        take(physical, line.kind != LegacyLine::Kind::comment);
        at_ += physical.size() + 1;
        ++number_;
      }
      if (!line.raw.ends_with('\n')) --at_;
    }
    return std::move(settings_);
  }

 private:
  void take(std::string_view line, bool in_command) {
    const bool live = block_.take(line) && options_.take(line);
    constexpr std::string_view kComment = "# ";
    const std::size_t equals = line.find('=');
    if (!line.starts_with(kComment) || equals == std::string_view::npos) return;
    const std::string_view name = line.substr(kComment.size(), equals - kComment.size());
    AutomagicSetting setting;
    setting.name = name;
    setting.line = number_;
    setting.in_command = in_command;
    std::size_t begin = equals + 1;
    if (name == kAltoptions) {
      while (begin < line.size() && is_blank(line[begin]))
        ++begin;
      const std::size_t close = line.find(')', begin);
      if (begin == line.size() || line[begin] != '(' || close == std::string_view::npos) return;
      setting.label = join(words(line.substr(begin, close + 1 - begin)), " ");
      begin = std::min(close + 2, line.size());
    } else if (!live || (name != kKopt && name != kDefoptions && name != kXenkopt &&
                         !is_kopt_of_version(name))) {
      return;
    }
    setting.text = line.substr(begin);
    setting.pieces.push_back({at_ + begin, at_ + line.size()});
    keep(std::move(setting));
  }

  void keep(AutomagicSetting setting) {
    const auto known = std::find_if(settings_.begin(), settings_.end(), [&](const auto& other) {
      return other.name == setting.name && setting.name != kAltoptions;
    });
    if (known == settings_.end()) {
      settings_.push_back(std::move(setting));
    } else if (is_kopt_of_version(setting.name)) {
      *known = std::move(setting);
    } else {
      known->text += '\n' + setting.text;
      known->pieces.push_back(setting.pieces.front());
      known->line = setting.line;
      known->in_command = known->in_command || setting.in_command;
    }
  }

  const LegacyMenu& menu_;
  Range block_{kBegin, kEnd};
  Range options_{kBeginOptions, kEndOptions};
  std::vector<AutomagicSetting> settings_;
  std::size_t at_ = 0;
  std::size_t number_ = 1;
};

/// The version that update-grub looks for, as far as shell names go: 2.6.26-2-686 is 2_6_26_2_686.
std::string version_of(const LegacyEntry& entry) {
  std::string_view version = entry.linux->path;
  version.remove_prefix(version.find_last_of("/)") + 1);  // npos + 1 == 0
  constexpr std::string_view kImage = "vmlinuz-";
  if (version.starts_with(kImage)) {
    version.remove_prefix(kImage.size());
  } else {
    // A link of a fixed name: the title tells where it led.
    constexpr std::string_view kKernel = ", kernel ";
    const std::size_t at = entry.title.rfind(kKernel);
    if (at == std::string::npos) return {};
    version = std::string_view(entry.title).substr(at + kKernel.size());
    version = version.substr(0, version.find(' '));
  }
  version.remove_prefix(std::min(version.find_first_of("0123456789"), version.size()));
  std::string name(version);
  for (char& c : name) {
    if (c == '-' || c == '+' || c == '.') c = '_';
  }
  return name;
}

std::optional<std::size_t> find_setting(const std::vector<AutomagicSetting>& settings,
                                        std::string_view name) {
  const auto found =
      std::find_if(settings.begin(), settings.end(),
                   [&](const AutomagicSetting& setting) { return setting.name == name; });
  if (found == settings.end()) return std::nullopt;
  return static_cast<std::size_t>(found - settings.begin());
}

std::optional<std::size_t> common_setting(const std::vector<AutomagicSetting>& settings,
                                          const LegacyEntry& entry) {
  std::string version = version_of(entry);
  while (!version.empty()) {
    const auto found = find_setting(settings, "kopt_" + version);
    if (found && !words(settings[*found].text).empty()) return found;
    const std::size_t last = version.rfind('_');
    version.resize(last == std::string::npos ? 0 : last);
  }
  return find_setting(settings, kKopt);
}

}  // namespace

std::string AutomagicSetting::shown() const {
  return "# " + name + "=" + label;
}

std::vector<AutomagicSetting> automagic_settings(const LegacyMenu& menu) {
  return Reader(menu).run();
}

std::optional<std::string> why_no_setting(const AutomagicSetting& setting, std::string_view text) {
  if (setting.in_command) return "GRUB reads it as the end of a command";
  const bool versioned = is_kopt_of_version(setting.name);
  if ((setting.name == kKopt || setting.name == kAltoptions || versioned) && words(text).empty()) {
    return "update-grub reads it otherwise where it is empty";
  }
  for (std::string_view line : lines(text)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find('\0') != std::string_view::npos || line.find('\r') != std::string_view::npos) {
      return "it has a carriage return or a NUL byte inside";
    }
    if (std::count(line.begin(), line.end(), '"') % 2 != 0) return "a double quote is not closed";
    if (line.ends_with('\\')) return "it ends in a backslash";
  }
  if (versioned && text.find_first_of(kEvalTakes) != std::string_view::npos) {
    return "it goes through a shell, which takes \" $ ` \\ for itself";
  }
  if (setting.name == kAltoptions && text.find('\\') != std::string_view::npos) {
    return "it goes through a shell, which takes \\ for itself";
  }
  return std::nullopt;
}

std::optional<std::string> why_not_in_setting(std::string_view name, std::string_view token) {
  const std::string where = "\"# " + std::string(name) + "=\"";
  const std::string_view taken =
      is_kopt_of_version(name) ? kEvalTakes : std::string_view(name == kAltoptions ? "\\" : "");
  const std::size_t at = token.find_first_of(taken);
  if (at != std::string_view::npos) {
    return "update-grub's shell would take " + std::string(1, token[at]) + " of " +
           printable(token) + " in " + where + " for itself";
  }
  if (token.find("  ") != std::string_view::npos) {
    return "update-grub makes one blank of several in " + where;
  }
  for (const std::string& word : words(token)) {
    // "name=*" would have to be a file's name.
    const std::size_t pattern = word.find_first_of("*?[");
    if (pattern != std::string::npos && word.find('=') >= pattern) {
      return "update-grub's shell would take " + printable(word) + " in " + where +
             " for a pattern of file names";
    }
  }
  return std::nullopt;
}

AutomagicOrigin automagic_origin(const std::vector<AutomagicSetting>& settings,
                                 const LegacyMenu& menu, const LegacyEntry& entry,
                                 const model::BootEntry& shown) {
  AutomagicOrigin origin;
  origin.common = common_setting(settings, entry);
  if (command_word(menu.lines[entry.linux->line].text) != "kernel") {
    origin.own_name = kXenkopt;
  } else {
    for (std::size_t i = 0; i < settings.size(); ++i) {
      if (settings[i].name == kAltoptions && entry.title.ends_with(" " + settings[i].label)) {
        origin.own.push_back(i);
      }
    }
    origin.own_name = origin.own.empty() && !shown.rescue ? kDefoptions : kAltoptions;
  }
  if (origin.own_name != kAltoptions) {
    if (const auto own = find_setting(settings, origin.own_name)) origin.own.push_back(*own);
  }
  return origin;
}

std::vector<std::string> generated_parameters(const std::vector<AutomagicSetting>& settings,
                                              const AutomagicOrigin& origin) {
  std::string text;
  if (origin.common) text = settings[*origin.common].text;
  if (!origin.own.empty()) {
    text += ' ' + settings[origin.own.front()].text;
  } else if (origin.own_name == kXenkopt) {
    text += " console=tty0";
  } else if (origin.own_name == kAltoptions) {
    text += " single";
  }
  return model::split_parameters(text);
}

}  // namespace guestclock::grub
