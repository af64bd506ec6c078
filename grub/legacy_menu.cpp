#include "grub/legacy_menu.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.h"
#include "grub/legacy_kernel.h"

namespace guestclock::grub {
namespace {

/// Commands of GRUB 0.97 and of the distributions' patches to it, sorted. Any of them makes an
/// entry count; unknown words are skipped.
constexpr std::array<std::string_view, 72> kCommands{
    "background", "blocklist", "boot",       "bootp",      "cat",           "chainloader",
    "clear",      "cmp",       "color",      "configfile", "debug",         "default",
    "device",     "dhcp",      "displayapm", "displaymem", "dump",          "embed",
    "fallback",   "find",      "findroot",   "foreground", "fstest",        "geometry",
    "gfxmenu",    "halt",      "help",       "hiddenmenu", "hide",          "ifconfig",
    "impsprobe",  "initrd",    "install",    "ioprobe",    "kernel",        "lock",
    "makeactive", "map",       "md5crypt",   "module",     "modulenounzip", "pager",
    "partnew",    "parttype",  "password",   "pause",      "quiet",         "quit",
    "rarp",       "read",      "reboot",     "root",       "rootnoverify",  "savedefault",
    "serial",     "setkey",    "setup",      "setvbe",     "shade",         "splashimage",
    "terminal",   "terminfo",  "testload",   "testvbe",    "tftpserver",    "timeout",
    "title",      "unhide",    "uppermem",   "uuid",       "vbeprobe",      "viewport"};

constexpr std::size_t kFallbackLimit = 8;

bool is_known(std::string_view command) {
  return std::binary_search(kCommands.begin(), kCommands.end(), command);
}

/// Leading number as GRUB reads one: decimal or 0x; moves `text` behind it.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t base = 10;
  std::string_view rest = text;
  if (rest.size() >= 2 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'X')) {
    base = 16;
    rest.remove_prefix(2);
  }
  std::int64_t value = 0;
  bool found = false;
  for (; !rest.empty(); rest.remove_prefix(1)) {
    const char c = rest.front();
    std::int64_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (base == 16 && c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (base == 16 && c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      break;
    }
    found = true;
    if (value > (std::numeric_limits<std::int32_t>::max() - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  if (!found) return std::nullopt;
  text = rest;
  return value;
}

/// Reads bytes as GRUB does and cuts them into its lines.
class Splitter {
 public:
  explicit Splitter(std::string_view bytes) : bytes_(bytes) {}

  std::vector<LegacyLine> run() {
    for (std::size_t at = 0; at < bytes_.size(); ++at)
      take(at);
    if (start_ < bytes_.size()) finish(bytes_.size());
    return std::move(lines_);
  }

 private:
  void take(std::size_t at) {
    char c = bytes_[at];
    const bool newline = c == '\n';
    if (c == '\r') return;
    if (c == '\t') c = ' ';
    if (after_backslash_) {
      if (newline) {
        c = ' ';
        if (!line_.text.empty()) drop_backslash();
      }
      after_backslash_ = false;
    } else if (c == '\\') {
      after_backslash_ = true;
    }
    if (in_comment_) {
      if (c == '\n') finish(at + 1);
    } else if (line_.text.empty()) {
      if (c == '\n') {
        finish(at + 1);
      } else if (c == '#') {
        in_comment_ = true;
        line_.kind = LegacyLine::Kind::comment;
      } else if (c != ' ') {
        line_.kind = LegacyLine::Kind::command;
        keep(c, at);
      }
    } else if (c == '\n') {
      finish(at + 1);
    } else {
      keep(c, at);
    }
    if (newline) ++physical_;
  }

  void keep(char c, std::size_t at) {
    if (line_.text.size() >= LegacyMenu::kLineLimit) {
      line_.cut = true;
      return;
    }
    line_.text += c;
    line_.origin.push_back(static_cast<std::uint32_t>(at - start_));
  }

  void drop_backslash() {
    line_.text.pop_back();
    line_.origin.pop_back();
    if (line_.text.empty()) line_.kind = LegacyLine::Kind::blank;
  }

  void finish(std::size_t end) {
    line_.raw = bytes_.substr(start_, end - start_);
    line_.number = first_physical_;
    const std::size_t nul = line_.text.find('\0');
    if (nul != std::string::npos) {
      line_.text.resize(nul);
      line_.origin.resize(nul);
      line_.cut = true;
    }
    lines_.push_back(std::move(line_));
    line_ = {};
    in_comment_ = false;
    start_ = end;
    first_physical_ = physical_ + 1;
  }

  std::string_view bytes_;
  std::vector<LegacyLine> lines_;
  LegacyLine line_;
  std::size_t start_ = 0;
  std::size_t physical_ = 1;
  std::size_t first_physical_ = 1;
  bool after_backslash_ = false;
  bool in_comment_ = false;
};

/// The block is found by whole physical lines, whatever GRUB joins.
void mark_automagic(std::vector<LegacyLine>& menu) {
  bool inside = false;
  for (LegacyLine& line : menu) {
    for (const std::string_view physical : lines(line.raw)) {
      if (physical.starts_with("### BEGIN AUTOMAGIC KERNELS LIST")) inside = true;
      line.in_automagic = line.in_automagic || inside;
      if (physical.starts_with("### END DEBIAN AUTOMAGIC KERNELS LIST")) inside = false;
    }
  }
}

/// Runs the menu's commands the way GRUB does while it reads them.
class Menu {
 public:
  explicit Menu(LegacyMenu& menu) : menu_(menu) {}

  void run() {
    for (std::size_t i = 0; i < menu_.lines.size(); ++i) {
      const LegacyLine& line = menu_.lines[i];
      if (line.kind != LegacyLine::Kind::command) continue;
      const std::string_view command = command_word(line.text);
      if (!is_known(command)) continue;
      if (command == "title") {
        finish_entry();
        entry_.emplace();
        entry_->title = line.text.substr(argument_offset(line.text));
        entry_->title_line = i;
      } else if (entry_) {
        commands_.push_back(i);
      } else {
        run_menu_command(command, std::string_view(line.text).substr(argument_offset(line.text)));
      }
    }
    finish_entry();
  }

 private:
  void finish_entry() {
    if (entry_ && !commands_.empty()) {
      entry_->index = static_cast<std::int64_t>(menu_.entries.size());
      entry_->linux = find_linux(menu_.lines, commands_);
      menu_.entries.push_back(std::move(*entry_));
    }
    entry_.reset();
    commands_.clear();
  }

  void run_menu_command(std::string_view command, std::string_view argument) {
    if (command == "default") {
      if (argument == "saved") {
        menu_.default_is_saved = true;
      } else if (const auto number = take_number(argument)) {
        menu_.default_is_saved = false;
        menu_.default_index = *number;
      }
    } else if (command == "fallback") {
      std::vector<std::int64_t> numbers;
      while (!argument.empty() && numbers.size() < kFallbackLimit) {
        const auto number = take_number(argument);
        if (!number) return;
        if (std::find(numbers.begin(), numbers.end(), *number) == numbers.end()) {
          numbers.push_back(*number);
        }
        argument.remove_prefix(std::min(argument.size(), next_word_offset(argument)));
      }
      menu_.fallbacks = std::move(numbers);
    }
  }

  LegacyMenu& menu_;
  std::optional<LegacyEntry> entry_;
  std::vector<std::size_t> commands_;
};

}  // namespace

std::string LegacyMenu::print() const {
  std::string bytes;
  for (const LegacyLine& line : lines)
    bytes += line.raw;
  return bytes;
}

std::optional<std::int64_t> LegacyMenu::default_entry(std::string_view saved) const {
  if (entries.empty()) return std::nullopt;
  const auto count = static_cast<std::int64_t>(entries.size());
  std::int64_t wanted = default_index;
  if (default_is_saved) {
    // GRUB reads ten bytes and looks at nine of them.
    std::string_view number = saved.substr(0, 9);
    wanted = take_number(number).value_or(0);
  }
  if (wanted < count) return wanted;
  for (const std::int64_t fallback : fallbacks) {
    if (fallback < count) return fallback;
  }
  return 0;
}

LegacyMenu parse_legacy_menu(std::string_view bytes) {
  LegacyMenu menu;
  menu.lines = Splitter(bytes).run();
  mark_automagic(menu.lines);
  Menu(menu).run();
  return menu;
}

std::size_t line_number(const LegacyLine& line) {
  if (line.origin.empty()) return line.number;
  const auto newlines = std::count(line.raw.begin(), line.raw.begin() + line.origin.front(), '\n');
  return line.number + static_cast<std::size_t>(newlines);
}

}  // namespace guestclock::grub
