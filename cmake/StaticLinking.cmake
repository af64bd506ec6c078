# A start of the program costs more than its work, and most of that is the dynamic linker: each
# library is some ten system calls and page faults. So the C++ runtime and third-party libraries are
# linked statically where their archives are installed and fit, shared where not. libc stays shared:
# tests preload shims over it. libudev belongs to the running udevd: it is opened when needed.
include(CheckCXXSourceCompiles)

set(GUESTCLOCK_STATIC_LINKING OFF)
if(NOT GUESTCLOCK_SANITIZE AND NOT GUESTCLOCK_COVERAGE AND NOT GUESTCLOCK_FUZZ)
  set(CMAKE_REQUIRED_LINK_OPTIONS -static-libstdc++ -static-libgcc)
  check_cxx_source_compiles("#include <string>\nint main(int n, char** v) {
    return n > 1 ? std::stoi(std::string(v[1])) : 0; }" GUESTCLOCK_STATIC_LINKING_WORKS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  set(GUESTCLOCK_STATIC_LINKING ${GUESTCLOCK_STATIC_LINKING_WORKS})
endif()

# third_party_NAME: the installed archive lib<ARCHIVE>.a if a position-independent program can be
# made of it, else the imported target SHARED. Headers come from SHARED either way.
function(guestclock_prefer_archive name archive shared)
  add_library(third_party_${name} INTERFACE)
  target_include_directories(third_party_${name} SYSTEM INTERFACE
    $<TARGET_PROPERTY:${shared},INTERFACE_INCLUDE_DIRECTORIES>)
  set(library ${shared})
  if(GUESTCLOCK_STATIC_LINKING)
    find_library(GUESTCLOCK_ARCHIVE_${name} NAMES lib${archive}.a)
    if(GUESTCLOCK_ARCHIVE_${name})
      set(CMAKE_REQUIRED_LINK_OPTIONS -pie)
      set(CMAKE_REQUIRED_LIBRARIES
        -Wl,--whole-archive ${GUESTCLOCK_ARCHIVE_${name}} -Wl,--no-whole-archive)
      check_cxx_source_compiles("int main() {}" GUESTCLOCK_ARCHIVE_${name}_LINKS)
      if(GUESTCLOCK_ARCHIVE_${name}_LINKS)
        set(library ${GUESTCLOCK_ARCHIVE_${name}})
      endif()
    endif()
  endif()
  target_link_libraries(third_party_${name} INTERFACE ${library})
endfunction()
