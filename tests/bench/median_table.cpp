#include "bench/median_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace guestclock::bench {

void MedianTable::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration) continue;
    milliseconds_[run.run_name.function_name].push_back(run.GetAdjustedRealTime());
  }
}

double MedianTable::median(const std::string& name) const {
  const auto found = milliseconds_.find(name);
  if (found == milliseconds_.end()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sorted = found->second;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

void MedianTable::print(const std::vector<Row>& rows) const {
  std::printf("%-64s %12s %16s %14s\n", "", "median", "bound", "ours/theirs");
  for (const Row& row : rows) {
    const double value = median(row.name);
    if (std::isnan(value)) continue;
    std::printf("%-64s %9.3f ms", row.name.c_str(), value);
    if (row.bound_ms > 0) {
      std::printf(" %6.0f ms %6s", row.bound_ms, value <= row.bound_ms ? "kept" : "MISSED");
    }
    const double ours = median(row.ours);
    if (!std::isnan(ours)) std::printf(" %16s %14.2f", "", ours / value);
    std::printf("\n");
  }
}

}  // namespace guestclock::bench
