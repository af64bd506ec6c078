#include "probe/hypervisor_judgement.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "probe/clues.h"
#include "probe/confidential_judgement.h"

namespace guestclock::probe {
namespace {

using model::Fact;
using tables::ClocksourceRow;
using tables::Clue;
using tables::Proof;
using tables::SignatureRow;

constexpr std::uint32_t kXenDom0Feature = 1U << 11U;  // XENFEAT_dom0, xen/include/public/features.h
// Hypervisor Top-Level Functional Specification, EBX of 0x40000003: a guest never holds these.
constexpr std::uint32_t kCreatePartitions = 1U << 0U;
constexpr std::uint32_t kCpuManagement = 1U << 12U;

struct Signature {
  CpuidBlock block;
  const SignatureRow* row = nullptr;  ///< null: not in the table
};

/// Collects what speaks for which conclusion, then says which part was believed.
class Judge {
 public:
  Judge(const Observations& seen, const tables::Hypervisors& table) : seen_(seen), table_(table) {
    match_signatures();
    match_clocksources();
    match_clues();
  }

  model::Virtualization conclude() {
    result_.mode = std::string();
    result_.nested = Fact<std::string>::unknown("a guest sees only its innermost hypervisor");
    judge_vm();
    judge_role();
    judge_platform();
    judge_nesting();
    add_bit_evidence();
    add_signature_evidence();
    add_clocksource_evidence();
    add_clue_evidence();
    result_.confidential = judge_confidential(seen_, result_.evidence);
    result_.unread = seen_.unread;
    return std::move(result_);
  }

 private:
  void match_signatures() {
    for (const CpuidBlock& block : seen_.blocks) {
      const auto row = std::find_if(
          table_.signatures.begin(), table_.signatures.end(),
          [&](const SignatureRow& candidate) { return candidate.signature == block.signature; });
      signatures_.push_back({block, row == table_.signatures.end() ? nullptr : &*row});
      if (signatures_.back().row != nullptr) offer(signatures_.back().row->interface);
    }
  }

  void match_clocksources() {
    for (const ClocksourceRow& row : table_.clocksources) {
      if (!contains(seen_.clocksources, row.clocksource)) continue;
      clocksources_.push_back(&row);
      offered_by_cpuid_.push_back(contains(result_.interfaces, row.interface));
      offer(row.interface);
    }
  }

  void offer(std::string_view interface) {
    if (!interface.empty() && !contains(result_.interfaces, interface)) {
      result_.interfaces.emplace_back(interface);
    }
  }

  void match_clues() {
    for (const Clue& clue : table_.clues) {
      if (hold(clue.when, seen_, std::nullopt)) clues_.push_back(&clue);
    }
  }

  /// The first clue of this worth that names a hypervisor.
  [[nodiscard]] const Clue* naming(Proof proof) const {
    const auto clue = std::find_if(clues_.begin(), clues_.end(), [&](const Clue* candidate) {
      return candidate->proof == proof && !candidate->vm.empty();
    });
    return clue == clues_.end() ? nullptr : *clue;
  }

  /// The innermost hypervisor by CPUID: the last known block that others do not imitate.
  [[nodiscard]] const Signature* true_signature() const {
    const auto last = std::find_if(signatures_.rbegin(), signatures_.rend(), [](const auto& one) {
      return one.row != nullptr && !one.row->claim_only;
    });
    return last == signatures_.rend() ? nullptr : &*last;
  }

  /// The kernel found an interface that user space's CPUID does not offer.
  [[nodiscard]] const ClocksourceRow* hidden_interface() const {
    for (std::size_t i = 0; i < clocksources_.size(); ++i) {
      if (!offered_by_cpuid_[i] && !clocksources_[i]->claim_only) return clocksources_[i];
    }
    return nullptr;
  }

  void judge_vm() {
    const Clue* const own = naming(Proof::kernel);
    if (own != nullptr && own->vm != "xen") return believe(*own);
    if (own != nullptr || xen_shows()) return judge_xen(own);
    if (is_root_partition()) return judge_root_partition();
    if (const ClocksourceRow* const hidden = hidden_interface()) return judge_hidden(*hidden);
    if (const Signature* const signature = true_signature()) {
      believed_block_ = signature->block.base;
      return judge_named(signature->row->vm);
    }
    if (!signatures_.empty()) return judge_claim(strangest_signature());
    judge_by_names();
  }

