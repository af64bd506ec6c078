// The one door to the machine, reading half. Code that gets a System cannot change anything: the
// writing half is another type (system/writer.h), files the user named a third (system/sink.h).
//
// Three machines stand behind it: this one (system/linux/), an unbooted tree and a recorded guest
// (system/recorded_machine.h), and the tests' fakes. What a machine cannot tell is an Error
// with code `unsupported` and a message fit to be the reason of an unknown fact.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/stop_flag.h"
#include "base/units.h"

namespace guestclock::system {

enum class FileKind { regular, directory, symlink, other };

struct FileStatus {
  FileKind kind = FileKind::other;
  std::uint32_t mode = 0;  ///< permission bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t links = 0;
  Nanoseconds modified{};        ///< since 1970
  Nanoseconds status_changed{};  ///< since 1970

  friend bool operator==(const FileStatus&, const FileStatus&) = default;
};

/// A file that was read in one piece: its bytes belong to its status.
struct SteadyFile {
  std::string bytes;
  FileStatus status;
};

/// What a replacement must carry over from the file it replaces.
struct FileMetadata {
  std::uint32_t mode = 0600;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::optional<Nanoseconds> modified;                      ///< nothing: the time of writing
  std::vector<std::pair<std::string, std::string>> xattrs;  ///< ACLs and labels among them
  /// Inode flags that chattr(1) sets, as FS_IOC_GETFLAGS has them, but for those that forbid
  /// writing. Nothing: those that a new file gets in its directory.
  std::optional<std::uint32_t> flags;

  friend bool operator==(const FileMetadata&, const FileMetadata&) = default;
};

/// Files below one root. Paths are absolute, as seen inside the root; every symlink is resolved
/// inside it, so no path leads out. Reads have no side effect but the access time.
class Files {
 public:
  static constexpr std::size_t kDefaultLimit = std::size_t{8} << 20U;

  virtual ~Files() = default;
  /// The whole file; `malformed` when it holds more than `limit` bytes, `unsupported` when it is no
  /// regular file (a FIFO or device in a hostile tree is never opened for reading).
  [[nodiscard]] virtual Result<std::string> read(std::string_view path,
                                                 std::size_t limit = kDefaultLimit) const = 0;
  /// Names in a directory without "." and "..", sorted; `malformed` above 100,000.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(std::string_view path) const = 0;
  [[nodiscard]] virtual Result<FileStatus> status(std::string_view path) const = 0;
  /// Of the last component itself, even where it is a symlink.
  [[nodiscard]] virtual Result<FileStatus> link_status(std::string_view path) const = 0;
  [[nodiscard]] virtual Result<std::string> read_link(std::string_view path) const = 0;
  /// The path with every symlink resolved, as seen inside the root; the file itself need not exist,
  /// its directory must. `unsafe` after 40 links.
  [[nodiscard]] virtual Result<std::string> resolve(std::string_view path) const = 0;
  [[nodiscard]] virtual Result<FileMetadata> metadata(std::string_view path) const = 0;

  /// The first `bytes` of a regular file, or all of it where it is shorter.
  [[nodiscard]] virtual Result<std::string> read_start(std::string_view path,
                                                       std::size_t bytes) const;

  [[nodiscard]] bool exists(std::string_view path) const { return status(path).has_value(); }
};

struct CpuidRegisters {
  std::uint32_t eax = 0;
  std::uint32_t ebx = 0;
  std::uint32_t ecx = 0;
  std::uint32_t edx = 0;

