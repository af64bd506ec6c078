# Flags of all our own code; never of third-party headers (those are SYSTEM).
add_library(guestclock_flags INTERFACE)
# g++ 12 sees overlapping copies in std::string::replace where there are none (GCC bug 105651).
target_compile_options(guestclock_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_compile_options(guestclock_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor
  $<$<BOOL:${GUESTCLOCK_WERROR}>:-Werror>)

if(GUESTCLOCK_SANITIZE)
  target_compile_options(guestclock_flags INTERFACE
    -fsanitize=${GUESTCLOCK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(guestclock_flags INTERFACE -fsanitize=${GUESTCLOCK_SANITIZE})
elseif(NOT GUESTCLOCK_COVERAGE AND NOT GUESTCLOCK_FUZZ)
  # Hardening: what Debian's dpkg-buildflags hardening=+all asks for.
  target_compile_options(guestclock_flags INTERFACE
    -fstack-protector-strong -fstack-clash-protection -fcf-protection -Wformat
    -Werror=format-security
    $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
  target_compile_definitions(guestclock_flags INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(guestclock_flags INTERFACE
    -Wl,-z,relro -Wl,-z,now $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
  # A position-independent program has thousands of relative relocations; packed, the dynamic linker
  # is through with them sooner. The check runs the program: an older libc cannot start it.
  include(CheckCXXSourceRuns)
  if(NOT CMAKE_CROSSCOMPILING)
    set(CMAKE_REQUIRED_LINK_OPTIONS -pie -Wl,-z,pack-relative-relocs)
    check_cxx_source_runs("int main() {}" GUESTCLOCK_PACKED_RELOCATIONS)
    unset(CMAKE_REQUIRED_LINK_OPTIONS)
  endif()
  if(GUESTCLOCK_PACKED_RELOCATIONS)
    target_link_options(guestclock_flags INTERFACE -Wl,-z,pack-relative-relocs)
  endif()
endif()

# Without it libFuzzer does not see which way the libraries went, and searches blindly.
if(GUESTCLOCK_FUZZ)
  target_compile_options(guestclock_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(GUESTCLOCK_COVERAGE)
  target_compile_options(guestclock_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(guestclock_flags INTERFACE --coverage)
endif()
