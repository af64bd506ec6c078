// Unbooted trees that several tests need. All synthetic: written by hand after the file formats,
// not recorded anywhere.
#pragma once

#include "support/scratch_directory.h"

namespace guestclock::support {

/// CentOS `release` with GRUB Legacy: /boot/grub/grub.conf (two entries, the first is the default,
/// 0600, an old mtime), /etc/grub.conf and /boot/grub/menu.lst symlinks to it.
void make_centos5_tree(const ScratchDirectory& root, const char* release = "5.3");

/// FreeBSD with __FreeBSD_version `number` in /usr/include/sys/param.h and an empty /boot.
void make_freebsd_tree(const ScratchDirectory& root, int number);

}  // namespace guestclock::support
