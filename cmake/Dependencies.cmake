# Third-party packages, each behind an imported target that says who may use it.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(PkgConfig REQUIRED)
pkg_check_modules(udev REQUIRED IMPORTED_TARGET libudev)
pkg_check_modules(libmd REQUIRED IMPORTED_TARGET libmd)

find_path(TL_EXPECTED_INCLUDE_DIR tl/expected.hpp REQUIRED)
find_path(DTL_INCLUDE_DIR dtl/dtl.hpp REQUIRED)
find_path(VALIJSON_INCLUDE_DIR valijson/validator.hpp REQUIRED)

foreach(name expected dtl valijson)
  add_library(third_party_${name} INTERFACE)
endforeach()
target_include_directories(third_party_expected SYSTEM INTERFACE ${TL_EXPECTED_INCLUDE_DIR})
target_include_directories(third_party_dtl SYSTEM INTERFACE ${DTL_INCLUDE_DIR})
target_include_directories(third_party_valijson SYSTEM INTERFACE ${VALIJSON_INCLUDE_DIR})
