// How well servers that err are told from good ones, over many seeds.
#pragma once

#include <cstdint>
#include <vector>

namespace guestclock::sim {

/// Servers behind LAN and WAN paths in turn (Lomax waits, 64 exchanges a minute); the second,
/// behind a WAN, gains `off_ppm`. Shares in 0 to 1, root mean square errors in ppm.
struct AgreementScore {
  int servers = 0;
  double off_ppm = 0;
  double bad_rejected = 0;
  double good_rejected = 0;   ///< of the good servers
  double undecided = 0;       ///< runs in which no majority was found
  double narrowest_ppm = 0;   ///< error of the narrowest interval alone
  double all_ppm = 0;         ///< of the weighted mean of all
  double agreed_ppm = 0;      ///< of what is reported
  double agreed_covered = 0;  ///< by its 95 % interval
};

/// One score for each number of servers (two or more) and each error, on the same exchanges. `runs`
/// seeds from `first_seed` on.
[[nodiscard]] std::vector<AgreementScore> evaluate_agreement(const std::vector<int>& servers,
                                                             const std::vector<double>& off_ppm,
                                                             int runs, std::uint64_t first_seed);

}  // namespace guestclock::sim