  void believe(const Clue& clue) {
    believed_.push_back(&clue);
    result_.vm = std::string(clue.vm);
    if (!clue.mode.empty()) result_.mode = std::string(clue.mode);
  }

  /// A firmware name outranks some signatures: VirtualBox and Parallels answer with KVM's.
  void judge_named(std::string_view vm) {
    result_.vm = std::string(vm);
    for (const Clue* const clue : clues_) {
      if (!contains(clue->over, vm)) continue;
      return believe(*clue);
    }
    if (vm == "xen") result_.mode = xen_mode();
  }

  void judge_hidden(const ClocksourceRow& row) {
    believed_clocksource_ = &row;
    judge_named(row.vm);
  }

  /// Xen's interface in the kernel: it outranks CPUID, which PV guests do not trap.
  [[nodiscard]] bool xen_shows() const {
    return seen_.xen.type == "xen" || seen_.xen.proc_xen || seen_.xen.bus;
  }

  void judge_xen(const Clue* tree) {
    const XenInterface& xen = seen_.xen;
    if (xen.features && (*xen.features & kXenDom0Feature) != 0) {
      return judge_dom0("/sys/hypervisor/properties/features", fmt::format("{:x}", *xen.features),
                        "bit 11: this is dom0, the host of other guests");
    }
    if (xen.capabilities.find("control_d") != std::string::npos) {
      return judge_dom0("/proc/xen/capabilities", printable(xen.capabilities),
                        "this is dom0, the host of other guests");
    }
    result_.vm = std::string("xen");
    result_.mode = xen_mode();
    if (tree != nullptr) return believe(*tree);
    const char* const source = xen.type == "xen" ? "/sys/hypervisor/type"
                               : xen.proc_xen    ? "/proc/xen"
                                                 : "/sys/bus/xen";
    add(source, xen.type == "xen" ? "xen" : "exists", "vm=xen",
        "Xen's own interface outranks CPUID, which PV guests do not trap");
  }

  /// Under dom0 lies the bare machine, or an outer hypervisor that CPUID or the firmware names.
  void judge_dom0(std::string source, std::string value, std::string why) {
    host_ = true;
    result_.mode = std::string("dom0");
    result_.vm = std::string("none");
    const Signature* const outer = true_signature();
    const Clue* const machine = naming(Proof::machine);
    if (outer != nullptr && outer->row->vm != "xen") {
      believed_block_ = outer->block.base;
      result_.vm = std::string(outer->row->vm);
    } else if (machine != nullptr && machine->vm != "xen") {
      believed_.push_back(machine);
      result_.vm = std::string(machine->vm);
    }
    if (result_.vm.value() != "none") result_.nested = std::string("likely");
    add(std::move(source), std::move(value), "role=host", std::move(why));
  }

  /// What a Xen guest is; empty on architectures that have one kind only.
  [[nodiscard]] std::string xen_mode() const {
    const XenInterface& xen = seen_.xen;
    const std::string arch = seen_.arch.value_or("");
    if (!xen.guest_type.empty()) return lower(xen.guest_type);
    if (arch != "x86_64" && arch != "i386" && arch != "ia64") return "";
    const Clue* const firmware = naming(Proof::machine);
    if (firmware != nullptr && firmware->mode == "hvm") return "hvm";
    const Signature* const signature = true_signature();
    if (signature != nullptr && signature->row->vm == "xen") return seen_.dmi ? "hvm" : "pvh";
    // PV kernels have always had /proc/xen; the drivers of an HVM guest bring only the bus.
    return xen.bus && !xen.proc_xen && xen.type.empty() ? "hvm" : "pv";
  }

  [[nodiscard]] bool is_root_partition() const {
    return seen_.hyperv && true_signature() == nullptr &&
           (seen_.hyperv->privileges_ebx & (kCreatePartitions | kCpuManagement)) != 0;
  }

  void judge_root_partition() {
    host_ = true;
    result_.vm = std::string("none");
    result_.mode = std::string("root");
    add("cpuid 0x40000003", fmt::format("ebx={:#x}", seen_.hyperv->privileges_ebx), "role=host",
        "it may create partitions or manage CPUs: the root partition of Hyper-V, no guest");
  }

