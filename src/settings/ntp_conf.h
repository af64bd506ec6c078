// ntp.conf of ntpd and ntpsec: what it says of sources, large errors and clients.
#pragma once

#include <string_view>

#include "model/facts.h"
#include "settings/include_handler.h"

namespace guestclock::settings {

class NtpConfReader {
 public:
  /// Files in the order in which ntpd reads them; `include` is called where the text takes in
  /// another file. Lines that ntpd would not understand are passed over.
  void read(std::string_view path, std::string_view text, const IncludeHandler& include = {});
  [[nodiscard]] model::NtpConf result() &&;

 private:
  using Words = std::vector<std::string>;

  void source(const Words& line, const std::string& shown);
  void tinker(const Words& line);
  void restriction(const Words& line, const std::string& shown);

  model::NtpConf conf_;
  std::int64_t sources_ = 0;
  bool refuses_ipv4_ = false;
  bool admits_a_network_ = false;
};

}  // namespace guestclock::settings
