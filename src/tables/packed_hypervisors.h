// The hypervisor table in the form that is compiled in: the texts of its rows one after another,
// each behind its length, to be pointed at. Parsing its JSON took half the time of `detect`, and
// copying the texts a tenth. Private to this module and its build-time tool.
#pragma once

#include <string>
#include <string_view>

#include "tables/tables.h"

namespace guestclock::tables {

/// Throws std::runtime_error where a text or a list is too long for the form.
[[nodiscard]] std::string pack(const Hypervisors& table);

/// The inverse; the rows are views of `packed`. Throws std::logic_error on bytes that pack() did
/// not make.
[[nodiscard]] Hypervisors unpack(std::string_view packed);

}  // namespace guestclock::tables