  /// The first that the table does not know: what hides behind an imitated name is a hypervisor of
  /// its own. Else the first.
  [[nodiscard]] const Signature& strangest_signature() const {
    const auto unknown = std::find_if(signatures_.begin(), signatures_.end(),
                                      [](const Signature& one) { return one.row == nullptr; });
    return unknown == signatures_.end() ? signatures_.front() : *unknown;
  }

  /// Only a signature that other hypervisors show too (Hyper-V's), or one nobody knows.
  void judge_claim(const Signature& claim) {
    const Clue* firmware = naming(Proof::machine);
    if (claim.row != nullptr) {
      if (firmware == nullptr) firmware = naming(Proof::unless_clear);
      if (firmware == nullptr) firmware = naming(Proof::name);
    }
    if (firmware != nullptr && (claim.row == nullptr || firmware->vm != claim.row->vm)) {
      return believe(*firmware);
    }
    believed_block_ = claim.block.base;
    result_.vm = std::string(claim.row == nullptr ? "vm-other" : claim.row->vm);
  }

  void judge_by_names() {
    const Fact<bool>& bit = seen_.cpu_bit.known() ? seen_.cpu_bit : seen_.smbios_vm;
    const bool clear = bit.known() && !bit.value();
    const bool shown = seen_.cpu_bit.value_or(false) || seen_.smbios_vm.value_or(false);
    if (const Clue* const machine = naming(Proof::machine)) return believe(*machine);
    const Clue* const likely = naming(Proof::unless_clear);
    if (likely != nullptr && !clear) return believe(*likely);
    if (const ClocksourceRow* const claim = first_clocksource()) {
      believed_clocksource_ = claim;
      result_.vm = std::string(claim->vm);
      return;
    }
    const Clue* const name = naming(Proof::name);
    if (name != nullptr && (shown ? name->vm != "none" : name->vm == "none")) {
      return believe(*name);
    }
    if (shown) {
      result_.vm = std::string("vm-other");
    } else if (clear && seen_.cpu_bit.known()) {
      result_.vm = std::string("none");
    } else {
      result_.vm = Fact<std::string>::unknown(
          seen_.anything ? "nothing that could be read proves or excludes a hypervisor"
                         : "an unbooted tree does not show its hypervisor; give --assume vm=NAME");
    }
  }

  [[nodiscard]] const ClocksourceRow* first_clocksource() const {
    return clocksources_.empty() ? nullptr : clocksources_.front();
  }

  void judge_role() {
    if (!result_.vm.known()) {
      result_.role = Fact<std::string>::unknown(result_.vm.reason());
      result_.mode = Fact<std::string>::unknown(result_.vm.reason());
    } else if (host_) {
      result_.role = std::string("host");
    } else {
      result_.role = std::string(result_.vm.value() == "none" ? "bare-metal" : "guest");
    }
  }

  void judge_platform() {
    const auto verdict = result_.vm.known() ? std::optional(result_.vm.value()) : std::nullopt;
    for (const Clue& clue : table_.clues) {
      if (clue.platform.empty() || !hold(clue.when, seen_, verdict)) continue;
      if (std::find(clues_.begin(), clues_.end(), &clue) == clues_.end()) clues_.push_back(&clue);
      believed_.push_back(&clue);
      result_.platform = std::string(clue.platform);
      return;
    }
    if (result_.vm.known()) {
      result_.platform = std::string();
    } else {
      // Nobody is asked to name a cloud for an image: --assume platform=NAME is there for those who
      // want its rules.
      result_.platform = seen_.anything ? Fact<std::string>::unknown(result_.vm.reason())
                                        : Fact<std::string>::live_only();
    }
  }

  /// Where CPUID names another hypervisor than the one that runs this kernel, that one is outside.
  void judge_nesting() {
    const Signature* const outer = true_signature();
    if (result_.nested.known() || outer == nullptr || believed_block_) return;
    const bool untrapped = believed_clocksource_ != nullptr || result_.mode.value_or("") == "pv";
    if (!untrapped || outer->row->vm == result_.vm.value_or("")) return;
    result_.nested = std::string("likely");
    nesting_block_ = outer->block.base;
  }

  void add(std::string source, std::string value, std::string says, std::string why) {
    result_.evidence.push_back(
        {std::move(source), std::move(value), std::move(says), true, std::move(why)});
  }

