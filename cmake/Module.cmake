# guestclock_module(NAME [SPEED] [DEPENDS module...] [PRIVATE library...] [SOURCES file...])
#
# One static library per module of the design. DEPENDS are the modules whose headers this one may
# include, and nothing else may be listed there: tests/unit/layering_test.cpp checks the includes
# against the same table. PRIVATE are third-party libraries that stay inside the module. With SPEED
# a release build optimises for speed, not for size.
function(guestclock_module name)
  cmake_parse_arguments(arg "SPEED" "" "DEPENDS;PRIVATE;SOURCES" ${ARGN})
  if(NOT arg_SOURCES)
    file(GLOB arg_SOURCES CONFIGURE_DEPENDS *.cpp)
  endif()
  add_library(guestclock_${name} STATIC ${arg_SOURCES})
  target_include_directories(guestclock_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  list(TRANSFORM arg_DEPENDS PREPEND guestclock_)
  target_link_libraries(guestclock_${name}
    PUBLIC ${arg_DEPENDS} third_party_expected
    PRIVATE guestclock_flags ${arg_PRIVATE})
  if(arg_SPEED)
    target_compile_options(guestclock_${name} PRIVATE $<$<CONFIG:Release>:-O2>)
  endif()
endfunction()
