// What the estimator is compared with, on the same exchanges.
#pragma once

#include <span>

#include "model/measurements.h"
#include "sim/network.h"

namespace guestclock::sim {

/// Ordinary least squares on the offsets. As all here: the local rate error (gain per true second).
[[nodiscard]] double least_squares(std::span<const model::Exchange> exchanges);

/// chrony's rule, in our words: the last 64 exchanges; weights from half the round trip above its
/// minimum, 1 / (1 + excess / sd)^2 with sd = (median - minimum) / 0.7, at most the minimum;
/// weighted least squares; the oldest exchanges go until the signs of the residuals pass a runs
/// test at 5 %, at least 3 stay. (chrony 4.3, regress.c and sourcestats.c)
[[nodiscard]] double chrony_rule(std::span<const model::Exchange> exchanges);

/// The best that can be done on average (Pitman 1939): posterior mean under the true law with its
/// true parameters, both floors unknown. For the normal law least squares is as good, and simpler.
/// `guess` and `reach` (rate errors): where to look; the result lies well inside.
[[nodiscard]] double optimum(const Scenario& scenario, std::span<const model::Exchange> exchanges,
                             double guess, double reach);

}  // namespace guestclock::sim
