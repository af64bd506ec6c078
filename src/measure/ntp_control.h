// ntpd's control protocol, what ntpq speaks (mode 6: RFC 1305 appendix B, RFC 9327): packets in and
// out, lists of variables, associations. Pure: no clock, no socket, hostile bytes welcome.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/measurements.h"

namespace guestclock::measure {

inline constexpr std::size_t kControlHeaderBytes = 12;

struct ControlRequest {
  enum class Operation : std::uint8_t { read_status = 1, read_variables = 2 };

  Operation operation = Operation::read_variables;
  std::uint16_t association = 0;  ///< 0: the daemon itself
  std::uint16_t sequence = 0;
};

[[nodiscard]] std::array<std::uint8_t, kControlHeaderBytes> encode(const ControlRequest& request);

/// The answer to one request, put together from its fragments in whatever order they come.
class ControlAnswer {
 public:
  explicit ControlAnswer(const ControlRequest& request) : request_(request) {}

  /// Takes a datagram; one that answers another request, or nothing at all, is left aside. Fails
  /// where the daemon answers with an error.
  [[nodiscard]] Result<void> add(std::span<const std::uint8_t> datagram);
  [[nodiscard]] bool complete() const;
  [[nodiscard]] std::uint16_t status() const { return status_; }
  /// Only where complete(): at most 64 KiB.
  [[nodiscard]] std::string text() const;

 private:
  ControlRequest request_;
  std::uint16_t status_ = 0;
  std::map<std::size_t, std::string> fragments_;  ///< by their offset
  bool last_came_ = false;
  std::size_t end_ = 0;  ///< of the last one
};

using ControlVariables = std::map<std::string, std::string, std::less<>>;

/// "name=value, name="a, b", ...", over lines; the first 256. ntpsec 1.2.2 sends uninitialised
/// bytes in its filt lists: values are taken as they are.
[[nodiscard]] ControlVariables parse_control_variables(std::string_view text);

struct ControlAssociation {
  std::uint16_t id = 0;
  std::uint16_t status = 0;  ///< the peer status word: bits 8 to 10 say how it is selected
};

/// The answer of read_status to association 0: four bytes each; the first 64.
[[nodiscard]] std::vector<ControlAssociation> parse_control_associations(std::string_view text);

/// The daemon's own variables in the model's words. Its times are milliseconds, its frequency what
/// it adds to the clock. Verdict, reasons and sources are left empty. Fails without stratum and
/// leap.
[[nodiscard]] Result<model::LocalDaemon> daemon_of(const ControlVariables& system);

/// The entry that a `pool` line leaves in the list beside the servers found by it: no source.
[[nodiscard]] bool is_pool_entry(const ControlVariables& peer);

/// One association. `system` has the daemon's time, for the age of its last answer.
[[nodiscard]] model::DaemonSource source_of(const ControlAssociation& association,
                                            const ControlVariables& peer,
                                            const ControlVariables& system);

}  // namespace guestclock::measure
