// Every combination of hypervisor, system and architecture that the vendors' tables speak of, as a
// healthy guest: the clocksource its kernel would choose, no parameter that is about time.
#pragma once

#include <string>
#include <vector>

#include "model/facts.h"

namespace guestclock::rules_tests {

enum class Host {
  vmware,
  kvm_clock,  ///< KVM that offers kvm-clock
  kvm_plain,  ///< KVM that does not
  xen_pv,
  xen_hvm,
  hyperv,
  virtualpc,
  virtualbox,
  emulator,  ///< QEMU without acceleration
  bare_metal,
};

enum class Family { red_hat, suse, debian, ubuntu, freebsd, mainline };

struct GuestSystem {
  Family family = Family::mainline;
  std::string id;
  std::string version;
  std::string release;  ///< of its kernel, as uname -r
  bool seen = true;     ///< FreeBSD: its kernel recognises the hypervisor
};

struct CrossedGuest {
  Host host = Host::bare_metal;
  GuestSystem system;
  std::string arch;

  [[nodiscard]] std::string in_words() const;
};

[[nodiscard]] std::vector<CrossedGuest> all_crossed_guests();
[[nodiscard]] model::Facts facts_of(const CrossedGuest& guest);

}  // namespace guestclock::rules_tests
