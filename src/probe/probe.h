// "What is this guest?" Reads a System, writes nothing. One file per question.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "boot/boot_loader.h"
#include "model/facts.h"
#include "probe/processes.h"
#include "system/system.h"
#include "tables/tables.h"

namespace guestclock::probe {

/// `kernel` for hints of nesting on its command line.
[[nodiscard]] model::Virtualization probe_virtualization(const system::System& system,
                                                         const tables::Hypervisors& table,
                                                         const model::Kernel& kernel);
/// os, distribution, release, arch, command line; hz and tickless where the kernel's configuration
/// says so. FreeBSD's hz comes from its tunables: see probe_freebsd_hz.
[[nodiscard]] model::Kernel probe_kernel(const system::System& system);
/// What only more privilege could read is added to `unread`, here and below.
[[nodiscard]] model::Clock probe_clock(const system::System& system, const model::Kernel& kernel,
                                       std::vector<model::Unread>& unread);
/// The same of FreeBSD, from its sysctls: source, available, event_device, freebsd.
void probe_freebsd_clock(const system::System& system, model::Clock& clock);
[[nodiscard]] model::Boot probe_boot(const system::System& system,
                                     std::span<const boot::LoaderInUse> loaders,
                                     std::vector<model::Unread>& unread);
/// Fills in what speaks of daemons: daemons, serving, ntp_conf, chrony_conf.
void probe_time_daemons(const system::System& system, Processes& processes,
                        model::Timesync& timesync);
[[nodiscard]] model::GuestTools probe_guest_tools(const system::System& system,
                                                  Processes& processes);
/// Who sets the clock: fills in disciplining and perhaps_disciplining from the daemons and tools
/// that are there, and from crontabs.
void probe_clock_setters(const system::System& system, model::Timesync& timesync,
                         std::vector<model::Unread>& unread);
/// Who besides the boot files' owner writes kernel parameters.
[[nodiscard]] model::Tuning probe_tuning(const system::System& system);
/// kern.hz: the running value; in an unbooted tree the effective tunable, else the default of
/// releases up to 8 (1000), else unknown.
[[nodiscard]] model::Fact<std::int64_t> probe_freebsd_hz(const system::System& system,
                                                         const model::Facts& facts);

struct Probed {
  model::Facts facts;
  std::vector<model::Assumption> assumptions;  ///< as given, with what each replaced
};

/// All of it, with the user's assumptions laid over what was read. Fails (usage) only on a bad
/// assumption.
[[nodiscard]] Result<Probed> probe(const system::System& system, const tables::Hypervisors& table,
                                   std::span<const boot::BootLoader* const> loaders,
                                   std::vector<model::Assumption> assumptions);

}  // namespace guestclock::probe
