#include <algorithm>

#include <gtest/gtest.h>

#include "probe/hypervisor_judgement.h"
#include "tables/tables.h"

namespace guestclock::probe {
namespace {

const tables::Hypervisors& table() {
  static const tables::Tables kTables = tables::load({}).value();
  return kTables.hypervisors;
}

/// An x86 guest whose CPUID blocks carry these signatures, lowest first.
Observations x86(const std::vector<std::string>& signatures) {
  Observations evidence;
  evidence.anything = evidence.cpuid = true;
  evidence.arch = std::string("x86_64");
  evidence.cpu_bit = !signatures.empty();
  std::uint32_t base = 0x40000000;
  for (const std::string& signature : signatures) {
    evidence.blocks.push_back({base, base + 1, signature});
    base += 0x100;
  }
  return evidence;
}

struct Case {
  const char* name;
  Observations evidence;
  const char* vm;
  const char* platform;
  const char* role;
};

Observations with_dmi(Observations evidence, std::map<std::string, std::string> dmi) {
  evidence.dmi = true;
  for (auto& [field, value] : dmi)
    evidence.files["/sys/class/dmi/id/" + field] = {true, false, std::move(value)};
  return evidence;
}

Observations firecracker() {
  Observations evidence = x86({"KVMKVMKVM"});
  evidence.acpi_ids = {"PNP0501", "AMZNC10C", "VMGENCTR"};
  return evidence;
}

Observations xen_pv() {
  Observations evidence = x86({});
  evidence.xen.type = "xen";
  return evidence;
}

Observations xen_dom0() {
  Observations evidence = xen_pv();
  evidence.xen.features = 0x2f05;
  return evidence;
}

Observations unnamed_bit() {
  Observations evidence = x86({});
  evidence.cpu_bit = true;
  return evidence;
}

std::vector<Case> cases() {
  return {
      {"kvm", x86({"KVMKVMKVM"}), "kvm", "", "guest"},
      {"vmware", x86({"VMwareVMware"}), "vmware", "", "guest"},
      {"tcg", x86({"TCGTCGTCGTCG"}), "qemu", "", "guest"},
      {"bhyve", x86({"bhyve bhyve "}), "bhyve", "", "guest"},
      {"firecracker", firecracker(), "kvm", "firecracker", "guest"},
      {"firecracker_near_miss_with_smbios",
       with_dmi(firecracker(), {{"sys_vendor", "QEMU"}, {"product_name", "microvm"}}), "kvm", "",
       "guest"},
      {"kvm_with_hyperv_enlightenments", x86({"Microsoft Hv", "KVMKVMKVM"}), "kvm", "", "guest"},
      {"hyperv",
       with_dmi(x86({"Microsoft Hv"}),
                {{"sys_vendor", "Microsoft Corporation"}, {"product_name", "Virtual Machine"}}),
       "hyperv", "", "guest"},
      {"xenserver_behind_viridian",
       with_dmi(x86({"Microsoft Hv"}), {{"sys_vendor", "Xen"}, {"product_name", "HVM domU"}}),
       "xen", "", "guest"},
      {"virtualbox_behind_kvm",
       with_dmi(x86({"KVMKVMKVM"}),
                {{"sys_vendor", "innotek GmbH"}, {"product_name", "VirtualBox"}}),
       "virtualbox", "", "guest"},
      {"virtualbox_without_bit",
       with_dmi(x86({}), {{"sys_vendor", "innotek GmbH"}, {"product_name", "VirtualBox"}}),
       "virtualbox", "", "guest"},
      {"ec2_nitro", with_dmi(x86({"KVMKVMKVM"}), {{"sys_vendor", "Amazon EC2"}}), "kvm", "aws",
       "guest"},
      {"ec2_metal", with_dmi(x86({}), {{"sys_vendor", "Amazon EC2"}}), "none", "aws", "bare-metal"},
      {"surface_laptop",
       with_dmi(x86({}), {{"sys_vendor", "Microsoft Corporation"}, {"product_name", "Surface"}}),
       "none", "", "bare-metal"},
      {"bare_metal", x86({}), "none", "", "bare-metal"},
      {"xen_pv", xen_pv(), "xen", "", "guest"},
      {"xen_dom0", xen_dom0(), "none", "", "host"},
      {"unknown_signature", x86({"WhoKnowsThis"}), "vm-other", "", "guest"},
      {"bit_without_a_name", unnamed_bit(), "vm-other", "", "guest"},
  };
}

TEST(Hypervisor, IsJudgedByTheStrongestEvidence) {
  for (const Case& sample : cases()) {
    const model::Virtualization found = judge_hypervisor(sample.evidence, table());
    EXPECT_EQ(found.vm.value_or("unknown"), sample.vm) << sample.name;
    EXPECT_EQ(found.platform.value_or("unknown"), sample.platform) << sample.name;
    EXPECT_EQ(found.role.value_or("unknown"), sample.role) << sample.name;
    EXPECT_TRUE(std::any_of(found.evidence.begin(), found.evidence.end(),
                            [](const model::Evidence& item) { return item.used; }))
        << sample.name;
    for (const model::Evidence& item : found.evidence)
      EXPECT_NE(item.why, "") << sample.name;
  }
}

TEST(Hypervisor, InterfacesAreListedWhateverTheVerdict) {
  const auto found = judge_hypervisor(x86({"Microsoft Hv", "KVMKVMKVM"}), table());
  EXPECT_EQ(found.interfaces, (std::vector<std::string>{"hyperv", "kvm"}));
}

TEST(Hypervisor, NothingReadableIsUnknownAndNotBareMetal) {
  Observations nothing;
  nothing.cpu_bit = model::Fact<bool>::live_only();
  const auto found = judge_hypervisor(nothing, table());
  EXPECT_FALSE(found.vm.known());
  EXPECT_FALSE(found.role.known());
  EXPECT_NE(found.vm.reason().find("--assume"), std::string::npos);
}

TEST(Hypervisor, UnknownSignatureShowsItsBytes) {
  const auto found = judge_hypervisor(x86({"Odd\x01Name"}), table());
  EXPECT_TRUE(std::any_of(found.evidence.begin(), found.evidence.end(),
                          [](const auto& item) { return item.value == "Odd\\x01Name"; }));
}

}  // namespace
}  // namespace guestclock::probe
