#include "system/recorder.h"

namespace guestclock::system {

Result<CpuidRegisters> RecordingCpuid::leaf(std::uint32_t leaf, std::uint32_t subleaf) const {
  auto registers = under_.leaf(leaf, subleaf);
  if (registers) recorded_.emplace(std::pair(leaf, subleaf), *registers);
  return registers;
}

Result<std::string> RecordingSysctl::get(std::string_view name) const {
  auto value = under_.get(name);
  if (value) recorded_.emplace(name, *value);
  return value;
}

Result<std::string> RecordingSysctl::kenv(std::string_view name) const {
  return under_.kenv(name);
}

Result<std::vector<Device>> RecordingDevices::enumerate(
    std::string_view subsystem, std::span<const std::string_view> attributes) const {
  static_cast<void>(sysfs_.enumerate(subsystem, attributes));
  return under_.enumerate(subsystem, attributes);
}

Result<KernelName> RecordingIdentity::kernel() const {
  auto name = under_.kernel();
  if (!name) return name;
  machine_ = name->machine;
  for (const char* const path : {"/proc/sys/kernel/osrelease", "/proc/version"}) {
    static_cast<void>(recording_.read(path));
  }
  return name;
}

Result<std::string_view> Recorder::kernel_log() const {
  const auto text = under_.kernel_log();
  if (text) kernel_log_ = std::string(*text);
  return text;
}

Recorder::Recorder(const System& under)
    : under_(under),
      files_(under.files()),
      cpuid_(under.cpuid()),
      sysctl_(under.sysctl()),
      devices_(under.devices(), files_),
      identity_(under.identity(), files_) {}

}  // namespace guestclock::system
