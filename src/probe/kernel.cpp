// Which kernel runs here, or would: os, release, architecture, command line.
#include <cmath>

#include "base/text.h"
#include "model/kernel_parameters.h"
#include "probe/architecture.h"
#include "probe/distribution.h"
#include "probe/kernel_config.h"
#include "probe/probe.h"
#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

using model::Fact;

/// An unbooted tree's operating system, from what its distribution files say.
Fact<std::string> os_of_tree(const model::Distribution& distribution, const system::Files& files) {
  if (distribution.id.known()) {
    return std::string(distribution.id.value() == "freebsd" ? "freebsd" : "linux");
  }
  if (files.exists("/boot/kernel/kernel") || files.exists("/boot/defaults/loader.conf")) {
    return std::string("freebsd");
  }
  return Fact<std::string>::unknown(
      "no file of the tree tells its operating system; "
      "give --assume os=linux or os=freebsd");
}

Fact<std::vector<std::string>> command_line(const system::System& system) {
  const auto text = system.files().read("/proc/cmdline");
  if (!text) {
    return Fact<std::vector<std::string>>::unknown(unknown_reason(system, text.error()));
  }
  std::vector<std::string> parameters;
  for (std::string& token : model::split_parameters(trim(*text))) {
    if (token == "--") break;
    parameters.push_back(std::move(token));
  }
  return parameters;
}

bool has_parameter(const Fact<std::vector<std::string>>& cmdline, std::string_view key,
                   std::string_view value) {
  if (!cmdline.known()) return false;
  const auto values = model::parameter_values(cmdline.value(), key);
  return !values.empty() && values.back() == value;
}

/// CONFIG_HZ by the running kernel's tick, a whole number of nanoseconds cut off.
std::optional<std::int64_t> running_hz(const system::Clocks& clocks) {
  const auto tick = clocks.tick();
  if (!tick) return std::nullopt;
  return std::llround(1 / to_seconds(*tick));
}

void add_build_configuration(const system::System& system, model::Kernel& kernel) {
  const auto config =
      read_kernel_config(system.files(), kernel.release.value_or(""), running_hz(system.clocks()));
  if (!config) {
    const std::string reason = describe(config.error());
    kernel.hz = Fact<std::int64_t>::unknown(reason);
    kernel.tickless = Fact<bool>::unknown(reason);
    return;
  }
  kernel.hz = config->hz ? Fact<std::int64_t>(*config->hz)
                         : Fact<std::int64_t>::unknown("the build configuration has no CONFIG_HZ");
  if (!config->tickless) {
    kernel.tickless = Fact<bool>::unknown("the build configuration is empty");
  } else {
    kernel.tickless = *config->tickless && !has_parameter(kernel.cmdline, "nohz", "off");
  }
}

}  // namespace

model::Kernel probe_kernel(const system::System& system) {
  model::Kernel kernel;
  kernel.distribution = probe_distribution(system);
  const auto name = system.identity().kernel();
  kernel.os = name ? Fact<std::string>(name->os) : os_of_tree(kernel.distribution, system.files());
  kernel.release = name && !name->release.empty()
                       ? Fact<std::string>(name->release)
                       : Fact<std::string>::unknown("the kernel that will boot is not named");
  kernel.arch = name && !name->machine.empty() ? Fact<std::string>(normalise_arch(name->machine))
                                               : architecture_of_tree(system.files());
  kernel.cmdline = command_line(system);
  if (kernel.os.known() && kernel.os.value() == "linux") add_build_configuration(system, kernel);
  return kernel;
}

}  // namespace guestclock::probe
