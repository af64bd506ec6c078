#include "measure/server_agreement.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/text.h"
#include "measure/drift_summary.h"

namespace guestclock::measure {
namespace {

constexpr double kCorrect = 3.5;  // standard errors within which a true rate lies (1 in 2000)
constexpr double kRejected = 5;   // joint standard errors

struct Reach {
  double low = 0;
  double high = 0;
};

/// The claims whose intervals hold the point that most of them hold.
std::vector<std::size_t> largest_clique(const std::vector<Reach>& intervals) {
  std::vector<std::size_t> best;
  // The largest overlap begins at some interval's lower end.
  for (const Reach& one : intervals) {
    std::vector<std::size_t> holding;
    for (std::size_t j = 0; j < intervals.size(); ++j) {
      if (intervals[j].low <= one.low && one.low <= intervals[j].high) holding.push_back(j);
    }
    if (holding.size() > best.size()) best = std::move(holding);
  }
  return best;
}

bool holds(const std::vector<std::size_t>& list, std::size_t index) {
  return std::find(list.begin(), list.end(), index) != list.end();
}

std::vector<std::size_t> all_of(const std::vector<Claim>& claims) {
  std::vector<std::size_t> indices(claims.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

bool contradict(const Claim& a, const Claim& b, double slack) {
  return std::abs(a.value - b.value) - slack > kRejected * std::hypot(a.error, b.error);
}

bool any_contradict(const std::vector<Claim>& claims, double slack) {
  for (std::size_t i = 0; i < claims.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (contradict(claims[i], claims[j], slack)) return true;
    }
  }
  return false;
}

double half_width_of(const model::Server& row) {
  return row.drift.value().ci95_ppm.value().half_width();
}

bool has_interval(const model::Server& row) {
  return row.drift.known() && row.drift.value().ci95_ppm.known();
}

bool has_rate(const model::Server& row) {
  return row.verdict == "usable" && has_interval(row);
}

double offset_at_end(const model::Server& row) {
  const bool fitted = row.drift.known() && row.drift.value().offset_s.known();
  return fitted ? row.drift.value().offset_s.value() : row.offset_s.value();
}

Claim rate_of(const model::Server& row) {
  return {row.drift.value().rate_error_ppm.value(), half_width_of(row) / kNormal95};
}

/// Half the round trip, and what the server says of its own distance from true time (RFC 5905
/// section 11.1: root distance).
std::optional<Claim> offset_of(const model::Server& row) {
  const model::Drift& drift = row.drift.value();
  if (!drift.offset_s.known() || !drift.offset_bound_s.known()) return std::nullopt;
  const double root = row.root_delay_s.value_or(0) / 2 + row.root_dispersion_s.value_or(0);
  return Claim{drift.offset_s.value(), drift.offset_bound_s.value() + root};
}

bool same_endpoint(const model::Server& a, const model::Server& b) {
  return a.endpoint.known() && b.endpoint.known() && a.endpoint.value() == b.endpoint.value();
}

void call_falseticker(model::Server& row, std::string reason) {
  row.verdict = "falseticker";
  row.reasons.insert(row.reasons.begin(), std::move(reason));
}

/// Of the rows with these indices, those not rejected by their offset; nothing where they are
/// split.
std::optional<std::vector<std::size_t>> believed_by_offset(std::vector<model::Server>& rows,
                                                           const std::vector<std::size_t>& usable) {
  std::vector<Claim> offsets;
  std::vector<std::size_t> claiming;
  std::vector<std::size_t> believed;
  for (const std::size_t index : usable) {
    if (const auto offset = offset_of(rows[index])) {
      offsets.push_back(*offset);
      claiming.push_back(index);
    } else {
      believed.push_back(index);
    }
  }
  const Verdicts verdicts = intersect_offsets(offsets);
  if (verdicts.split) return std::nullopt;
  for (const std::size_t i : verdicts.rejected) {
    call_falseticker(rows[claiming[i]],
                     fmt::format("its time contradicts that of {} other servers: offset {:+.6f} s, "
                                 "known to within {:.6f} s",
                                 verdicts.believed.size(), offsets[i].value, offsets[i].error));
  }
  for (const std::size_t i : verdicts.believed)
    believed.push_back(claiming[i]);
  std::sort(believed.begin(), believed.end());
  return believed;
}

std::string names_of(const std::vector<model::Server>& rows,
                     const std::vector<std::size_t>& which) {
  std::string names;
  for (const std::size_t index : which)
    names += (names.empty() ? "" : ", ") + rows[index].address;
  return names;
}

model::Drift split_drift(const std::vector<model::Server>& rows,
                         const std::vector<std::size_t>& which, std::string_view what) {
  return unknown_drift(
      fmt::format("{} contradict each other in their {}, and no majority tells which is right",
                  names_of(rows, which), what));
}

/// The weighted offset of those believed, and the hard bound that all of them leave.
void combine_offsets(const std::vector<model::Server>& rows, const std::vector<std::size_t>& which,
                     model::Drift& drift) {
  double weights = 0;
  double sum = 0;
  double squares = 0;
  double low = -HUGE_VAL;
  double high = HUGE_VAL;
  for (const std::size_t index : which) {
    const auto offset = offset_of(rows[index]);
    if (!offset) continue;
    const double weight = 1 / std::max(offset->error, 1e-9);
    weights += weight;
    sum += weight * offset->value;
    const auto& scatter = rows[index].drift.value().offset_ci95_s;
    squares += scatter.known() ? std::pow(weight * scatter.value().half_width(), 2) : 0;
    low = std::max(low, offset->value - offset->error);
    high = std::min(high, offset->value + offset->error);
  }
  if (!(weights > 0) || low > high) return;  // as the narrowest server has it
  const double offset = std::clamp(sum / weights, low, high);
  drift.offset_s = offset;
  const double reach = std::sqrt(squares) / weights;
  drift.offset_ci95_s = model::Interval{offset - reach, offset + reach};
  drift.offset_bound_s = std::max(high - offset, offset - low);
}

}  // namespace

Verdicts intersect_offsets(const std::vector<Claim>& offsets) {
  std::vector<Reach> intervals;
  intervals.reserve(offsets.size());
  for (const Claim& claim : offsets)
    intervals.push_back({claim.value - claim.error, claim.value + claim.error});
  Verdicts verdicts;
  verdicts.believed = largest_clique(intervals);
  if (verdicts.believed.size() == offsets.size()) return verdicts;
  if (2 * verdicts.believed.size() <= offsets.size()) return {{}, {}, true};
  for (const std::size_t i : all_of(offsets)) {
    if (!holds(verdicts.believed, i)) verdicts.rejected.push_back(i);
  }
  return verdicts;
}

Verdicts intersect_rates(const std::vector<Claim>& rates, double slack) {
  std::vector<Reach> intervals;
  intervals.reserve(rates.size());
  for (const Claim& claim : rates) {
    const double reach = kCorrect * claim.error + slack;
    intervals.push_back({claim.value - reach, claim.value + reach});
  }
  const std::vector<std::size_t> clique = largest_clique(intervals);
  Verdicts verdicts;
  if (2 * clique.size() <= rates.size()) {
    verdicts.split = any_contradict(rates, slack);
    if (!verdicts.split) verdicts.believed = all_of(rates);
    return verdicts;
  }
  const Claim majority = weighted_mean(rates, clique);
  for (const std::size_t i : all_of(rates)) {
    const bool outside = !holds(clique, i) && contradict(rates[i], majority, slack);
    (outside ? verdicts.rejected : verdicts.believed).push_back(i);
  }
  return verdicts;
}

Claim weighted_mean(const std::vector<Claim>& claims, const std::vector<std::size_t>& which) {
  double weights = 0;
  double sum = 0;
  for (const std::size_t i : which) {
    const double weight = 1 / (claims[i].error * claims[i].error);
    weights += weight;
    sum += weight * claims[i].value;
  }
  Claim mean{sum / weights, 1 / std::sqrt(weights)};
  if (which.size() < 2) return mean;
  double chi_squared = 0;
  for (const std::size_t i : which) {
    const double distance = (claims[i].value - mean.value) / claims[i].error;
    chi_squared += distance * distance;
  }
  mean.error *= std::sqrt(std::max(1.0, chi_squared / static_cast<double>(which.size() - 1)));
  return mean;
}

std::optional<model::Drift> agree(std::vector<model::Server>& rows, const DriftPolicy& policy) {
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!has_rate(rows[i])) continue;
    const auto twin = std::find_if(usable.begin(), usable.end(), [&](std::size_t other) {
      return same_endpoint(rows[other], rows[i]);
    });
    if (twin == usable.end()) {
      usable.push_back(i);
    } else {
      rows[i].reasons.push_back("the same server as " + rows[*twin].address +
                                ": it has one voice, not two");
    }
  }
  if (usable.empty()) return std::nullopt;
  if (usable.size() == 1) {
    rows[usable.front()].reasons.emplace_back(
        "alone: with no other usable server an error of its own clock is taken for this guest's");
  }
  const auto by_offset = believed_by_offset(rows, usable);
  if (!by_offset) return split_drift(rows, usable, "time");

