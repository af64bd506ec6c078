// Which of several servers to believe, and what they say together. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "measure/policy.h"
#include "model/measurements.h"

namespace guestclock::measure {

/// A number with the error that is believed of it. For rates `error` is a standard error; for
/// offsets the hard bound: half the round trip and the server's own root distance.
struct Claim {
  double value = 0;
  double error = 0;
};

/// What came of comparing claims; indices into them.
struct Verdicts {
  std::vector<std::size_t> believed;
  std::vector<std::size_t> rejected;  ///< never without a strict majority of all on the other side
  /// Some contradict each other and no majority tells which: nothing is known. `believed` is empty.
  bool split = false;
};

/// RFC 5905 section 11.2.1 (after Marzullo): the largest set of intervals value +- error that share
/// a point. Those outside are rejected when the set is a strict majority.
[[nodiscard]] Verdicts intersect_offsets(const std::vector<Claim>& offsets);

/// The same by value +- 3.5 errors +- slack; outside it a claim is rejected only when it is more
/// than 5 joint standard errors (and the slack) from the mean of the majority: a nearer one is
/// harmless, as it weighs little, and to drop it by chance would cost precision.
[[nodiscard]] Verdicts intersect_rates(const std::vector<Claim>& rates, double slack);

/// Weighted by 1 / error^2, its error inflated by sqrt(chi^2 / (K - 1)) where that is above 1.
/// `which` is not empty.
[[nodiscard]] Claim weighted_mean(const std::vector<Claim>& claims,
                                  const std::vector<std::size_t>& which);

/// Compares the usable servers among `rows`: turns rejected ones into falsetickers with a reason
/// and gives the drift by those believed. Two names of one address have one voice. Nothing where no
/// server is usable with a rate; unknown, with the reason, where they contradict each other and no
/// majority tells which is right.
[[nodiscard]] std::optional<model::Drift> agree(std::vector<model::Server>& rows,
                                                const DriftPolicy& policy);

/// How far each two servers that answered lie apart, in the order of the rows. Also those that are
/// not synchronised: their answers are time stamps all the same.
[[nodiscard]] std::vector<model::ServerPair> compare_pairs(const std::vector<model::Server>& rows);

}  // namespace guestclock::measure
