// Is this process in a container? A second axis beside the hypervisor: the clock belongs to the
// virtual machine, whatever runs in it.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "probe/probe.h"
#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

using model::Evidence;
using model::Fact;

/// Inode of the initial PID namespace (linux include/linux/proc_ns.h, PROC_PID_INIT_INO).
constexpr std::string_view kInitialPidNamespace = "pid:[4026531836]";

struct CgroupName {
  std::string_view part;
  std::string_view container;
};
constexpr std::array<CgroupName, 6> kCgroupNames{{
    {"/libpod-", "podman"},
    {"/crio-", "crio"},
    {"/kubepods", "k8s"},
    {"/docker", "docker"},
    {"/lxc", "lxc"},
    {"/machine.slice/machine-", "nspawn"},
}};

/// Names that container managers write about themselves, as the contract spells them.
std::string contract_name(std::string_view manager) {
  if (manager == "systemd-nspawn") return "nspawn";
  if (manager == "lxc-libvirt") return "lxc";
  static constexpr std::array<std::string_view, 10> kKnown{
      "docker", "podman", "lxc", "nspawn", "openvz", "vserver", "crio", "oci", "k8s", "rkt"};
  return std::find(kKnown.begin(), kKnown.end(), manager) != kKnown.end() ? std::string(manager)
                                                                          : "container-other";
}

/// Evidence that names a container manager, strongest first. Each alone proves nothing: such files
/// survive in images made from a container.
std::vector<Evidence> names(const system::Files& files, const tables::Hypervisors& table) {
  std::vector<Evidence> found;
  for (const char* const path : {"/run/host/container-manager", "/run/systemd/container"}) {
    if (const auto text = files.read(path, 4096)) {
      const std::string manager(trim(*text));
      found.push_back({path, printable(manager), contract_name(manager), false, ""});
    }
  }
  if (const auto cgroup = files.read("/proc/self/cgroup")) {
    for (const CgroupName& name : kCgroupNames) {
      if (cgroup->find(name.part) == std::string::npos) continue;
      found.push_back(
          {"/proc/self/cgroup", std::string(name.part), std::string(name.container), false, ""});
    }
  }
  for (const tables::ContainerFileRow& row : table.container_files) {
    if (files.exists(row.path)) found.push_back({row.path, "exists", row.container, false, ""});
  }
  return found;
}

void judge_names(std::vector<Evidence>& found, bool in_container) {
  bool first = true;
  for (Evidence& item : found) {
    item.used = in_container && first;
    item.why = in_container ? (first ? "names the container that the PID namespace proves"
                                     : "a stronger source already names it")
                            : "overruled: this is the initial PID namespace, so the file is a "
                              "left-over of the image";
    first = false;
    item.says = "container=" + item.says;
  }
}

}  // namespace

Fact<std::string> probe_container(const system::System& system, const tables::Hypervisors& table,
                                  std::vector<Evidence>& evidence) {
  const auto link = system.files().read_link("/proc/self/ns/pid");
  std::vector<Evidence> found = names(system.files(), table);
  Fact<std::string> container =
      Fact<std::string>::unknown(link ? "" : unknown_reason(system, link.error()));
  if (link) {
    const bool initial = *link == kInitialPidNamespace;
    evidence.push_back(
        {"/proc/self/ns/pid", printable(*link), initial ? "container=none" : "container", true,
         initial ? "the initial PID namespace of the kernel" : "not the initial PID namespace"});
    judge_names(found, !initial);
    if (initial) {
      container = std::string("none");
    } else {
      container = found.empty() ? std::string("container-other")
                                : found.front().says.substr(std::string_view("container=").size());
    }
  } else {
    for (Evidence& item : found) {
      item.says = "container=" + item.says;
      item.why = "not believed alone: the PID namespace cannot be read";
    }
  }
  evidence.insert(evidence.end(), found.begin(), found.end());
  return container;
}

}  // namespace guestclock::probe
