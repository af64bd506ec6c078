// The small texts that probes read: release files, kernel configurations, NTP daemons' files.
#include <cstdint>
#include <string_view>
#include <utility>

#include "model/kernel_parameters.h"
#include "probe/distribution.h"
#include "probe/kernel_config.h"
#include "probe/timer_list.h"
#include "settings/chrony_conf.h"
#include "settings/ini_settings.h"
#include "settings/ntp_conf.h"
#include "settings/ntp_config.h"
#include "settings/shell_assignment.h"
#include "system/clock_command.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)guestclock::probe::parse_release_line(text);
  (void)guestclock::probe::os_release_value(text, "ID");
  (void)guestclock::probe::parse_kernel_config(text);
  (void)guestclock::probe::parse_timer_list(text);
  (void)guestclock::settings::local_stratum(guestclock::settings::parse_ntp_conf("f", text));
  (void)guestclock::settings::local_stratum(guestclock::settings::parse_chrony_conf("f", text));
  (void)guestclock::settings::parse_timesyncd_conf("f", text);
  (void)guestclock::settings::parse_openntpd_conf("f", text);
  guestclock::settings::NtpConfReader ntp;
  ntp.read("f", text);
  (void)std::move(ntp).result();
  guestclock::settings::ChronyConfReader chrony;
  chrony.read("f", text);
  (void)std::move(chrony).result();
  const bool sets_clock = guestclock::system::clock_command(text).has_value();
  if (sets_clock && !guestclock::system::may_hold_clock_command(text)) __builtin_trap();
  (void)guestclock::settings::ini_settings(text);
  (void)guestclock::settings::shell_assignment(text, "ntpd_enable");
  for (const auto& token : guestclock::model::split_parameters(text)) {
    if (guestclock::model::parameter_key(token).size() > token.size()) __builtin_trap();
  }
  return 0;
}
