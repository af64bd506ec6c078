#include "system/program_text.h"

#include <cstddef>

#include <sys/mman.h>

// Set by the linker: where the program begins, at a page's start, and where its code ends.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
// NOLINTNEXTLINE(cppcoreguidelines-avoid-c-arrays,modernize-avoid-c-arrays)
extern char __executable_start[];
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
// NOLINTNEXTLINE(cppcoreguidelines-avoid-c-arrays,modernize-avoid-c-arrays)
extern char etext[];
}

namespace guestclock::system {
namespace {

#if defined(MADV_POPULATE_READ)
constexpr int kAdvice = MADV_POPULATE_READ;
#else
constexpr int kAdvice = MADV_WILLNEED;
#endif

}  // namespace

void map_program_text() {
  const auto size = static_cast<std::size_t>(&etext[0] - &__executable_start[0]);
  static_cast<void>(::madvise(&__executable_start[0], size, kAdvice));
}

}  // namespace guestclock::system
