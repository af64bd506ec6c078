// Which of two receive stamps to use: the kernel's (closer to the wire) or our own.
//
// The kernel's stamp is taken on CLOCK_REALTIME and carried over to the time base. Under a
// fake-time library, in a container with a faked clock, or while REALTIME is being set, that lands
// anywhere; a user-space stamp is merely late.
#pragma once

#include <optional>

#include "base/units.h"

namespace guestclock::measure {

/// One run's trust in kernel stamps: it ends with the first one that lies outside its exchange, and
/// for exchanges already made too (receive_stamp is asked after the run).
class ReceiveStamps {
 public:
  /// An answer arrived. `sent` was read before the request left, `user` after the receive call
  /// returned; an honest kernel stamp lies between them.
  void observe(Nanoseconds sent, std::optional<Nanoseconds> kernel, Nanoseconds user) {
    if (kernel && (*kernel < sent || *kernel > user)) believed_ = false;
  }

  [[nodiscard]] bool believed() const { return believed_; }

  /// t4 of an exchange, once all of the run's answers were observed.
  [[nodiscard]] Nanoseconds receive_stamp(std::optional<Nanoseconds> kernel,
                                          Nanoseconds user) const {
    return believed_ && kernel ? *kernel : user;
  }

 private:
  bool believed_ = true;
};

}  // namespace guestclock::measure
