// The code of the running program, in memory.
#pragma once

namespace guestclock::system {

/// Maps all of it at once. A short run touches most of its pages anyway, one page fault for every
/// few of them, and a fault costs most in a guest. Where the system cannot, nothing changes:
/// MADV_POPULATE_READ of madvise(2) since Linux 5.14, MADV_WILLNEED of FreeBSD's madvise(2).
void map_program_text();

}  // namespace guestclock::system
