#include "grub/generated_config.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "boot/entry_selection.h"
#include "grub/grub_script.h"

namespace guestclock::grub {
namespace {

bool is_kernel_command(std::string_view word) {
  return word == "linux" || word == "linux16" || word == "linuxefi";
}

/// "### BEGIN /etc/grub.d/10_linux ###": "10_linux".
std::optional<std::string> script_that_begins(std::string_view comment) {
  static constexpr std::string_view kBegin = "### BEGIN ";
  if (!comment.starts_with(kBegin)) return std::nullopt;
  const std::string_view path = comment.substr(kBegin.size());
  const std::string_view name = path.substr(0, path.find(' '));
  return std::string(name.substr(name.rfind('/') + 1));
}

bool writes_our_kernels(std::string_view script) {
  static constexpr std::array<std::string_view, 2> kScripts{"linux", "linux_zfs"};
  const std::size_t number = script.find('_');  // "10_linux"
  if (number == std::string_view::npos) return false;
  const std::string_view name = script.substr(number + 1);
  return std::find(kScripts.begin(), kScripts.end(), name) != kScripts.end();
}

/// An identifier is never translated, a title is.
bool is_recovery(const std::vector<std::string>& menuentry) {
  const auto id = std::find(menuentry.begin(), menuentry.end(), "$menuentry_id_option");
  if (id != menuentry.end() && id + 1 != menuentry.end()) {
    return (id + 1)->find("-recovery-") != std::string::npos;
  }
  model::BootEntry entry;
  if (menuentry.size() > 1) entry.title = menuentry[1];
  return boot::looks_like_rescue(entry);
}

class Reader {
 public:
  GeneratedConfig run(std::string_view bytes) {
    ScriptCommands commands(bytes);
    while (const auto command = commands.next())
      take(*command);
    if (config_.marked) {
      std::size_t at = 0;
      std::erase_if(config_.lines, [&](const KernelLine&) { return !ours_[at++]; });
    }
    return std::move(config_);
  }

 private:
  void take(const ScriptCommand& command) {
    if (!command.comment.empty()) {
      take_comment(command.comment);
    } else if (!command.words.empty()) {
      take_words(command);
    }
    if (command.end == '{') ++depth_;
    if (command.end == '}' && depth_ > 0 && --depth_ < entry_depth_) entry_depth_ = 0;
  }

  void take_comment(std::string_view comment) {
    if (auto script = script_that_begins(comment)) {
      config_.marked = true;
      in_ours_ = writes_our_kernels(*script);
    }
    if (comment.starts_with("### END ")) in_ours_ = false;
  }

  void take_words(const ScriptCommand& command) {
    const std::string& name = command.words.front();
    if (name == "configfile" || name == "normal") config_.forwards = true;
    if (name == "menuentry" && command.end == '{') {
      entry_depth_ = depth_ + 1;
      recovery_ = is_recovery(command.words);
    }
    if (!is_kernel_command(name) || command.words.size() < 2) return;
    KernelLine line{command.line, command.words[1], {}, entry_depth_ != 0 && recovery_};
    for (std::size_t i = 2; i < command.words.size(); ++i)
      line.parameters.push_back(as_kernel_word(command.words[i]));
    config_.lines.push_back(std::move(line));
    ours_.push_back(in_ours_);
  }

  GeneratedConfig config_;
  std::vector<bool> ours_;  ///< of each line
  bool in_ours_ = false;
  bool recovery_ = false;
  std::size_t depth_ = 0;
  std::size_t entry_depth_ = 0;  ///< of the menu entry's commands; 0: outside of one
};

}  // namespace

GeneratedConfig parse_generated_config(std::string_view bytes) {
  return Reader().run(bytes);
}

std::vector<std::string> grub2_configurations(const system::Files& files) {
  static constexpr std::array<std::string_view, 2> kFixed{"/boot/grub/grub.cfg",
                                                          "/boot/grub2/grub.cfg"};
  static constexpr std::string_view kVendors = "/boot/efi/EFI";
  std::vector<std::string> found;
  for (const std::string_view path : kFixed) {
    if (files.exists(path)) found.emplace_back(path);
  }
  if (const auto vendors = files.list(kVendors)) {
    for (const std::string& vendor : *vendors) {
      std::string path = std::string(kVendors) + "/" + vendor + "/grub.cfg";
      if (files.exists(path)) found.push_back(std::move(path));
    }
  }
  return found;
}

}  // namespace guestclock::grub
