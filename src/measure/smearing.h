// Servers that spread a leap second over hours, beside servers that do not. Pure.
#pragma once

#include <span>
#include <vector>

#include "model/measurements.h"
#include "tables/tables.h"

namespace guestclock::measure {

/// Adds a reason to each of the servers that answered and are known to smear, by the name asked or
/// by the address it led to. Where others that are not known to smear answered too, the reason
/// says that the two kinds do not go together: they differ by up to a second around a leap second,
/// and by nothing at any other time.
void note_smearing(std::vector<model::Server>& rows, std::span<const tables::SmearingRow> known);

}  // namespace guestclock::measure
