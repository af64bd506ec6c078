// One document of every kind, synthetic, with something in every member: what the goldens and the
// schema tests render.
#pragma once

#include <string>
#include <vector>

#include "model/report.h"

namespace guestclock::report {

struct Sample {
  std::string name;    ///< of its golden files
  std::string schema;  ///< file name in docs/schema
  model::Document document;
};

[[nodiscard]] std::vector<Sample> sample_documents();
/// The one of that name.
[[nodiscard]] model::Document sample(const std::string& name);

[[nodiscard]] model::Facts sample_facts();
[[nodiscard]] model::Measurements sample_measurements();
[[nodiscard]] model::AuditReport sample_audit();
/// Its first two findings, and what it could not judge, are waived.
[[nodiscard]] model::AuditReport sample_waived_audit();
[[nodiscard]] model::Rule sample_rule();

}  // namespace guestclock::report
