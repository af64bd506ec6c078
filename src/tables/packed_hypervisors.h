// The hypervisor table in the form that is compiled in: the strings of its rows one after another,
// ready to be copied. Parsing its JSON took half the time of `detect`. Private to this module and
// its build-time tool.
#pragma once

#include <string>
#include <string_view>

#include "tables/tables.h"

namespace guestclock::tables {

/// Throws std::runtime_error where a string of the table holds the separator, U+001F.
[[nodiscard]] std::string pack(const Hypervisors& table);

/// The inverse. Throws std::logic_error on bytes that pack() did not make.
[[nodiscard]] Hypervisors unpack(std::string_view packed);

}  // namespace guestclock::tables
