#include "sim/several_servers.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include "measure/drift.h"
#include "measure/server_agreement.h"
#include "sim/evaluation.h"
#include "sim/network.h"

namespace guestclock::sim {
namespace {

constexpr std::size_t kBad = 1;
constexpr double kPpm = 1e-6;
constexpr double kNormal95 = 1.96;

measure::DriftPolicy policy() {
  measure::DriftPolicy policy;
  policy.few_samples = 10;
  policy.wide_ppm = 5;
  policy.systematic_ppm = 0.005;
  policy.agreement_slack_ppm = 0.02;
  return policy;
}

Scenario path_of(std::size_t server) {
  const std::vector<Scenario> all = stationary_scenarios(64);
  const auto lomax = [](const Scenario& one) { return one.law == Law::lomax; };
  return server % 2 == 0 ? *std::find_if(all.begin(), all.end(), lomax)
                         : *std::find_if(all.rbegin(), all.rend(), lomax);
}

/// As `measure` would report the server; the true rate is 0.
model::Server row_of(std::size_t server, std::uint64_t seed) {
  const Scenario path = path_of(server);
  const Run run = simulate(path, seed);
  model::Server row;
  row.address = "server" + std::to_string(server);
  row.verdict = "usable";
  row.offset_s = 0.0;
  model::Drift drift = measure::fit_drift(run.exchanges).drift;
  const double truth = run.rate_error / kPpm;
  drift.rate_error_ppm = drift.rate_error_ppm.value() - truth;
  const model::Interval interval = drift.ci95_ppm.value();
  drift.ci95_ppm = model::Interval{interval.low - truth, interval.high - truth};
  drift.offset_s = 0.0;
  drift.offset_bound_s = path.floor_s;
  row.drift = drift;
  return row;
}

void gain(model::Server& row, double ppm) {
  model::Drift drift = row.drift.value();
  // Against a server that gains, this guest seems to lose.
  drift.rate_error_ppm = drift.rate_error_ppm.value() - ppm;
  const model::Interval interval = drift.ci95_ppm.value();
  drift.ci95_ppm = model::Interval{interval.low - ppm, interval.high - ppm};
  row.drift = drift;
}

measure::Claim claim_of(const model::Server& row) {
  const model::Drift& drift = row.drift.value();
  return {drift.rate_error_ppm.value(), drift.ci95_ppm.value().half_width() / kNormal95};
}

void add_run(std::vector<model::Server> rows, double share, AgreementScore& score) {
  std::vector<measure::Claim> claims;
  for (const model::Server& row : rows)
    claims.push_back(claim_of(row));
  std::vector<std::size_t> all(rows.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto narrowest = std::min_element(
      claims.begin(), claims.end(),
      [](const measure::Claim& a, const measure::Claim& b) { return a.error < b.error; });
  score.narrowest_ppm += share * narrowest->value * narrowest->value;
  const double mean = measure::weighted_mean(claims, all).value;
  score.all_ppm += share * mean * mean;

  const std::optional<model::Drift> agreed = measure::agree(rows, policy());
  if (!agreed || !agreed->rate_error_ppm.known()) {
    score.undecided += share;
    return;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].verdict != "falseticker") continue;
    if (i == kBad && score.off_ppm != 0) {
      score.bad_rejected += share;
    } else {
      score.good_rejected += share / static_cast<double>(rows.size());
    }
  }
  const model::Interval interval = agreed->ci95_ppm.value();
  const double error = agreed->rate_error_ppm.value();
  score.agreed_ppm += share * error * error;
  if (interval.low <= 0 && 0 <= interval.high) score.agreed_covered += share;
}

}  // namespace

std::vector<AgreementScore> evaluate_agreement(const std::vector<int>& servers,
                                               const std::vector<double>& off_ppm, int runs,
                                               std::uint64_t first_seed) {
  std::vector<AgreementScore> scores;
  for (const int count : servers) {
    for (const double off : off_ppm) {
      AgreementScore score;
      score.servers = count;
      score.off_ppm = off;
      scores.push_back(score);
    }
  }
  const auto most = static_cast<std::size_t>(*std::max_element(servers.begin(), servers.end()));
  for (int run = 0; run < runs; ++run) {
    std::vector<model::Server> rows;
    for (std::size_t i = 0; i < most; ++i)
      rows.push_back(row_of(i, first_seed + static_cast<std::uint64_t>(run) * most + i));
    for (AgreementScore& score : scores) {
      std::vector<model::Server> some(rows.begin(), rows.begin() + score.servers);
      gain(some[kBad], score.off_ppm);
      add_run(std::move(some), 1.0 / runs, score);
    }
  }
  for (AgreementScore& score : scores) {
    const double decided = std::max(1 - score.undecided, 0.5 / runs);  // 0 over 0 is 0
    score.narrowest_ppm = std::sqrt(score.narrowest_ppm);
    score.all_ppm = std::sqrt(score.all_ppm);
    score.agreed_ppm = std::sqrt(score.agreed_ppm / decided);
    score.agreed_covered /= decided;
  }
  return scores;
}

}  // namespace guestclock::sim