  std::vector<Claim> rates;
  for (const std::size_t index : *by_offset)
    rates.push_back(rate_of(rows[index]));
  const Verdicts verdicts = intersect_rates(rates, policy.agreement_slack_ppm);
  if (verdicts.split) return split_drift(rows, *by_offset, "rate");
  const Claim mean = weighted_mean(rates, verdicts.believed);
  for (const std::size_t i : verdicts.rejected) {
    call_falseticker(
        rows[(*by_offset)[i]],
        fmt::format(
            "against it this guest's clock gains {:+.3f} ppm, against {} other "
            "servers {:+.3f} ppm: {:.0f} standard errors apart",
            rates[i].value, verdicts.believed.size(), mean.value,
            std::abs(rates[i].value - mean.value) / std::hypot(rates[i].error, mean.error)));
  }
  std::vector<std::size_t> believed;
  for (const std::size_t i : verdicts.believed)
    believed.push_back((*by_offset)[i]);
  const std::size_t narrowest =
      *std::min_element(believed.begin(), believed.end(), [&](std::size_t a, std::size_t b) {
        return half_width_of(rows[a]) < half_width_of(rows[b]);
      });
  model::Drift drift = rows[narrowest].drift.value();
  if (believed.size() == 1) return drift;

  drift.reference = names_of(rows, believed);
  drift.rate_error_ppm = mean.value;
  const double half = std::max(kNormal95 * mean.error, policy.systematic_ppm);
  drift.ci95_ppm = model::Interval{mean.value - half, mean.value + half};
  drift.exchanges = drift.used = 0;
  drift.flags.clear();
  drift.steps.clear();
  for (const std::size_t index : believed) {
    const model::Drift& one = rows[index].drift.value();
    drift.exchanges += one.exchanges;
    drift.used += one.used;
    drift.duration_s = std::max(drift.duration_s, one.duration_s);
    for (const std::string& flag : one.flags) {
      // Of the path, and of how much one server gave: not of the guest's clock.
      if (flag == "clock_step" && !contains(drift.flags, flag)) drift.flags.push_back(flag);
    }
    if (drift.steps.empty()) drift.steps = one.steps;
  }
  flag_by_policy(drift, policy);
  combine_offsets(rows, believed, drift);
  return drift;
}

std::vector<model::ServerPair> compare_pairs(const std::vector<model::Server>& rows) {
  std::vector<model::ServerPair> pairs;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      const model::Server& first = rows[i];
      const model::Server& second = rows[j];
      if (!first.offset_s.known() || !second.offset_s.known()) continue;
      model::ServerPair pair;
      pair.first = first.address;
      pair.second = second.address;
      // At one instant where both have a fit, else each at its best exchange.
      pair.offset_s = offset_at_end(first) - offset_at_end(second);
      if (has_interval(first) && has_interval(second)) {
        const double apart = rate_of(first).value - rate_of(second).value;
        pair.rate_ppm = apart;
        pair.standard_errors =
            std::abs(apart) / std::hypot(rate_of(first).error, rate_of(second).error);
      } else {
        const std::string reason = "the rate against one of them is not known";
        pair.rate_ppm = model::Fact<double>::unknown(reason);
        pair.standard_errors = model::Fact<double>::unknown(reason);
      }
      pairs.push_back(std::move(pair));
    }
  }
  return pairs;
}

}  // namespace guestclock::measure
