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
  auto guest = look_at_guest(invocation.options);
  if (!guest) return tl::make_unexpected(guest.error());
  const ExitCode quiet = quiet_code(guest->facts.virtualization);
  const model::DetectDocument document{std::move(guest->facts), std::move(guest->assumptions)};
  if (auto put = put_out(document, invocation.options); !put) {
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
