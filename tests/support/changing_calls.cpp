#include "support/changing_calls.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

namespace guestclock::support {
namespace {

#define GUESTCLOCK_CALL(name, shape)    \
  CallKind {                            \
    SYS_##name, #name, CallShape::shape \
  }

constexpr CallKind kCalls[] = {
    GUESTCLOCK_CALL(write, write),
    GUESTCLOCK_CALL(pwrite64, write),
    GUESTCLOCK_CALL(writev, write_vector),
    GUESTCLOCK_CALL(pwritev, write_vector),
    GUESTCLOCK_CALL(pwritev2, write_vector),
    GUESTCLOCK_CALL(sendfile, descriptor),
    GUESTCLOCK_CALL(copy_file_range, out_of_third),
    GUESTCLOCK_CALL(fsync, descriptor),
    GUESTCLOCK_CALL(fdatasync, descriptor),
    GUESTCLOCK_CALL(syncfs, descriptor),
    GUESTCLOCK_CALL(sync, everything),
    GUESTCLOCK_CALL(sync_file_range, descriptor),
    GUESTCLOCK_CALL(ftruncate, descriptor),
    GUESTCLOCK_CALL(truncate, path),
    GUESTCLOCK_CALL(fallocate, descriptor),
    GUESTCLOCK_CALL(ioctl, set_flags),
    GUESTCLOCK_CALL(openat, open_at),
    GUESTCLOCK_CALL(openat2, open_how),
    GUESTCLOCK_CALL(mkdirat, at),
    GUESTCLOCK_CALL(mknodat, at),
    GUESTCLOCK_CALL(unlinkat, at),
    GUESTCLOCK_CALL(renameat2, at_at),
    GUESTCLOCK_CALL(linkat, at_at),
    GUESTCLOCK_CALL(symlinkat, symlink_at),
    GUESTCLOCK_CALL(fchmod, descriptor),
    GUESTCLOCK_CALL(fchmodat, at),
    GUESTCLOCK_CALL(fchown, descriptor),
    GUESTCLOCK_CALL(fchownat, at),
    GUESTCLOCK_CALL(utimensat, at),
    GUESTCLOCK_CALL(setxattr, path),
    GUESTCLOCK_CALL(lsetxattr, path),
    GUESTCLOCK_CALL(fsetxattr, descriptor),
    GUESTCLOCK_CALL(removexattr, path),
    GUESTCLOCK_CALL(lremovexattr, path),
    GUESTCLOCK_CALL(fremovexattr, descriptor),
#ifdef SYS_renameat
    GUESTCLOCK_CALL(renameat, at_at),
#endif
#ifdef SYS_open  // the older calls, which newer architectures never had
    GUESTCLOCK_CALL(open, open),
    GUESTCLOCK_CALL(creat, path),
    GUESTCLOCK_CALL(mkdir, path),
    GUESTCLOCK_CALL(mknod, path),
    GUESTCLOCK_CALL(rmdir, path),
    GUESTCLOCK_CALL(unlink, path),
    GUESTCLOCK_CALL(rename, two_paths),
    GUESTCLOCK_CALL(link, two_paths),
    GUESTCLOCK_CALL(symlink, symlink),
    GUESTCLOCK_CALL(chmod, path),
    GUESTCLOCK_CALL(chown, path),
    GUESTCLOCK_CALL(lchown, path),
    GUESTCLOCK_CALL(utime, path),
    GUESTCLOCK_CALL(utimes, path),
    GUESTCLOCK_CALL(futimesat, at),
#endif
};

#undef GUESTCLOCK_CALL

}  // namespace

const CallKind* changing_call(std::uint64_t number) {
  const auto* const found = std::find_if(
      std::begin(kCalls), std::end(kCalls),
      [&](const CallKind& call) { return static_cast<std::uint64_t>(call.number) == number; });
  return found == std::end(kCalls) ? nullptr : found;
}

std::vector<sock_filter> filter_for_tracing() {
  constexpr auto kNumber = static_cast<std::uint32_t>(offsetof(seccomp_data, nr));
  // The low half of the third argument, openat's flags.
  constexpr auto kFlags = static_cast<std::uint32_t>(offsetof(seccomp_data, args[2]));
  constexpr std::uint32_t kCreating = O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
  std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber)};
  const auto stop_at = [&](long number) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  };
  for (const CallKind& call : kCalls) {
    if (call.number != SYS_openat) stop_at(call.number);
  }
  stop_at(SYS_clock_nanosleep);
#ifdef SYS_nanosleep
  stop_at(SYS_nanosleep);
#endif
  const sock_filter opens[] = {
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFlags),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kCreating, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  filter.insert(filter.end(), std::begin(opens), std::end(opens));
  return filter;
}

}  // namespace guestclock::support
