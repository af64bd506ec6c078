#include "change/measured_boot.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::change {
namespace {

using system::Files;

constexpr std::string_view kResealLater =
    "have a passphrase or recovery key at hand before the reboot, and seal the key anew after it";

/// An option of crypttab's fourth field.
bool has_option(std::string_view options, std::string_view name) {
  while (!options.empty()) {
    const std::size_t comma = options.find(',');
    if (options.substr(0, comma).starts_with(name)) return true;
    if (comma == std::string_view::npos) break;
    options.remove_prefix(comma + 1);
  }
  return false;
}

std::optional<std::string> tpm_in_crypttab(const Files& files) {
  const auto bytes = files.read("/etc/crypttab");
  if (!bytes) return std::nullopt;
  std::size_t number = 0;
  for (const std::string_view line : lines(*bytes)) {
    ++number;
    const auto fields = words(line);
    if (fields.size() < 4 || fields[0].starts_with('#')) continue;
    if (!has_option(fields[3], "tpm2-device=")) continue;
    return fmt::format(
        "/etc/crypttab:{}: the TPM unlocks \"{}\"; if its key is sealed to PCR 8, 9 or 12, the "
        "next "
        "boot with other kernel parameters does not get it and asks for a passphrase; {} "
        "(systemd-cryptenroll --recovery-key makes one)",
        number, printable(fields[0]), kResealLater);
  }
  return std::nullopt;
}

/// "name:line" of the first line below `directory` that is no comment and names clevis.
std::optional<std::string> configured_clevis(const Files& files, std::string_view directory) {
  const auto names = files.list(directory);
  if (!names) return std::nullopt;
  for (const std::string& name : *names) {
    if (!name.ends_with(".conf")) continue;
    const std::string path = std::string(directory) + "/" + name;
    const auto bytes = files.read(path);
    if (!bytes) continue;
    std::size_t number = 0;
    for (const std::string_view line : lines(*bytes)) {
      ++number;
      const std::string_view code = line.substr(0, line.find('#'));
      if (code.find("clevis") != std::string_view::npos) return fmt::format("{}:{}", path, number);
    }
  }
  return std::nullopt;
}

std::optional<std::string> clevis_evidence(const Files& files) {
  for (const std::string_view directory : {"/etc/dracut.conf.d", "/usr/lib/dracut/dracut.conf.d"}) {
    if (auto place = configured_clevis(files, directory)) return place;
  }
  static constexpr std::string_view kModules = "/usr/lib/dracut/modules.d";
  if (const auto modules = files.list(kModules)) {
    for (const std::string& module : *modules) {
      if (module.find("clevis") != std::string::npos) return std::string(kModules) + "/" + module;
    }
  }
  for (const std::string_view path :
       {"/usr/share/initramfs-tools/hooks/clevis", "/etc/initramfs-tools/hooks/clevis"}) {
    if (files.exists(path)) return std::string(path);
  }
  return std::nullopt;
}

std::optional<std::string> clevis_in_initramfs(const Files& files) {
  const auto evidence = clevis_evidence(files);
  if (!evidence) return std::nullopt;
  return fmt::format(
      "{}: clevis may unlock a disk at boot; if it is bound to a TPM with PCR 8, 9 or 12, the next "
      "boot with other kernel parameters does not unlock it; {} (clevis luks list -d DEVICE shows "
      "the binding, clevis luks regen makes it anew)",
      printable(*evidence), kResealLater);
}

std::optional<std::string> signed_pcr_policy(const Files& files) {
  for (const std::string_view directory : {"/etc/systemd", "/run/systemd", "/usr/lib/systemd"}) {
    for (const std::string_view name : {"tpm2-pcr-public-key.pem", "tpm2-pcr-signature.json"}) {
      const std::string path = std::string(directory) + "/" + std::string(name);
      if (!files.exists(path)) continue;
      return fmt::format(
          "{}: keys may be sealed to a signed measurement of the boot; a command line that was not "
          "measured when it was signed does not get them; {} (systemd-cryptenroll DEVICE lists the "
          "slots)",
          path, kResealLater);
    }
  }
  return std::nullopt;
}

/// The firmware's variable: four bytes of attributes, then 1 where Secure Boot is on.
bool secure_boot_is_on(const Files& files) {
  const auto variable =
      files.read("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", 4096);
  return variable && variable->size() == 5 && variable->back() == '\x01';
}

std::optional<std::string> unified_images(const Files& files) {
  static constexpr std::array<std::string_view, 3> kDirectories{
      "/boot/efi/EFI/Linux", "/efi/EFI/Linux", "/boot/EFI/Linux"};
  for (const std::string_view directory : kDirectories) {
    const auto names = files.list(directory);
    if (!names) continue;
    const auto image = std::find_if(names->begin(), names->end(), [](const std::string& name) {
      return lower(name).ends_with(".efi");
    });
    if (image == names->end()) continue;
    return fmt::format(
        "{}/{}: a unified kernel image has its command line inside{}; an entry that boots it keeps "
        "the parameters it has; change /etc/kernel/cmdline and build (and sign) the image anew",
        directory, printable(*image),
        secure_boot_is_on(files)
            ? ", and with Secure Boot, which is on here, ignores what the loader hands over"
            : "");
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> measured_boot_warnings(const Files& files) {
  std::vector<std::string> warnings;
  for (auto* const look :
       {tpm_in_crypttab, clevis_in_initramfs, signed_pcr_policy, unified_images}) {
    if (auto warning = look(files)) warnings.push_back(std::move(*warning));
  }
  return warnings;
}

}  // namespace guestclock::change
