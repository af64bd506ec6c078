// What a run of the benchmarks prints: medians over the repetitions, with their bounds.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace guestclock::bench {

/// One line of the table. The benchmark of this name reports milliseconds.
struct Row {
  std::string name;
  double bound_ms = 0;  ///< 0: none
  std::string ours;     ///< the row whose median is shown as a multiple of this one's; empty: none
};

class MedianTable final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;

  /// The rows that were run, in the order given.
  void print(const std::vector<Row>& rows) const;

 private:
  [[nodiscard]] double median(const std::string& name) const;  ///< NaN: it was not run

  std::map<std::string, std::vector<double>> milliseconds_;
};

}  // namespace guestclock::bench
