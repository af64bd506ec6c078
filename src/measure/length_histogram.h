// How many lengths of time were about as long as which: bins of equal width on a logarithmic axis.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include <boost/histogram/axis/regular.hpp>
#include <boost/histogram/histogram.hpp>
#include <boost/histogram/storage_adaptor.hpp>

#include "model/measurements.h"

namespace guestclock::measure {

/// Lengths in seconds. Memory does not grow with how many are added.
class LengthHistogram {
 public:
  /// Bins from `shortest` to `longest`; what lies beyond either end is counted there.
  LengthHistogram(double shortest, double longest, double bins_per_decade);

  void add(double length_s);

  /// The bins that are not empty, by length. The first begins at 0, and the last has no end (1e9:
  /// JSON knows no infinity), where lengths lay beyond the axis.
  [[nodiscard]] std::vector<model::GapCount> filled() const;

  /// The length that the share `below` (0 to 1) of all does not exceed, to within a bin: never more
  /// than the longest added. Nothing without lengths.
  [[nodiscard]] std::optional<double> quantile(double below) const;

  /// 0 without lengths.
  [[nodiscard]] double longest() const { return longest_; }

 private:
  using Axis = boost::histogram::axis::regular<double, boost::histogram::axis::transform::log>;
  using Counts = boost::histogram::storage_adaptor<std::vector<std::uint32_t>>;

  boost::histogram::histogram<std::tuple<Axis>, Counts> counts_;
  std::int64_t added_ = 0;
  double longest_ = 0;
};

}  // namespace guestclock::measure
