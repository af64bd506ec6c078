#include "probe/virtualization.h"

#include <algorithm>

#include "probe/container_judgement.h"
#include "probe/hypervisor_judgement.h"
#include "probe/probe.h"

namespace guestclock::probe {
namespace {

/// A kernel parameter that only a nested guest is given.
const std::string* nested_hint(const model::Fact<std::vector<std::string>>& cmdline) {
  if (!cmdline.known()) return nullptr;
  const auto hint =
      std::find_if(cmdline.value().begin(), cmdline.value().end(),
                   [](const std::string& token) { return token.starts_with("nested_"); });
  return hint == cmdline.value().end() ? nullptr : &*hint;
}

}  // namespace

model::Virtualization judge_virtualization(const Observations& seen,
                                           const tables::Hypervisors& table,
                                           const model::Kernel& kernel) {
  model::Virtualization found = judge_hypervisor(seen, table);
  if (const std::string* const hint = nested_hint(kernel.cmdline)) {
    if (!found.nested.known()) found.nested = std::string("likely");
    found.evidence.push_back(
        {"/proc/cmdline", *hint, "nested=likely", true, "a parameter for guests of guests"});
  }
  found.container = judge_container(seen, table, found.evidence);
  return found;
}

model::Virtualization probe_virtualization(const system::System& system,
                                           const tables::Hypervisors& table,
                                           const model::Kernel& kernel) {
  return judge_virtualization(observe(system, table), table, kernel);
}

}  // namespace guestclock::probe