  friend bool operator==(const CpuidRegisters&, const CpuidRegisters&) = default;
};

class Cpuid {
 public:
  virtual ~Cpuid() = default;
  [[nodiscard]] virtual Result<CpuidRegisters> leaf(std::uint32_t leaf,
                                                    std::uint32_t subleaf = 0) const = 0;
};

/// Kernel variables by dotted name (FreeBSD sysctl and kenv; Linux has none of the two).
class Sysctl {
 public:
  virtual ~Sysctl() = default;
  [[nodiscard]] virtual Result<std::string> get(std::string_view name) const = 0;
  [[nodiscard]] virtual Result<std::string> kenv(std::string_view name) const = 0;
};

enum class ClockId { realtime, monotonic, monotonic_raw, boottime, tai };

/// A clock in a device of its own: a PTP hardware clock or an RTC.
class ClockDevice {
 public:
  virtual ~ClockDevice() = default;
  /// Since 1970; an RTC shows whole seconds.
  [[nodiscard]] virtual Result<Nanoseconds> read() const = 0;
};

class Clocks {
 public:
  virtual ~Clocks() = default;
  [[nodiscard]] virtual Result<Nanoseconds> read(ClockId id) const = 0;
  /// The kernel's tick, 1 / CONFIG_HZ: what its coarse clocks move by.
  [[nodiscard]] virtual Result<Nanoseconds> tick() const;
  /// What timers on the clock are rounded to (clock_getres(2)); its readings may be coarser.
  [[nodiscard]] virtual Result<Nanoseconds> resolution(ClockId id) const;
  /// The same reading, but always through the kernel: no vDSO, no library in between.
  [[nodiscard]] virtual Result<Nanoseconds> read_in_kernel(ClockId id) const;
  /// The CPU's free-running counter: the TSC on x86, CNTVCT_EL0 on arm64.
  [[nodiscard]] virtual Result<std::uint64_t> read_counter() const;
  /// By its name below /dev: ptp0, rtc0.
  [[nodiscard]] virtual Result<std::unique_ptr<ClockDevice>> open_device(
      std::string_view name) const;
  /// Two readings, one right after the other.
  struct Gap {
    Nanoseconds from{};
    Nanoseconds to{};
  };
  /// Reads `id` over and over, busily, until two readings lie `gap` or more apart, or one has
  /// reached `until`: those two. The first reading was `from`. `unsupported` where it stands still.
  [[nodiscard]] virtual Result<Gap> spin(ClockId id, Nanoseconds from, Nanoseconds until,
                                         Nanoseconds gap) const;
  /// Sleeps to an absolute instant of `id` (realtime or monotonic); returns early, without an
  /// error, when a signal arrives.
  [[nodiscard]] virtual Result<void> sleep_until(ClockId id, Nanoseconds instant) const = 0;
};

/// Kernel discipline, read only (adjtimex with modes 0).
struct Timex {
  double frequency_ppm = 0;  ///< what the kernel adds to the clock's rate
  std::int64_t tick_us = 0;
  bool synchronised = false;  ///< STA_UNSYNC is clear
};

/// Since boot, of one CPU, in seconds.
struct CpuTimes {
  double steal_s = 0;
  double irq_s = 0;  ///< hard and soft interrupts
};

/// The kernel's own counters and discipline.
class KernelCounters {
 public:
  virtual ~KernelCounters() = default;
  [[nodiscard]] virtual Result<Timex> timex() const = 0;
  /// Timer interrupts since boot per CPU id (offline CPUs are missing).
  [[nodiscard]] virtual Result<std::vector<std::pair<int, std::uint64_t>>> timer_interrupts()
      const = 0;
  [[nodiscard]] virtual Result<std::vector<std::pair<int, CpuTimes>>> cpu_times() const = 0;
  /// Time this thread was ready to run and did not (guest scheduler), since it started.
  [[nodiscard]] virtual Result<Nanoseconds> run_delay() const = 0;
  /// How often the guest's scheduler took the CPU from this thread, since it started.
  [[nodiscard]] virtual Result<std::int64_t> involuntary_switches() const;
  /// CPU time that this thread used, since it started.
  [[nodiscard]] virtual Result<Nanoseconds> thread_time() const;
  /// The kernel's count of its ticks (jiffies) as time since an arbitrary start, in whole
  /// hundredths of a second.
  [[nodiscard]] virtual Result<Nanoseconds> ticked() const;
};

struct Device {
  std::string name;                                             ///< sysname: ptp0
  std::string path;                                             ///< syspath
  std::vector<std::pair<std::string, std::string>> attributes;  ///< the readable ones asked for
  std::vector<std::string> links;  ///< udev's names for it: /dev/ptp_kvm; none without udevd

  [[nodiscard]] const std::string* attribute(std::string_view wanted) const;
};

class Devices {
 public:
  virtual ~Devices() = default;
  /// Devices of one subsystem in name order; a subsystem that does not exist has none.
  [[nodiscard]] virtual Result<std::vector<Device>> enumerate(
      std::string_view subsystem, std::span<const std::string_view> attributes) const = 0;
};

/// An IPv4 or IPv6 address and port.
struct Endpoint {
  std::string text;  ///< "192.0.2.1:123", "[2001:db8::1]:123"
  bool ipv6 = false;
  std::array<std::uint8_t, 16> address{};  ///< IPv4: the first four
  std::uint16_t port = 0;
  std::uint32_t scope = 0;

  [[nodiscard]] bool is_loopback() const;
  /// Loopback, link-local, RFC 1918 or unique local: somebody's own server.
  [[nodiscard]] bool is_private() const;
};

struct Datagram {
  std::vector<std::uint8_t> bytes;  ///< at most 2048 are kept
  bool truncated = false;
  Nanoseconds received_raw{};  ///< CLOCK_MONOTONIC_RAW just after the receive call returned
  /// Who sent it, where that is not the endpoint asked (Answers::from_anyone).
  std::optional<Endpoint> stranger;
  /// The kernel's receive stamp carried over to CLOCK_MONOTONIC_RAW by reading RAW, REALTIME, RAW;
  /// nothing where no stamp came. Not checked here: see measure/.
  std::optional<Nanoseconds> kernel_raw;
};

/// A UDP socket that sends to one endpoint.
class UdpSocket {
 public:
  virtual ~UdpSocket() = default;
  [[nodiscard]] virtual Result<void> send(std::span<const std::uint8_t> bytes) = 0;
  /// Never waits; nothing where no datagram is there.
  [[nodiscard]] virtual Result<std::optional<Datagram>> receive() = 0;
};

/// A UDP socket on the loopback interface that answers whoever asks.
class UdpListener {
 public:
  struct Request {
    Datagram datagram;
    Endpoint from;
  };

