#include "rules/cross_table.h"

#include <algorithm>
#include <array>
#include <vector>

#include "model/version.h"

namespace guestclock::rules_tests {
namespace {

/// Both ends inclusive, in the scale that the family counts in (see `position`).
struct Row {
  Family family;
  int from;
  int to;
  const char* archs;  ///< "i": i386, "x": x86_64, "a": aarch64
  std::vector<Host> hosts;
  Expected expected;
};

constexpr int kForever = 1000000;

const std::vector<Host>& any_guest() {
  static const std::vector<Host> kAll{Host::vmware,    Host::kvm_clock,  Host::kvm_plain,
                                      Host::xen_pv,    Host::xen_hvm,    Host::hyperv,
                                      Host::virtualpc, Host::virtualbox, Host::emulator};
  return kAll;
}

/// "5.11" is 511, "10.2" is 1002; of kernels 2.6.17 is 20617, of later ones 6.18 is 61800.
int position(const GuestSystem& system) {
  std::array<int, 3> parts{};
  std::size_t part = 0;
  const std::string& text = system.family == Family::mainline ? system.release : system.version;
  for (const char c : text) {
    if (c == '.' && part + 1 < parts.size()) ++part;
    if (c >= '0' && c <= '9') parts.at(part) = parts.at(part) * 10 + (c - '0');
  }
  if (system.family != Family::mainline) return parts[0] * 100 + parts[1];
  return parts[0] * 10000 + parts[1] * 100 + parts[2];
}

const std::vector<Row>& rows() {
  using F = Family;
  const std::vector<Host> kvm{Host::kvm_clock, Host::kvm_plain};
  const std::vector<Host> vmware{Host::vmware};
  const std::vector<Host> plain{Host::kvm_plain};
  const std::vector<Host> pc{Host::virtualpc};
  static const std::vector<Row> kRows{
      // 2.4: nothing anywhere.
      {F::red_hat,
       0,
       399,
       "ix",
       {Host::vmware, Host::kvm_clock, Host::kvm_plain},
       {"", "", "V-08"}},
      {F::mainline, 20000, 20499, "ix", any_guest(), {"", "", "V-08"}},
      // Red Hat on VMware.
      {F::red_hat, 400, 406, "i", vmware, {"clock=pmtmr hpet=disable", "", ""}},
      {F::red_hat, 407, 409, "i", vmware, {"clock=pmtmr hpet=disable", "divider=10", ""}},
      {F::red_hat, 500, 500, "i", vmware, {"clocksource=acpi_pm", "", ""}},
      {F::red_hat, 501, 503, "i", vmware, {"clocksource=acpi_pm", "divider=10", ""}},
      {F::red_hat, 500, 500, "x", vmware, {"notsc", "", ""}},
      {F::red_hat, 501, 503, "x", vmware, {"notsc", "divider=10", ""}},
      {F::red_hat, 504, 507, "ix", vmware, {"", "", "V-04"}},
      {F::red_hat, 508, 511, "ix", vmware, {"", "divider=10", "V-04"}},
      // Red Hat on KVM.
      {F::red_hat, 408, 408, "x", kvm, {"notsc", "", ""}},
      {F::red_hat, 408, 408, "i", kvm, {"clock=pmtmr", "", ""}},
      {F::red_hat, 503, 504, "x", kvm, {"notsc", "", ""}},
      {F::red_hat, 503, 504, "i", kvm, {"clocksource=acpi_pm", "", ""}},
      {F::red_hat, 505, 505, "x", plain, {"notsc", "", ""}},
      {F::red_hat, 505, 505, "i", plain, {"clocksource=acpi_pm", "", ""}},
      {F::red_hat, 600, 600, "x", plain, {"notsc", "", ""}},
      {F::red_hat, 505, 511, "ix", {Host::kvm_clock}, {"", "", "K-01"}},
      {F::red_hat, 500, 511, "ix", {Host::xen_pv}, {"", "", "X-02"}},
      // SUSE on VMware.
      {F::suse, 900, 1001, "i", vmware, {"clock=pmtmr", "", ""}},
      // Virtual Server and Virtual PC, kernels from 2.6 to 2.6.17; it had no 64-bit guests.
      {F::red_hat, 400, 499, "i", pc, {"clock=pit", "", ""}},
      {F::suse, 900, 1099, "i", pc, {"clock=pit", "", ""}},
      {F::ubuntu, 606, 610, "i", pc, {"clock=pit", "", ""}},
      {F::mainline, 20600, 20617, "i", pc, {"clock=pit", "", ""}},
      // FreeBSD.
      {F::freebsd, 0, 899, "ixa", any_guest(), {"kern.hz=100", "", ""}},
      // Nothing is to be done, and it is said why.
      {F::debian, 500, 1099, "x", {Host::kvm_clock}, {"", "", "K-01"}},
      {F::debian, 1100, kForever, "x", {Host::kvm_clock}, {"", "", "K-02"}},
      {F::mainline, 20626, 50000, "ix", {Host::kvm_clock}, {"", "", "K-01"}},
      {F::mainline, 50100, kForever, "x", {Host::kvm_clock}, {"", "", "K-02"}},
      {F::mainline, 60300, kForever, "ix", {Host::xen_pv, Host::xen_hvm}, {"", "", "X-04"}},
      {F::debian, 700, kForever, "ix", {Host::hyperv}, {"", "", "H-01"}},
  };
  return kRows;
}

bool matches(const Row& row, const CrossedGuest& guest) {
  const int at = position(guest.system);
  const char arch = guest.arch == "i386" ? 'i' : guest.arch == "x86_64" ? 'x' : 'a';
  return row.family == guest.system.family && at >= row.from && at <= row.to &&
         std::string_view(row.archs).find(arch) != std::string_view::npos &&
         std::find(row.hosts.begin(), row.hosts.end(), guest.host) != row.hosts.end();
}

bool kernel_at_least(const CrossedGuest& guest, const char* release) {
  const auto order = model::compare_version(guest.system.release, release);
  return order && *order != std::strong_ordering::less;
}

}  // namespace

Expected expected_for(const CrossedGuest& guest) {
  if (guest.host == Host::bare_metal) return {};
  // From 9 on the kernel lowers its rate itself, unless it does not see what it runs under.
  if (guest.system.family == Family::freebsd && position(guest.system) >= 900) {
    return guest.system.seen ? Expected{"", "", "F-02"} : Expected{"kern.hz=100", "", ""};
  }
  const auto row = std::find_if(rows().begin(), rows().end(),
                                [&](const Row& one) { return matches(one, guest); });
  return row == rows().end() ? Expected{} : row->expected;
}

bool reads_parameter(const CrossedGuest& guest, const std::string& parameter) {
  const bool i386 = guest.arch == "i386";
  const bool x86 = i386 || guest.arch == "x86_64";
  const bool linux_kernel = guest.system.family != Family::freebsd;
  const int at = position(guest.system);
  if (parameter == "kern.hz") return !linux_kernel;
  if (!linux_kernel) return false;
  if (parameter == "divider") {
    return x86 && guest.system.family == Family::red_hat &&
           ((at >= 407 && at <= 409) || (at >= 501 && at <= 511));
  }
  if (parameter == "notsc") return x86;
  if (parameter == "clocksource") {
    return kernel_at_least(guest, i386 ? "2.6.18" : "2.6.21");
  }
  if (parameter == "clock") return kernel_at_least(guest, i386 ? "2.6.0" : "2.6.21");
  if (parameter == "hpet") return x86 && kernel_at_least(guest, i386 ? "2.6.0" : "2.6.24");
  return false;
}

}  // namespace guestclock::rules_tests