  static std::string says(std::string_view what, std::string_view name) {
    return std::string(what).append(name);
  }

  void add_bit_evidence() {
    if (!seen_.cpu_bit.known()) return;
    const bool set = seen_.cpu_bit.value();
    const bool none = result_.vm.value_or("") == "none";
    std::string why = set ? "hardware never sets it" : "nothing else speaks for a hypervisor";
    if (set && none) why = "overruled: a hypervisor is there, and this is its host";
    if (!set && !none) why = "overruled: stronger evidence names a virtual machine";
    result_.evidence.push_back({seen_.cpuid ? "cpuid 0x1" : "/proc/cpuinfo",
                                set ? "hypervisor bit set" : "hypervisor bit clear",
                                set ? "a hypervisor" : "no hypervisor", set != none,
                                std::move(why)});
  }

  void add_signature_evidence() {
    for (const Signature& signature : signatures_) {
      const bool used = believed_block_ == signature.block.base;
      const bool nesting = nesting_block_ == signature.block.base;
      result_.evidence.push_back(
          {fmt::format("cpuid {:#x}", signature.block.base), printable(signature.block.signature),
           nesting ? std::string("nested=likely")
                   : says("vm=", signature.row == nullptr ? "vm-other" : signature.row->vm),
           used || nesting, why_of(signature, used, nesting)});
    }
  }

  [[nodiscard]] std::string why_of(const Signature& signature, bool used, bool nesting) const {
    if (nesting) return "user space sees the outer machine's CPUID: this guest's does not trap";
    if (signature.row == nullptr) return "not in the table of signatures";
    if (!used && signature.row->claim_only) {
      return host_ ? "overruled: the root partition sees the interface too"
                   : "overruled: other hypervisors offer this interface too";
    }
    if (!used) return "overruled by stronger evidence";
    return believed_.empty() ? "the hypervisor's own name"
                             : "an interface of the hypervisor that the firmware names";
  }

  void add_clocksource_evidence() {
    for (const ClocksourceRow* const row : clocksources_) {
      const bool used = row == believed_clocksource_;
      const bool agrees = row->vm == result_.vm.value_or("");
      result_.evidence.push_back(
          {"/sys/devices/system/clocksource/clocksource0/available_clocksource",
           std::string(row->clocksource), says("vm=", row->vm), used || agrees,
           used || agrees ? "the kernel itself found this hypervisor's clock"
                          : "overruled: other hypervisors offer this clock too"});
    }
  }

  void add_clue_evidence() {
    for (const Clue* const clue : clues_) {
      const bool used = std::find(believed_.begin(), believed_.end(), clue) != believed_.end();
      Found found = found_by(clue->when, seen_);
      std::vector<std::string> all;
      if (!clue->vm.empty()) all.push_back(says("vm=", clue->vm));
      if (!clue->platform.empty()) all.push_back(says("platform=", clue->platform));
      result_.evidence.push_back({std::move(found.source), std::move(found.value), join(all, ", "),
                                  used, why_of(*clue, used)});
    }
  }

  [[nodiscard]] std::string why_of(const Clue& clue, bool used) const {
    if (used) return std::string(clue.why.empty() ? "the firmware's name" : clue.why);
    if (!clue.vm.empty() && clue.vm == result_.vm.value_or("")) return "agrees";
    if (clue.proof == Proof::machine || clue.proof == Proof::kernel) {
      return "overruled by stronger evidence";
    }
    return "also seen on bare metal: proves no hypervisor";
  }

  const Observations& seen_;
  const tables::Hypervisors& table_;
  std::vector<Signature> signatures_;
  std::vector<const ClocksourceRow*> clocksources_;
  std::vector<bool> offered_by_cpuid_;  ///< per clocksource: its interface is in CPUID too
  std::vector<const Clue*> clues_;
  model::Virtualization result_;
  std::optional<std::uint32_t> believed_block_;
  std::optional<std::uint32_t> nesting_block_;
  const ClocksourceRow* believed_clocksource_ = nullptr;
  std::vector<const Clue*> believed_;
  bool host_ = false;
};

}  // namespace

model::Virtualization judge_hypervisor(const Observations& seen, const tables::Hypervisors& table) {
  return Judge(seen, table).conclude();
}

}  // namespace guestclock::probe
