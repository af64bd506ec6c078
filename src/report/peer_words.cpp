#include "report/peer_words.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "report/format.h"

namespace guestclock::report {
namespace {

using Word = std::pair<std::string_view, std::string_view>;

constexpr std::array<Word, 16> kSystemdMachines{{
    {"kvm", "kvm"},
    {"qemu", "qemu"},
    {"bochs", "bochs"},
    {"xen", "xen"},
    {"uml", "uml"},
    {"vmware", "vmware"},
    {"virtualbox", "oracle"},
    {"hyperv", "microsoft"},
    {"virtualpc", "microsoft"},
    {"zvm", "zvm"},
    {"parallels", "parallels"},
    {"bhyve", "bhyve"},
    {"qnx", "qnx"},
    {"acrn", "acrn"},
    {"powervm", "powervm"},
    {"apple", "apple"},
}};

constexpr std::array<Word, 7> kSystemdContainers{{
    {"nspawn", "systemd-nspawn"},
    {"lxc", "lxc"},
    {"docker", "docker"},
    {"podman", "podman"},
    {"rkt", "rkt"},
    {"openvz", "openvz"},
    {"wsl", "wsl"},
}};

constexpr std::array<Word, 14> kVirtWhatMachines{{
    {"kvm", "kvm"},
    {"qemu", "qemu"},
    {"xen", "xen"},
    {"uml", "uml"},
    {"vmware", "vmware"},
    {"virtualbox", "virtualbox"},
    {"hyperv", "hyperv"},
    {"virtualpc", "virtualpc"},
    {"parallels", "parallels"},
    {"bhyve", "bhyve"},
    {"lkvm", "lkvm"},
    {"openbsd-vmm", "vmm"},
    {"ldoms", "ldoms"},
    {"zvm", "ibm_systemz"},
}};

/// Platforms that virt-what names before the hypervisor.
constexpr std::array<Word, 5> kVirtWhatPlatforms{{
    {"alibaba", "alibaba_cloud"},
    {"gce", "google_cloud"},
    {"nutanix", "nutanix_ahv"},
    {"ovirt", "ovirt"},
    {"redhat", "redhat"},
}};

/// Containers that virt-what names before the hypervisor.
constexpr std::array<Word, 4> kVirtWhatContainers{{
    {"lxc", "lxc"},
    {"openvz", "openvz"},
    {"nspawn", "systemd_nspawn"},
    {"zone", "illumos-lx"},
}};

template <std::size_t N>
std::string_view word_for(const std::array<Word, N>& table, std::string_view id) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Word& word) { return word.first == id; });
  return found == table.end() ? std::string_view() : found->second;
}

std::string or_else(std::string_view word, std::string_view otherwise) {
  return std::string(word.empty() ? otherwise : word);
}

/// Known and not "none".
std::string present(const model::Fact<std::string>& fact) {
  const std::string value = fact.value_or("");
  return value == "none" ? std::string() : value;
}

class VirtWhat {
 public:
  explicit VirtWhat(const model::Facts& facts)
      : vm_(present(facts.virtualization.vm)),
        mode_(facts.virtualization.mode.value_or("")),
        bare_(facts.virtualization.vm.value_or("") == "none"),
        platform_(facts.virtualization.platform.value_or("")),
        container_(present(facts.virtualization.container)),
        arch_(facts.kernel.arch.value_or("")) {}

  std::vector<std::string> lines() {
    add_platform();
    add(word_for(kVirtWhatContainers, container_));
    if (container_ == "vserver") add_all({"linux_vserver", "linux_vserver-guest"});
    if (!add_ibm()) add_machine();
    if (platform_ == "aws" && !vm_.empty()) add("aws");
    if (container_ == "docker" || container_ == "podman") add(container_);
    return std::move(lines_);
  }

 private:
  void add(std::string_view line) {
    if (!line.empty()) lines_.emplace_back(line);
  }

  void add_all(std::initializer_list<std::string_view> lines) {
    for (const std::string_view line : lines)
      add(line);
  }

  void add_platform() {
    if (platform_ == "alibaba" && bare_) return add("alibaba_cloud-ebm");
    if (vm_.empty()) return;
    if (platform_ == "rhev") add_all({"rhev", "redhat"});
    add(word_for(kVirtWhatPlatforms, platform_));
  }

  /// IBM's machines have words of their own.
  bool add_ibm() {
    if (mode_ == "lx86") return add("powervm_lx86"), true;
    if (mode_ == "lpar-shared") return add("ibm_power-lpar_shared"), true;
    if (mode_ == "lpar-dedicated") return add("ibm_power-lpar_dedicated"), true;
    if (arch_.starts_with("ppc64") && (vm_ == "kvm" || vm_ == "qemu")) {
      return add("ibm_power-kvm"), true;
    }
    if (mode_ == "lpar") return add_all({"ibm_systemz", "ibm_systemz-lpar"}), true;
    if (arch_.starts_with("s390") && vm_ == "kvm") {
      return add_all({"ibm_systemz", "ibm_systemz-kvm"}), true;
    }
    return false;
  }

  void add_machine() {
    if (mode_ == "dom0") return add_all({"xen", "xen-dom0"});
    if (platform_ == "virtage") return add("virtage");
    if (vm_.empty()) return;
    add(or_else(word_for(kVirtWhatMachines, vm_), "virt"));
    if (vm_ == "zvm") add("ibm_systemz-zvm");
    if (vm_ == "ldoms" && mode_ == "guest") add("ldoms-guest");
    if (vm_ == "xen" && !mode_.empty()) add(mode_ == "hvm" ? "xen-hvm" : "xen-domU");
  }

  std::string vm_;
  std::string mode_;
  bool bare_;
  std::string platform_;
  std::string container_;
  std::string arch_;
  std::vector<std::string> lines_;
};

const model::Facts* facts_of(const model::Document& document) {
  const auto* const detect = std::get_if<model::DetectDocument>(&document);
  return detect == nullptr ? nullptr : &detect->facts;
}

}  // namespace

std::string systemd_word(const model::Virtualization& facts) {
  const std::string container = present(facts.container);
  if (!container.empty()) {
    return or_else(word_for(kSystemdContainers, container), "container-other");
  }
  const std::string vm = present(facts.vm);
  const std::string platform = facts.platform.value_or("");
  if (vm.empty()) return "none";
  if (vm == "kvm" && platform == "aws") return "amazon";
  if (vm == "kvm" && platform == "gce") return "google";
  return or_else(word_for(kSystemdMachines, vm), "vm-other");
}

std::vector<std::string> virt_what_lines(const model::Facts& facts) {
  return VirtWhat(facts).lines();
}

std::string render_virt_what(const model::Document& document) {
  std::string text;
  const model::Facts* const facts = facts_of(document);
  if (facts == nullptr) return text;
  for (const std::string& line : virt_what_lines(*facts))
    text += line + "\n";
  return text;
}

std::string render_systemd(const model::Document& document) {
  const model::Facts* const facts = facts_of(document);
  return facts == nullptr ? std::string() : systemd_word(facts->virtualization) + "\n";
}

}  // namespace guestclock::report
