// A machine that remembers what was asked of it: what a capture is made of. Whoever probes it needs
// to know nothing of captures, and a new question is recorded like any other.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "system/captured_cpuid.h"
#include "system/recording_files.h"
#include "system/sysfs_devices.h"
#include "system/system.h"
#include "system/unavailable.h"

namespace guestclock::system {

class RecordingCpuid final : public Cpuid {
 public:
  explicit RecordingCpuid(const Cpuid& under) : under_(under) {}
  [[nodiscard]] Result<CpuidRegisters> leaf(std::uint32_t leaf,
                                            std::uint32_t subleaf) const override;
  /// The leaves that were answered.
  [[nodiscard]] const CapturedCpuid::Leaves& recorded() const { return recorded_; }

 private:
  const Cpuid& under_;
  mutable CapturedCpuid::Leaves recorded_;
};

class RecordingSysctl final : public Sysctl {
 public:
  explicit RecordingSysctl(const Sysctl& under) : under_(under) {}
  [[nodiscard]] Result<std::string> get(std::string_view name) const override;
  /// Not recorded: captures hold no kernel environment.
  [[nodiscard]] Result<std::string> kenv(std::string_view name) const override;
  [[nodiscard]] const std::map<std::string, std::string>& recorded() const { return recorded_; }

 private:
  const Sysctl& under_;
  mutable std::map<std::string, std::string> recorded_;
};

/// A capture's devices are its sysfs files: these are read as well.
class RecordingDevices final : public Devices {
 public:
  RecordingDevices(const Devices& under, const Files& recording)
      : under_(under), sysfs_(recording) {}
  [[nodiscard]] Result<std::vector<Device>> enumerate(
      std::string_view subsystem, std::span<const std::string_view> attributes) const override;

 private:
  const Devices& under_;
  SysfsDevices sysfs_;
};

/// A capture's kernel is what /proc says of it, and uname-m.txt.
class RecordingIdentity final : public Identity {
 public:
  RecordingIdentity(const Identity& under, const Files& recording)
      : under_(under), recording_(recording) {}
  [[nodiscard]] Result<KernelName> kernel() const override;
  [[nodiscard]] Result<std::string> host_name() const override { return under_.host_name(); }
  [[nodiscard]] std::uint32_t effective_uid() const override { return under_.effective_uid(); }
  [[nodiscard]] Result<std::vector<int>> online_cpus() const override {
    return under_.online_cpus();
  }
  [[nodiscard]] Result<void> pin_thread(int cpu) const override { return under_.pin_thread(cpu); }
  /// Empty: not asked for, or not known.
  [[nodiscard]] const std::string& machine() const { return machine_; }

 private:
  const Identity& under_;
  const Files& recording_;
  mutable std::string machine_;
};

class Recorder final : public System {
 public:
  /// `under` must outlive this.
  explicit Recorder(const System& under);

  [[nodiscard]] bool live() const override { return under_.live(); }
  [[nodiscard]] const std::string& root() const override { return under_.root(); }
  [[nodiscard]] const RecordingFiles& files() const override { return files_; }
  [[nodiscard]] const RecordingCpuid& cpuid() const override { return cpuid_; }
  [[nodiscard]] const RecordingSysctl& sysctl() const override { return sysctl_; }
  [[nodiscard]] const Devices& devices() const override { return devices_; }
  [[nodiscard]] const RecordingIdentity& identity() const override { return identity_; }
  [[nodiscard]] Result<std::string_view> kernel_log() const override;
  /// Empty: not asked for, or not readable.
  [[nodiscard]] const std::string& recorded_kernel_log() const { return kernel_log_; }
  /// None, so that whoever asks how they are goes by files, which the capture will hold.
  [[nodiscard]] const Clocks& clocks() const override { return clocks_; }
  /// What runs now is no part of a capture: not recorded.
  [[nodiscard]] const KernelCounters& counters() const override { return under_.counters(); }
  [[nodiscard]] const Network& network() const override { return under_.network(); }
  [[nodiscard]] const Queries& queries() const override { return under_.queries(); }

 private:
  const System& under_;
  RecordingFiles files_;
  RecordingCpuid cpuid_;
  RecordingSysctl sysctl_;
  RecordingDevices devices_;
  RecordingIdentity identity_;
  UnavailableClocks clocks_;
  mutable std::string kernel_log_;
};

}  // namespace guestclock::system
