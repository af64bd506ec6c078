#include "grub/legacy_kernel.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace guestclock::grub {
namespace {

/// A file named on a `kernel` or `module` line.
struct Image {
  std::size_t line = 0;
  std::size_t path_begin = 0;
  std::size_t path_end = 0;
  bool other_type = false;  ///< --type= says that it is no Linux
};

Image image_on(std::span<const LegacyLine> lines, std::size_t line, bool with_options) {
  const std::string_view text = lines[line].text;
  Image image;
  image.line = line;
  std::size_t at = argument_offset(text);
  while (with_options) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("--type=")) {
      const std::string_view type = rest.substr(std::string_view("--type=").size());
      image.other_type = !type.starts_with("linux") && !type.starts_with("biglinux");
    } else if (!rest.starts_with("--no-mem-option")) {
      break;
    }
    at += next_word_offset(rest);
  }
  image.path_begin = at;
  image.path_end = std::min(text.find(' ', at), text.size());
  return image;
}

std::string base_name(std::span<const LegacyLine> lines, const Image& image) {
  std::string_view path = std::string_view(lines[image.line].text)
                              .substr(image.path_begin, image.path_end - image.path_begin);
  path.remove_prefix(path.find_last_of("/)") + 1);  // npos + 1 == 0
  return lower(path);
}

bool named_like_linux(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kPrefixes{"vmlinu", "bzimage", "zimage",
                                                             "kernel", "linux"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); }) ||
         name.find("vmlinuz") != std::string_view::npos ||
         name.find("bzimage") != std::string_view::npos;
}

/// What people start with `kernel` that is no Linux.
bool named_like_other(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kPrefixes{
      "memtest", "xen",  "loader", "gnumach", "core.img", "grub",    "pxe",
      "gpxe",    "ipxe", "netbsd", "bsd",     "knetbsd",  "memdisk", "multiboot"};
  return name.empty() || name.ends_with(".c32") ||
         std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::string_view command_word(std::string_view text) {
  return text.substr(0, text.find_first_of(" ="));
}

std::size_t argument_offset(std::string_view text) {
  const std::size_t word = command_word(text).size();
  return std::min(text.find_first_not_of(" =", word), text.size());
}

std::size_t next_word_offset(std::string_view text) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  return std::min(text.find_first_not_of(' ', blank), text.size());
}

std::optional<LegacyEntry::Linux> find_linux(std::span<const LegacyLine> lines,
                                             const std::vector<std::size_t>& commands) {
  std::optional<Image> kernel;
  std::vector<Image> modules;
  for (const std::size_t line : commands) {
    const std::string_view command = command_word(lines[line].text);
    if (command == "kernel") {
      kernel = image_on(lines, line, true);
      modules.clear();
    } else if (command == "chainloader") {
      kernel.reset();
      modules.clear();
    } else if (command == "module" || command == "modulenounzip") {
      modules.push_back(image_on(lines, line, false));
    } else if (command == "boot") {
      break;
    }
  }
  if (!kernel) return std::nullopt;
  const auto found = [&](const Image& image) {
    LegacyEntry::Linux linux;
    linux.line = image.line;
    linux.path = lines[image.line].text.substr(image.path_begin, image.path_end - image.path_begin);
    linux.parameters_begin = image.path_end;
    return linux;
  };
  const std::string name = base_name(lines, *kernel);
  if (!kernel->other_type && named_like_linux(name)) return found(*kernel);
  if (modules.empty()) {
    if (kernel->other_type || named_like_other(name)) return std::nullopt;
    return found(*kernel);
  }
  for (const Image& module : modules) {
    if (named_like_linux(base_name(lines, module))) return found(module);
  }
  return std::nullopt;
}

}  // namespace guestclock::grub
