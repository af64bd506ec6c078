#include "probe/hypervisor_judgement.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::probe {
namespace {

using model::Fact;
using tables::DmiRow;
using tables::SignatureRow;

constexpr std::uint32_t kXenDom0Feature = 1U << 11U;  // XENFEAT_dom0, xen/include/public/features.h

struct Signature {
  CpuidBlock block;
  const SignatureRow* row = nullptr;  ///< null: not in the table
};

struct DmiMatch {
  const DmiRow* row = nullptr;
  std::string value;
};

/// Collects what speaks for which conclusion, then says which part was believed.
class Judge {
 public:
  Judge(const HypervisorEvidence& evidence, const tables::Hypervisors& table)
      : evidence_(evidence), table_(table) {
    match_signatures();
    match_dmi();
  }

  model::Virtualization conclude() {
    judge_vm();
    judge_role();
    judge_platform();
    add_bit_evidence();
    add_signature_evidence();
    add_dmi_evidence();
    result_.nested = Fact<std::string>::unknown("a guest sees only its innermost hypervisor");
    return std::move(result_);
  }

 private:
  void match_signatures() {
    for (const CpuidBlock& block : evidence_.blocks) {
      const auto row = std::find_if(
          table_.signatures.begin(), table_.signatures.end(),
          [&](const SignatureRow& candidate) { return candidate.signature == block.signature; });
      signatures_.push_back({block, row == table_.signatures.end() ? nullptr : &*row});
      if (signatures_.back().row != nullptr && !signatures_.back().row->interface.empty()) {
        result_.interfaces.push_back(signatures_.back().row->interface);
      }
    }
  }

  void match_dmi() {
    for (const DmiRow& row : table_.dmi) {
      const auto field = evidence_.dmi.find(row.field);
      if (field != evidence_.dmi.end() && field->second.starts_with(row.prefix)) {
        dmi_.push_back({&row, field->second});
      }
    }
  }

  /// DMI strings that only a virtual machine has.
  [[nodiscard]] const DmiMatch* proving_dmi() const {
    const auto match = std::find_if(dmi_.begin(), dmi_.end(), [](const DmiMatch& candidate) {
      return !candidate.row->ambiguous && !candidate.row->vm.empty();
    });
    return match == dmi_.end() ? nullptr : &*match;
  }

  /// The innermost hypervisor by CPUID: the last known block that others do not imitate.
  [[nodiscard]] const Signature* true_signature() const {
    const Signature* found = nullptr;
    for (const Signature& candidate : signatures_) {
      if (candidate.row != nullptr && !candidate.row->claim_only) found = &candidate;
    }
    return found;
  }

  void judge_vm() {
    if (evidence_.user_mode_linux)
      return decide("uml", "/proc/cpuinfo", "User Mode Linux", "the kernel says so itself");
    if (evidence_.xen_type) return judge_xen();
    if (const Signature* const signature = true_signature()) return judge_signature(*signature);
    if (!signatures_.empty()) return judge_claim(signatures_.front());
    if (const DmiMatch* const match = proving_dmi()) {
      believed_dmi_ = match;
      result_.vm = match->row->vm;
      return;
    }
    judge_without_names();
  }

  /// Xen PV guests do not trap CPUID: they see the hardware, or the outer hypervisor.
  void judge_xen() {
    const bool dom0 = evidence_.xen_features && (*evidence_.xen_features & kXenDom0Feature) != 0;
    if (!dom0) {
      return decide("xen", "/sys/hypervisor", "xen",
                    "Xen's own interface outranks CPUID, which PV guests do not trap");
    }
    host_ = true;
    const Signature* const outer = true_signature();
    decide(outer != nullptr && outer->row->vm != "xen" ? outer->row->vm : "none",
           "/sys/hypervisor/properties/features", fmt::format("{:x}", *evidence_.xen_features),
           "bit 11: this is dom0, the host of other guests");
  }

  void judge_signature(const Signature& signature) {
    believed_block_ = signature.block.base;
    result_.vm = signature.row->vm;
    // VirtualBox and Parallels answer with KVM's signature; their firmware tells them apart.
    const DmiMatch* const match = proving_dmi();
    if (signature.row->vm == "kvm" && match != nullptr &&
        (match->row->vm == "virtualbox" || match->row->vm == "parallels")) {
      believed_dmi_ = match;
      result_.vm = match->row->vm;
    }
  }

  /// Only a signature that other hypervisors show too (Hyper-V's), or one nobody knows.
  void judge_claim(const Signature& claim) {
    const DmiMatch* const match = proving_dmi();
    if (claim.row == nullptr) {
      believed_block_ = claim.block.base;
      result_.vm = std::string("vm-other");
    } else if (match != nullptr && match->row->vm != claim.row->vm) {
      believed_dmi_ = match;
      result_.vm = match->row->vm;
    } else {
      believed_block_ = claim.block.base;
      result_.vm = claim.row->vm;
    }
  }

