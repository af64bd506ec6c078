#include "probe/probe.h"

#include <algorithm>

#include "base/text.h"
#include "model/fact_lookup_json.h"

namespace guestclock::probe {
namespace {

using model::Fact;

/// Lays every assumption over `facts`; what each replaced is remembered the first time.
Result<void> lay_over(model::Facts& facts, std::vector<model::Assumption>& assumptions) {
  for (model::Assumption& assumption : assumptions) {
    std::string replaced;
    auto changed = model::assume(facts, assumption.key, assumption.value, &replaced);
    if (!changed) return tl::make_unexpected(changed.error());
    if (assumption.replaced.empty() && *changed != facts) assumption.replaced = replaced;
    facts = std::move(*changed);
  }
  return {};
}

/// In a tree: the kernel that the default entry boots, else the only one installed.
Fact<std::string> release_of_tree(const system::Files& files, const model::Boot& boot) {
  if (boot.entries.known()) {
    for (const model::BootEntry& entry : boot.entries.value()) {
      if (!entry.is_default || entry.kernel.empty()) continue;
      const std::string name = entry.kernel.substr(entry.kernel.rfind('/') + 1);
      const std::size_t dash = name.find('-');
      if (dash != std::string::npos && name.starts_with("vmlinu")) return name.substr(dash + 1);
    }
  }
  const auto modules = files.list("/lib/modules");
  if (modules && modules->size() == 1) return modules->front();
  return Fact<std::string>::unknown(
      "neither a default boot entry nor /lib/modules names one kernel");
}

/// What the boot files and the system say of each other: FreeBSD's loader boots FreeBSD, and that
/// is its own distribution.
void complete_freebsd(model::Kernel& kernel, std::span<const boot::LoaderInUse> loaders) {
  const bool freebsd_loader =
      loaders.size() == 1 && loaders.front().loader->name() == "freebsd-loader";
  if (!kernel.os.known() && freebsd_loader) kernel.os = std::string("freebsd");
  if (kernel.os.value_or("") == "freebsd" && !kernel.distribution.id.known()) {
    kernel.distribution.id = std::string("freebsd");
  }
}

/// An assumed hypervisor says what role the machine has.
void complete_role(model::Virtualization& virtualization) {
  if (virtualization.role.known() || !virtualization.vm.known()) return;
  virtualization.role = std::string(virtualization.vm.value() == "none" ? "bare-metal" : "guest");
}

}  // namespace

Result<Probed> probe(const system::System& system, const tables::Hypervisors& table,
                     std::span<const boot::BootLoader* const> loaders,
                     std::vector<model::Assumption> assumptions) {
  Probed probed;
  model::Facts& facts = probed.facts;
  facts.kernel = probe_kernel(system);
  facts.virtualization = probe_virtualization(system, table, facts.kernel);
  facts.clock = probe_clock(system, facts.kernel, facts.virtualization.unread);
  Processes processes(system);
  probe_time_daemons(system, processes, facts.timesync);
  facts.timesync.guest_tools = probe_guest_tools(system, processes);
  probe_clock_setters(system, facts.timesync, facts.virtualization.unread);
  facts.tuning = probe_tuning(system);
  // Before the boot files are looked for: an assumed os decides which loaders can be there.
  if (auto laid = lay_over(facts, assumptions); !laid) return tl::make_unexpected(laid.error());

  settings::LocateHints hints;
  if (facts.kernel.os.known()) hints.os = facts.kernel.os.value();
  const auto in_use = boot::loaders_in_use(loaders, system.files(), hints);
  facts.boot = probe_boot(system, in_use, facts.virtualization.unread);
  complete_freebsd(facts.kernel, in_use);
  if (!facts.kernel.release.known() && !system.live()) {
    facts.kernel.release = release_of_tree(system.files(), facts.boot);
  }
  const bool freebsd = facts.kernel.os.value_or("") == "freebsd";
  if (freebsd) facts.kernel.hz = probe_freebsd_hz(system, facts);
  if (freebsd || system.sysctl().get("kern.timecounter.hardware")) {
    probe_freebsd_clock(system, facts.clock);
  }
  if (auto laid = lay_over(facts, assumptions); !laid) return tl::make_unexpected(laid.error());
  complete_role(facts.virtualization);
  probed.assumptions = std::move(assumptions);
  return probed;
}

}  // namespace guestclock::probe
