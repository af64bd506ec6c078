# Third-party packages, each behind an imported target that says who may use it.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(udev REQUIRED libudev)
pkg_check_modules(libmd REQUIRED IMPORTED_TARGET libmd)

find_path(TL_EXPECTED_INCLUDE_DIR tl/expected.hpp REQUIRED)
find_path(DTL_INCLUDE_DIR dtl/dtl.hpp REQUIRED)
find_path(VALIJSON_INCLUDE_DIR valijson/validator.hpp REQUIRED)

foreach(name expected dtl valijson udev)
  add_library(third_party_${name} INTERFACE)
endforeach()
target_include_directories(third_party_expected SYSTEM INTERFACE ${TL_EXPECTED_INCLUDE_DIR})
target_include_directories(third_party_dtl SYSTEM INTERFACE ${DTL_INCLUDE_DIR})
target_include_directories(third_party_valijson SYSTEM INTERFACE ${VALIJSON_INCLUDE_DIR})
target_include_directories(third_party_udev SYSTEM INTERFACE ${udev_INCLUDE_DIRS})

include(StaticLinking)
guestclock_prefer_archive(program_options boost_program_options Boost::program_options)
guestclock_prefer_archive(zlib z ZLIB::ZLIB)
guestclock_prefer_archive(libmd md PkgConfig::libmd)
if(GUESTCLOCK_STATIC_LINKING AND fmt_VERSION VERSION_GREATER_EQUAL 9 AND fmt_VERSION VERSION_LESS 10)
  add_library(third_party_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt_archive.cpp)
  target_include_directories(third_party_fmt SYSTEM PUBLIC
    $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
  # Objects made for the shared library fit: a build cache need not know which it is.
  target_compile_definitions(third_party_fmt PUBLIC
    $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
else()
  add_library(third_party_fmt INTERFACE)
  target_link_libraries(third_party_fmt INTERFACE fmt::fmt)
endif()