  void judge_without_names() {
    if (!evidence_.cpu_bit.known()) {
      result_.vm = Fact<std::string>::unknown(
          evidence_.anything
              ? "nothing that could be read proves or excludes a hypervisor"
              : "an unbooted tree does not show its hypervisor; give --assume vm=NAME");
    } else if (evidence_.cpu_bit.value()) {
      result_.vm = std::string("vm-other");
    } else {
      result_.vm = std::string("none");
    }
  }

  void judge_role() {
    if (!result_.vm.known()) {
      result_.role = Fact<std::string>::unknown(result_.vm.reason());
    } else if (host_) {
      result_.role = std::string("host");
    } else {
      result_.role = std::string(result_.vm.value() == "none" ? "bare-metal" : "guest");
    }
  }

  void judge_platform() {
    for (const DmiMatch& match : dmi_) {
      if (match.row->platform.empty()) continue;
      result_.platform = match.row->platform;
      platform_dmi_ = match.row;
      return;
    }
    if (!result_.vm.known()) {
      result_.platform = Fact<std::string>::unknown(result_.vm.reason());
      return;
    }
    result_.platform = std::string();
    for (const tables::PlatformRow& row : table_.platforms) {
      if (row.vm != result_.vm.value() || (row.without_dmi && !evidence_.dmi.empty())) continue;
      const bool all =
          std::all_of(row.acpi_ids.begin(), row.acpi_ids.end(), [&](const std::string& wanted) {
            const auto& ids = evidence_.acpi_ids;
            return std::find(ids.begin(), ids.end(), wanted) != ids.end();
          });
      if (!all) continue;
      result_.platform = row.platform;
      result_.evidence.push_back({"/sys/bus/acpi/devices", join(row.acpi_ids, ", "),
                                  "platform=" + row.platform, true, row.why});
      return;
    }
  }

  void decide(std::string vm, std::string source, std::string value, std::string why) {
    result_.evidence.push_back(
        {std::move(source), std::move(value), "vm=" + vm, true, std::move(why)});
    result_.vm = std::move(vm);
  }

  void add_bit_evidence() {
    if (!evidence_.cpu_bit.known()) return;
    const bool set = evidence_.cpu_bit.value();
    result_.evidence.push_back(
        {"cpuid 0x1", set ? "hypervisor bit set" : "hypervisor bit clear",
         set ? "a hypervisor" : "no hypervisor", set || believed_dmi_ == nullptr,
         set ? "hardware never sets it"
             : (believed_dmi_ == nullptr ? "nothing else speaks for a hypervisor"
                                         : "overruled: the firmware names a virtual machine, and "
                                           "some hypervisors clear the bit")});
  }

  void add_signature_evidence() {
    for (const Signature& signature : signatures_) {
      const bool used = believed_block_ == signature.block.base;
      std::string why;
      if (signature.row == nullptr) {
        why = "not in the table of signatures";
      } else if (used) {
        why = believed_dmi_ == nullptr ? "the hypervisor's own name"
                                       : "an interface of the hypervisor that the firmware names";
      } else {
        why = signature.row->claim_only ? "overruled: other hypervisors offer this interface too"
                                        : "overruled by stronger evidence";
      }
      result_.evidence.push_back(
          {fmt::format("cpuid {:#x}", signature.block.base), printable(signature.block.signature),
           "vm=" + (signature.row == nullptr ? "vm-other" : signature.row->vm), used,
           std::move(why)});
    }
  }

  void add_dmi_evidence() {
    for (const DmiMatch& match : dmi_) {
      const bool used = &match == believed_dmi_ || match.row == platform_dmi_;
      const std::string says =
          match.row->vm.empty() ? "platform=" + match.row->platform : "vm=" + match.row->vm;
      result_.evidence.push_back(
          {"/sys/class/dmi/id/" + match.row->field, printable(match.value), says, used,
           used ? "the firmware's name"
                : (match.row->ambiguous ? "also seen on bare metal: proves no hypervisor"
                                        : "agrees, or CPUID outranks it")});
    }
  }

  const HypervisorEvidence& evidence_;
  const tables::Hypervisors& table_;
  std::vector<Signature> signatures_;
  std::vector<DmiMatch> dmi_;
  model::Virtualization result_;
  std::optional<std::uint32_t> believed_block_;
  const DmiMatch* believed_dmi_ = nullptr;
  const DmiRow* platform_dmi_ = nullptr;
  bool host_ = false;
};

}  // namespace

model::Virtualization judge_hypervisor(const HypervisorEvidence& evidence,
                                       const tables::Hypervisors& table) {
  return Judge(evidence, table).conclude();
}

}  // namespace guestclock::probe
