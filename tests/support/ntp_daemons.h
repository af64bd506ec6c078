// Real NTP daemons as servers for tests: on loopback addresses, and none of them sets a clock.
#pragma once

#include <memory>
#include <string>

#include "support/program.h"
#include "support/scratch_directory.h"

namespace guestclock::support {

/// A UDP port of 127.0.0.1 that nobody used a moment ago.
[[nodiscard]] std::string free_port();

/// Path of the program that `bootstrap` unpacked, else of the one that is installed.
[[nodiscard]] std::string chronyd();
[[nodiscard]] std::string ntpd();

/// A chronyd that only serves (-x); `lines` say where its time comes from.
class Chronyd {
 public:
  Chronyd(const ScratchDirectory& scratch, const std::string& name, const std::string& lines);

  [[nodiscard]] std::string name() const { return "127.0.0.1:" + port_; }
  /// A line that makes another chronyd follow this one as fast as it can.
  [[nodiscard]] std::string as_source() const;

 private:
  std::string port_;
  std::unique_ptr<Running> server_;
};

/// ntpsec's ntpd at port 123 of one address, in a network namespace of the test's own. It tries to
/// set the clock when it starts; without that capability, which it is denied, it cannot.
class Ntpd {
 public:
  Ntpd(const ScratchDirectory& scratch, const std::string& name, const std::string& address,
       const std::string& lines);

  [[nodiscard]] const std::string& name() const { return address_; }

 private:
  std::string address_;
  std::unique_ptr<Running> server_;
};

}  // namespace guestclock::support
