// What a changed kernel command line would break or not reach: disks that a TPM unlocks only after
// a boot it has measured, and unified kernel images that carry their command line inside.
#pragma once

#include <string>
#include <vector>

#include "system/system.h"

namespace guestclock::change {

/// One warning for each kind of evidence found: what was seen, what may happen, what to do first.
/// Read are: tpm2-device= in /etc/crypttab; clevis in dracut's or initramfs-tools' configuration
/// (what it binds to stands in LUKS headers, which are not read: "may"); public keys and signatures
/// of systemd's PCR policies; unified kernel images on the EFI system partition, with the state of
/// Secure Boot where the EFI variables are there. Secure Boot alone measures no command line and
/// is no reason to warn.
[[nodiscard]] std::vector<std::string> measured_boot_warnings(const system::Files& files);

}  // namespace guestclock::change
