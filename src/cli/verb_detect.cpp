#include "cli/guest.h"
#include "cli/output.h"

namespace guestclock::cli {
namespace {

/// Quiet: 0 in a virtual machine or container, 1 on bare metal, 3 unknown.
ExitCode quiet_code(const model::Virtualization& virtualization) {
  if (virtualization.container.known() && virtualization.container.value() != "none") {
    return ExitCode::good;
  }
  if (!virtualization.vm.known()) return ExitCode::undetermined;
  return virtualization.vm.value() == "none" ? ExitCode::failed : ExitCode::good;
}

Result<ExitCode> run(const Invocation& invocation) {
  const auto system = open_system(invocation.options);
  if (!system) return tl::make_unexpected(system.error());
  const auto table = load_hypervisors(invocation.options);
  if (!table) return tl::make_unexpected(table.error());
  auto probed = probe_guest(**system, *table, invocation.options);
  if (!probed) return tl::make_unexpected(probed.error());
  const ExitCode quiet = quiet_code(probed->facts.virtualization);
  model::DetectDocument document{std::move(probed->facts), std::move(probed->assumptions)};
  if (auto put = put_out(std::move(document), invocation.options); !put) {
    return tl::make_unexpected(put.error());
  }
  return invocation.options.quiet ? quiet : ExitCode::good;
}

}  // namespace

const Verb kDetect{"detect",
                   "",
                   "what this guest is: hypervisor, container, clocks, boot entries",
                   kWhere | kPeerFormats,
                   0,
                   run};

}  // namespace guestclock::cli
