# guestclock_module(NAME [DEPENDS module...] [PRIVATE library...] [SOURCES file...])
#
# One static library per module of the design. DEPENDS are the modules whose headers this one may
# include, and nothing else may be listed there: tests/unit/layering_test.cpp checks the includes
# against the same table. PRIVATE are third-party libraries that stay inside the module.
function(guestclock_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;PRIVATE;SOURCES" ${ARGN})
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
endfunction()
