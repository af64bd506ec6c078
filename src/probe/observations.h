// Everything that speaks for or against a hypervisor or a container, read once; judged by pure
// functions (hypervisor_judgement.h, container_judgement.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/facts.h"
#include "probe/cpuid_blocks.h"
#include "system/system.h"
#include "tables/tables.h"

namespace guestclock::probe {

/// A file or directory that the table asks for.
struct Seen {
  bool exists = false;
  bool entries = false;             ///< a directory that holds something
  std::optional<std::string> text;  ///< nothing: not readable, or not asked for
};

/// Hyper-V's leaves, of the block that offers its interface (Hypervisor Top-Level Functional
/// Specification, "Feature and Interface Discovery"). Nothing: not offered.
struct HypervLeaves {
  std::uint32_t privileges_ebx = 0;            ///< base + 3
  std::optional<std::uint32_t> isolation_ebx;  ///< base + 0xC
};

struct XenInterface {
  bool proc_xen = false;                  ///< /proc/xen is there
  bool bus = false;                       ///< /sys/bus/xen is there
  std::string type;                       ///< /sys/hypervisor/type
  std::string guest_type;                 ///< /sys/hypervisor/guest_type: PV, HVM, PVH
  std::string capabilities;               ///< /proc/xen/capabilities, once xenfs is mounted
  std::optional<std::uint32_t> features;  ///< /sys/hypervisor/properties/features
};

struct Observations {
  model::Fact<std::string> arch;
  model::Fact<bool> cpu_bit;  ///< CPUID 1 ECX bit 31, or the flag in /proc/cpuinfo
  bool cpuid = false;         ///< CPUID could be asked, or its answers are known
  std::vector<CpuidBlock> blocks;
  std::optional<HypervLeaves> hyperv;
  bool tdx_leaf = false;      ///< CPUID 0x21 is "IntelTDX"
  std::uint32_t sev_eax = 0;  ///< CPUID 0x8000001F: what the hypervisor shows a guest is on
  model::Fact<bool>
      smbios_vm;     ///< SMBIOS type 0: "system is a virtual machine"; clear proves nothing
  bool dmi = false;  ///< there are SMBIOS tables
  std::map<std::string, Seen, std::less<>> files;          ///< by path
  std::map<std::string, std::string, std::less<>> sysctl;  ///< those that could be read
  std::vector<std::string> acpi_ids;      ///< names under /sys/bus/acpi/devices without ":NN"
  std::vector<std::string> tree_nodes;    ///< nodes of the device tree's root
  std::vector<std::string> clocksources;  ///< available_clocksource
  XenInterface xen;
  std::string release;  ///< of the kernel
  std::string tracer;   ///< the program that traces this process; empty: none
  /// "pid:[4026531836]"
  model::Fact<std::string> pid_namespace;
  std::map<std::string, std::string, std::less<>> environment;  ///< of process 1
  std::string cgroups;                                          ///< of this process
  bool anything = false;  ///< at least one source could be read
  std::vector<model::Unread> unread;
};

/// Reads what `table` asks for, and nothing that this architecture cannot have or that cannot
/// change the verdict (in the initial PID namespace: process 1, cgroups).
[[nodiscard]] Observations observe(const system::System& system, const tables::Hypervisors& table);

/// The inode number that the kernel gives the initial PID namespace (include/linux/proc_ns.h,
/// PROC_PID_INIT_INO).
[[nodiscard]] bool is_initial_pid_namespace(std::string_view link);

/// Variables of an environment block: NAME=VALUE, NUL-terminated.
[[nodiscard]] std::map<std::string, std::string, std::less<>> parse_environment(
    std::string_view block);

}  // namespace guestclock::probe