  virtual ~UdpListener() = default;
  [[nodiscard]] virtual const Endpoint& endpoint() const = 0;
  /// Waits at most `timeout`; nothing on timeout or a signal.
  [[nodiscard]] virtual Result<std::optional<Request>> receive(Nanoseconds timeout) = 0;
  [[nodiscard]] virtual Result<void> answer(const Endpoint& to,
                                            std::span<const std::uint8_t> bytes) = 0;
};

class Network {
 public:
  virtual ~Network() = default;
  /// On 127.0.0.1, at a port that the kernel picks.
  [[nodiscard]] virtual Result<std::unique_ptr<UdpListener>> listen_on_loopback() const;
  /// Addresses of a host name or literal, in the resolver's order, each once.
  [[nodiscard]] virtual Result<std::vector<Endpoint>> resolve(std::string_view host,
                                                              std::uint16_t port) const = 0;
  /// from_endpoint: datagrams from elsewhere never arrive, and a refusal (ICMP) is told.
  /// from_anyone: they arrive as `stranger`, and refusals are not told.
  enum class Answers { from_endpoint, from_anyone };
  [[nodiscard]] virtual Result<std::unique_ptr<UdpSocket>> open(const Endpoint& endpoint,
                                                                Answers answers) const = 0;
  /// Waits until a socket has a datagram, at most `timeout`; false on timeout or a signal.
  [[nodiscard]] virtual Result<bool> wait(std::span<UdpSocket* const> sockets,
                                          Nanoseconds timeout) const = 0;
  /// Unpredictable bits (transmit timestamps, schedule jitter).
  [[nodiscard]] virtual Result<std::uint64_t> random_u64() const = 0;
};

/// What programs of this machine can be asked. Each is one command with fixed words that only
/// reads.
enum class Query {
  chrony_tracking,  ///< chronyc tracking, comma-separated, from chronyd's port on this machine
  chrony_sources,   ///< chronyc sources, in the same way
  timesyncd_state,  ///< timedatectl show-timesync, NAME=VALUE, times in UTC
  vmware_timesync,  ///< vmware-toolbox-cmd timesync status: Enabled or Disabled
};

class Queries {
 public:
  virtual ~Queries() = default;
  /// What the program prints. `unsupported`: it is not installed; `timeout`: it was killed after
  /// `patience`, or because `stop` was raised; `malformed`: more than 256 KiB; `io`: it failed, in
  /// its own words where it has any. It gets no input and may write no file, and no child of ours
  /// is left when this returns.
  [[nodiscard]] virtual Result<std::string> answer(Query query, Nanoseconds patience,
                                                   const StopFlag& stop) const = 0;
};

struct KernelName {
  std::string os;       ///< linux, freebsd
  std::string release;  ///< uname -r
  std::string machine;  ///< uname -m
};

/// Who we are on this machine, and what it is called.
class Identity {
 public:
  virtual ~Identity() = default;
  [[nodiscard]] virtual Result<KernelName> kernel() const = 0;
  [[nodiscard]] virtual Result<std::string> host_name() const = 0;
  [[nodiscard]] virtual std::uint32_t effective_uid() const = 0;
  [[nodiscard]] virtual Result<std::vector<int>> online_cpus() const = 0;
  /// Binds the calling thread to one CPU.
  [[nodiscard]] virtual Result<void> pin_thread(int cpu) const = 0;
  /// The CPU that the calling thread runs on.
  [[nodiscard]] virtual Result<int> current_cpu() const;
};

/// The machine looked at.
class System {
 public:
  virtual ~System() = default;
  /// False for trees and captures: nothing of the machine we run on may enter the verdict.
  [[nodiscard]] virtual bool live() const = 0;
  /// Where files are read from: "/", or the directory given.
  [[nodiscard]] virtual const std::string& root() const = 0;

  [[nodiscard]] virtual const Files& files() const = 0;
  [[nodiscard]] virtual const Cpuid& cpuid() const = 0;
  [[nodiscard]] virtual const Sysctl& sysctl() const = 0;
  [[nodiscard]] virtual const Clocks& clocks() const = 0;
  [[nodiscard]] virtual const KernelCounters& counters() const = 0;
  [[nodiscard]] virtual const Devices& devices() const = 0;
  [[nodiscard]] virtual const Network& network() const = 0;
  [[nodiscard]] virtual const Queries& queries() const = 0;
  [[nodiscard]] virtual const Identity& identity() const = 0;
  /// What the kernel wrote to its log since boot, as far as it still has it, in the form of
  /// dmesg(1); of an unbooted tree the log that its last boot left there. Reading takes nothing
  /// away from other readers. What is returned stays until it is asked for again.
  [[nodiscard]] virtual Result<std::string_view> kernel_log() const = 0;
};

}  // namespace guestclock::system
