#include "change/command_line_limits.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "model/kernel_parameters.h"
#include "model/version.h"

namespace guestclock::change {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool older_than(std::string_view version, std::string_view bound) {
  const auto order = model::compare_version(version, bound);
  return order && std::is_lt(*order);
}

std::size_t length_of(const std::vector<std::string>& tokens) {
  std::size_t length = tokens.empty() ? 0 : tokens.size() - 1;
  for (const std::string& token : tokens)
    length += token.size();
  return length;
}

/// What GRUB 2 puts in front: BOOT_IMAGE= always, root= and ro where its generator writes the
/// entry.
std::size_t added_by(std::string_view loader, std::string_view kernel_path,
                     const std::vector<std::string>& tokens, const tables::Thresholds& thresholds) {
  if (loader != "grub2" && loader != "bls") return 0;
  const std::size_t image = std::string_view("BOOT_IMAGE= ").size() + kernel_path.size();
  const bool has_root = std::any_of(tokens.begin(), tokens.end(), [](const std::string& token) {
    return model::parameter_key(token) == "root";
  });
  if (has_root) return image;
  return image + static_cast<std::size_t>(std::lround(thresholds.get("command_line_grub2_root")));
}

}  // namespace

std::optional<std::size_t> command_line_limit(std::string_view arch, std::string_view version,
                                              const tables::Thresholds& thresholds) {
  const auto limit = [&](std::string_view name) {
    return static_cast<std::size_t>(std::lround(thresholds.get(name)));
  };
  if (arch.empty() || arch == "i386" || arch == "x86_64") {
    return limit(older_than(version, "2.6.21") ? "command_line_x86_before_2_6_21"
                                               : "command_line_x86");
  }
  if (arch == "ppc64" || arch == "ppc64le") return limit("command_line_ppc64");
  if (arch == "s390x") {
    return limit(older_than(version, "5.14") ? "command_line_s390_before_5_14"
                                             : "command_line_s390");
  }
  return std::nullopt;
}

std::string_view version_in_path(std::string_view kernel_path) {
  const std::string_view name = kernel_path.substr(kernel_path.rfind('/') + 1);
  for (std::size_t dash = name.find('-'); dash != std::string_view::npos;
       dash = name.find('-', dash + 1)) {
    const std::string_view version = name.substr(dash + 1);
    const std::size_t dot = version.find('.');
    if (dot == std::string_view::npos || dot == 0) continue;
    if (std::all_of(version.begin(), version.begin() + static_cast<std::ptrdiff_t>(dot), is_digit))
      return version;
  }
  return {};
}

std::optional<std::string> command_line_warning(const model::EntryChange& entry,
                                                std::string_view loader,
                                                std::string_view kernel_path,
                                                const model::Kernel& kernel,
                                                const tables::Thresholds& thresholds) {
  std::string version(version_in_path(kernel_path));
  if (version.empty() && kernel.release.known()) version = kernel.release.value();
  const std::string arch = kernel.arch.known() ? kernel.arch.value() : std::string();
  const auto limit = command_line_limit(arch, version, thresholds);
  const std::size_t added = added_by(loader, kernel_path, entry.after, thresholds);
  const std::size_t length = length_of(entry.after) + added;
  if (!limit || length <= *limit || length_of(entry.after) <= length_of(entry.before)) {
    return std::nullopt;
  }
  return fmt::format(
      "\"{}\": the command line becomes {} bytes long{}, and {} on {}{} takes {}: the kernel does "
      "not "
      "see the rest; remove parameters that are not needed, or check the limit of this kernel",
      printable(entry.title), length,
      added > 0 ? fmt::format(" with the {} that the loader puts in front", added) : std::string(),
      version.empty() ? "a kernel" : "kernel " + printable(version),
      arch.empty() ? "x86" : printable(arch), arch.empty() ? " (assumed)" : "", *limit);
}

}  // namespace guestclock::change
