#include "cli/state_directory.h"

#include <array>
#include <filesystem>
#include <string_view>

#include "base/text.h"

namespace guestclock::cli {
namespace {

/// /boot with all of loader, loader.conf.d and the EFI partition; /efi is another place for that;
/// what grub-mkconfig, kernel-install, mkinitcpio and u-boot-menu read.
constexpr std::array<std::string_view, 9> kBootDirectories{"/boot",
                                                           "/efi",
                                                           "/etc/default/grub.d",
                                                           "/etc/grub.d",
                                                           "/etc/kernel",
                                                           "/usr/lib/kernel",
                                                           "/etc/cmdline.d",
                                                           "/etc/u-boot-menu",
                                                           "/usr/share/u-boot-menu"};

/// Symlinks of the part that exists are followed.
std::string resolved_once(const system::Files& files, const std::string& path) {
  std::string there = path;
  std::string rest;
  while (there.size() > 1) {
    if (files.exists(there)) {
      if (const auto target = files.resolve(there)) return *target + rest;
    }
    const std::size_t slash = there.rfind('/');
    rest.insert(0, there, slash);
    there.erase(slash);
  }
  return rest.empty() ? "/" : rest;
}

/// "." and ".." behind the part that exists are taken away as text, which may lead back into it.
std::string resolved(const system::Files& files, const std::string& path) {
  const std::string once = resolved_once(files, path);
  const std::string plain = std::filesystem::path(once).lexically_normal().string();
  return plain == once ? once : resolved_once(files, plain);
}

bool is_at_or_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace

Result<void> check_state_directory(const system::Files& files, const std::string& state_dir) {
  const std::string path = resolved(files, state_dir);
  for (const std::string_view directory : kBootDirectories) {
    if (!is_at_or_below(path, resolved(files, std::string(directory)))) continue;
    return fail(ErrorCode::usage,
                "--state-dir " + printable(state_dir) + " lies in " + std::string(directory) +
                    ", where boot loaders and their generators read: a backup is never kept beside "
                    "boot files",
                {}, "leave it at /var/lib/guestclock, or name a directory elsewhere");
  }
  return {};
}

}  // namespace guestclock::cli
