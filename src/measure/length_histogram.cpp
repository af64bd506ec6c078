#include "measure/length_histogram.h"

#include <algorithm>
#include <cmath>

#include <boost/histogram/make_histogram.hpp>

namespace guestclock::measure {
namespace {

constexpr double kNoEnd = 1e9;

unsigned bins_between(double shortest, double longest, double per_decade) {
  return static_cast<unsigned>(std::lround(per_decade * std::log10(longest / shortest)));
}

}  // namespace

LengthHistogram::LengthHistogram(double shortest, double longest, double bins_per_decade)
    : counts_(boost::histogram::make_histogram_with(
          std::vector<std::uint32_t>(),
          Axis(bins_between(shortest, longest, bins_per_decade), shortest, longest))) {}

void LengthHistogram::add(double length_s) {
  counts_(length_s);
  ++added_;
  longest_ = std::max(longest_, length_s);
}

std::vector<model::GapCount> LengthHistogram::filled() const {
  std::vector<model::GapCount> out;
  const Axis& axis = counts_.axis();
  for (int i = -1; i <= axis.size(); ++i) {  // the ends are what lies beyond the axis
    const auto count = static_cast<std::int64_t>(counts_.at(i));
    if (count == 0) continue;
    out.push_back(
        {std::max(axis.bin(i).lower(), 0.0), std::min(axis.bin(i).upper(), kNoEnd), count});
  }
  return out;
}

std::optional<double> LengthHistogram::quantile(double below) const {
  if (added_ == 0) return std::nullopt;
  const double wanted = below * static_cast<double>(added_);
  double passed = 0;
  for (const model::GapCount& bin : filled()) {
    const auto count = static_cast<double>(bin.count);
    if (passed + count >= wanted) {
      const double end = std::min(bin.to_s, longest_);
      return std::min(bin.from_s + (end - bin.from_s) * (wanted - passed) / count, longest_);
    }
    passed += count;
  }
  return longest_;
}

}  // namespace guestclock::measure
