// The machines that do not run: an unbooted tree, and a capture of a guest.
#include <cerrno>

#include "base/text.h"
#include "system/captured_cpuid.h"
#include "system/captured_dmi.h"
#include "system/captured_sysctl.h"
#include "system/machines.h"
#include "system/overlay_files.h"
#include "system/recorded_machine.h"
#include "system/rooted_files.h"
#include "system/unread_files.h"

namespace guestclock::system {
namespace {

constexpr std::string_view kDmiDirectory = "/sys/class/dmi/id";

std::unique_ptr<Cpuid> cpuid_of(Result<CapturedCpuid::Leaves> leaves) {
  if (!leaves) return std::make_unique<UnavailableCpuid>(std::move(leaves).error());
  return std::make_unique<CapturedCpuid>(std::move(*leaves));
}

std::unique_ptr<Cpuid> captured_cpuid(const Files& capture) {
  if (const auto dump = capture.read("/cpuid.txt")) return cpuid_of(parse_cpuid_dump(*dump));
  const auto signature = capture.read("/cpuid-signature.txt");
  if (signature) return cpuid_of(parse_cpuid_signature(*signature));
  return std::make_unique<UnavailableCpuid>(not_in_capture());
}

std::unique_ptr<Sysctl> captured_sysctl(const Files& capture) {
  if (const auto text = capture.read("/sysctl.txt")) return std::make_unique<CapturedSysctl>(*text);
  return std::make_unique<UnavailableSysctl>(not_in_capture());
}

constexpr std::string_view kSmbiosBios = "/sys/firmware/dmi/entries/0-0/raw";

/// What /sys/class/dmi/id holds, from the files made of dmidecode's text or from that text, and the
/// SMBIOS structure with the bit of virtual machines.
std::map<std::string, std::string> captured_dmi(const Files& capture) {
  const auto bit = capture.read("/dmi-derived/smbios_vm_bit");
  const std::string directory = "/dmi-derived" + std::string(kDmiDirectory);
  if (const auto names = capture.list(directory)) {
    std::map<std::string, std::string> files;
    for (const std::string& name : *names) {
      if (auto bytes = capture.read(directory + "/" + name)) {
        files.emplace(std::string(kDmiDirectory) + "/" + name, std::move(*bytes));
      }
    }
    if (bit) files.emplace(kSmbiosBios, smbios_bios_structure(trim(*bit) == "1"));
    return files;
  }
  const auto text = capture.read("/dmidecode.txt");
  return text ? dmi_files_from_dmidecode(*text) : std::map<std::string, std::string>();
}

/// The release as /proc says it; empty where it does not.
std::string kernel_release(const Files& files) {
  if (const auto release = files.read("/proc/sys/kernel/osrelease")) {
    return std::string(trim(*release));
  }
  const auto version = files.read("/proc/version");
  if (!version) return {};
  const std::vector<std::string> parts = words(*version);  // "Linux version RELEASE (...) ..."
  const bool as_expected = parts.size() > 2 && parts[0] == "Linux" && parts[1] == "version";
  return as_expected ? parts[2] : std::string();
}

Result<KernelName> captured_kernel(const Files& capture, const Files& files) {
  if (!files.exists("/proc/version") && !files.exists("/proc/cpuinfo")) {
    return tl::make_unexpected(not_in_capture());
  }
  KernelName kernel;
  kernel.os = "linux";
  kernel.release = kernel_release(files);
  if (const auto machine = capture.read("/uname-m.txt")) kernel.machine = trim(*machine);
  return kernel;
}

/// What the last boot of an unbooted tree left: many distributions write it, early in that boot.
Result<std::string> kernel_log_of_tree(const Files& files) {
  if (auto text = files.read("/var/log/dmesg")) return text;
  return tl::make_unexpected(live_only());
}

Result<std::string> captured_kernel_log(const Files& capture) {
  if (auto text = capture.read("/dmesg.txt")) return text;
  return tl::make_unexpected(not_in_capture());
}

/// The tree of the capture. It is opened inside the capture's directory: a link there leads nowhere
/// else.
Result<std::unique_ptr<Files>> captured_tree(const RootDirectory& capture) {
  auto root = capture.open_below("/root");
  if (root) return std::make_unique<RootedFiles>(std::move(*root));
  if (root.error().system_errno == ENOENT) return std::make_unique<NoFiles>();
  return tl::make_unexpected(std::move(root).error());
}

}  // namespace

Result<std::unique_ptr<System>> open_tree(const std::string& directory) {
  auto root = RootDirectory::open(directory);
  if (!root) return tl::make_unexpected(std::move(root).error());
  Recording recording;
  recording.files = std::make_unique<RootedFiles>(std::move(*root));
  recording.kernel_log = kernel_log_of_tree(*recording.files);
  return std::make_unique<RecordedMachine>(directory, std::move(recording));
}

Result<std::unique_ptr<System>> open_capture(const std::string& directory) {
  auto root = RootDirectory::open(directory);
  if (!root) return tl::make_unexpected(std::move(root).error());
  auto tree = captured_tree(*root);
  if (!tree) return tl::make_unexpected(std::move(tree).error());
  const RootedFiles capture(std::move(*root));

  Recording recording;
  recording.files = std::move(*tree);
  if (const auto unread = capture.read("/unread.txt")) {
    recording.files =
        std::make_unique<UnreadFiles>(std::move(recording.files), parse_unread(*unread));
  }
  recording.cpuid = captured_cpuid(capture);
  recording.sysctl = captured_sysctl(capture);
  recording.kernel = captured_kernel(capture, *recording.files);
  recording.kernel_log = captured_kernel_log(capture);
  if (!recording.files->exists(kDmiDirectory)) {
    if (auto dmi = captured_dmi(capture); !dmi.empty()) {
      recording.files_below = std::move(recording.files);
      recording.files = std::make_unique<OverlayFiles>(*recording.files_below, std::move(dmi));
    }
  }
  return std::make_unique<RecordedMachine>(directory, std::move(recording));
}

}  // namespace guestclock::system
