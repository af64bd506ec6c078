// Synthetic machines with what the detector must say of each: tests/fixtures/captures and
// tests/fixtures/hypervisor_rows.json (see the README there).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/facts.h"
#include "probe/observations.h"
#include "system/system.h"
#include "tables/tables.h"

namespace guestclock::detection {

/// What is expected, and what was said, by member name; null is "null", lists are joined.
using Words = std::map<std::string, std::string>;

struct Machine {
  std::string name;
  probe::Observations seen;
  model::Kernel kernel;
  Words expected;
};

[[nodiscard]] const tables::Hypervisors& shipped_table();

/// Every directory of tests/fixtures/captures, in name order.
[[nodiscard]] const std::vector<Machine>& captures();
/// Every case of tests/fixtures/hypervisor_rows.json.
[[nodiscard]] const std::vector<Machine>& row_cases();

/// Looked at with this table; throws where the capture cannot be opened.
[[nodiscard]] Machine look_at(const std::filesystem::path& capture);

[[nodiscard]] model::Virtualization judge(const Machine& machine, const tables::Hypervisors& table);

/// Said of the members that `machine.expected` names.
[[nodiscard]] Words said(const Machine& machine, const tables::Hypervisors& table);

}  // namespace guestclock::detection
