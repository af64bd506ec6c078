#include "measure/file_fit.h"

#include <utility>

#include "measure/drift.h"
#include "measure/drift_summary.h"

namespace guestclock::measure {

model::FileFit unknown_file_fit(const std::string& file, const std::string& reason) {
  model::FileFit row;
  row.file = file;
  row.rate_error_ppm = model::Fact<double>::unknown(reason);
  row.ci95_ppm = model::Fact<model::Interval>::unknown(reason);
  row.offset_s = model::Fact<double>::unknown(reason);
  return row;
}

model::FileFit fit_file(const std::string& file, std::span<const model::Exchange> exchanges,
                        const DriftPolicy& policy) {
  const DriftFit fit = fit_drift(exchanges);
  model::Drift drift = fit.drift;
  flag_by_policy(drift, policy);
  if (!drift.rate_error_ppm.known()) {
    model::FileFit row = unknown_file_fit(file, drift.rate_error_ppm.reason());
    row.exchanges = drift.exchanges;
    row.flags = std::move(drift.flags);
    return row;
  }
  model::FileFit row;
  row.file = file;
  row.rate_error_ppm = drift.rate_error_ppm;
  row.ci95_ppm = drift.ci95_ppm;
  row.offset_s = offset_at(fit, exchanges.back().t4);
  row.exchanges = drift.exchanges;
  row.used = drift.used;
  row.flags = std::move(drift.flags);
  return row;
}

}  // namespace guestclock::measure
