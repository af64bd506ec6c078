// hypervisors.json, parameters.json, thresholds.json and smearing.json as data. Private to this
// module.
#pragma once

#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tables/tables.h"

namespace guestclock::tables {

/// All expect what their schema accepts; members of another type are left out.
[[nodiscard]] Hypervisors hypervisors_from_json(const nlohmann::ordered_json& json);
[[nodiscard]] std::map<std::string, double, std::less<>> thresholds_from_json(
    const nlohmann::ordered_json& json);
[[nodiscard]] std::vector<Result<model::KnownParameter>> known_parameters(
    const nlohmann::ordered_json& json);
[[nodiscard]] std::vector<SmearingRow> smearing_from_json(const nlohmann::ordered_json& json);

/// The rows of `first` before those of `table`.
void put_before(Hypervisors& table, Hypervisors first);

}  // namespace guestclock::tables
