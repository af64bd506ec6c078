// A machine that is not running: an unbooted tree, or a recorded guest with more parts than files.
#pragma once

#include <memory>
#include <string>

#include "system/sysfs_devices.h"
#include "system/system.h"
#include "system/unavailable.h"

namespace guestclock::system {

class RecordedIdentity final : public Identity {
 public:
  explicit RecordedIdentity(Result<KernelName> kernel) : kernel_(std::move(kernel)) {}

  [[nodiscard]] Result<KernelName> kernel() const override { return kernel_; }
  [[nodiscard]] Result<std::string> host_name() const override;
  /// Of this process: it decides what may be written below the root.
  [[nodiscard]] std::uint32_t effective_uid() const override;
  [[nodiscard]] Result<std::vector<int>> online_cpus() const override;
  [[nodiscard]] Result<void> pin_thread(int cpu) const override;

 private:
  Result<KernelName> kernel_;
};

/// A directory without any file in it.
class NoFiles final : public Files {
 public:
  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t limit = kDefaultLimit) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> status(std::string_view path) const override;
  [[nodiscard]] Result<FileStatus> link_status(std::string_view path) const override;
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const override;
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override;
  [[nodiscard]] Result<FileMetadata> metadata(std::string_view path) const override;
};

/// What was recorded. Files are always there; what is null or an Error was not recorded.
struct Recording {
  std::unique_ptr<Files> files_below;  ///< kept for `files` to read through; may be null
  std::unique_ptr<Files> files;
  std::unique_ptr<Cpuid> cpuid;
  std::unique_ptr<Sysctl> sysctl;
  Result<KernelName> kernel = tl::make_unexpected(live_only());
  Result<std::string> kernel_log = tl::make_unexpected(live_only());
};

class RecordedMachine final : public System {
 public:
  RecordedMachine(std::string root, Recording recording);

  [[nodiscard]] bool live() const override { return false; }
  [[nodiscard]] const std::string& root() const override { return root_; }
  [[nodiscard]] const Files& files() const override { return *recording_.files; }
  [[nodiscard]] const Cpuid& cpuid() const override { return *recording_.cpuid; }
  [[nodiscard]] const Sysctl& sysctl() const override { return *recording_.sysctl; }
  [[nodiscard]] const Clocks& clocks() const override { return clocks_; }
  [[nodiscard]] const KernelCounters& counters() const override { return counters_; }
  [[nodiscard]] const Devices& devices() const override { return devices_; }
  [[nodiscard]] const Network& network() const override { return network_; }
  [[nodiscard]] const Queries& queries() const override { return queries_; }
  [[nodiscard]] const Identity& identity() const override { return identity_; }
  [[nodiscard]] Result<std::string_view> kernel_log() const override {
    if (!recording_.kernel_log) return tl::make_unexpected(recording_.kernel_log.error());
    return std::string_view(*recording_.kernel_log);
  }

 private:
  std::string root_;
  Recording recording_;
  UnavailableClocks clocks_;
  UnavailableCounters counters_;
  UnavailableNetwork network_;
  UnavailableQueries queries_;
  SysfsDevices devices_;
  RecordedIdentity identity_;
};

}  // namespace guestclock::system
