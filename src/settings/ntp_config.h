// NTP daemons' configuration files, as far as this tool must know them: who is asked for the time,
// and whether the undisciplined LOCAL clock is served. Text in, facts out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace guestclock::settings {

struct NtpConfig {
  std::vector<std::string> servers;      ///< HOST or HOST:PORT in file order, each once
  std::vector<std::string> local_clock;  ///< "file:line: text" of 127.127.1.x server lines
  std::vector<std::string> includes;     ///< files and directories the text refers to, as written
};

/// ntp.conf (ntpd, ntpsec): server, peer, pool; reference clocks 127.127.t.u are no servers.
[[nodiscard]] NtpConfig parse_ntp_conf(std::string_view path, std::string_view text);
/// chrony.conf and its *.conf, *.sources: server, peer, pool with `port N`; include, confdir,
/// sourcedir as `includes`.
[[nodiscard]] NtpConfig parse_chrony_conf(std::string_view path, std::string_view text);
/// timesyncd.conf: NTP= in [Time]; an empty value clears what came before.
[[nodiscard]] NtpConfig parse_timesyncd_conf(std::string_view path, std::string_view text);
/// ntpd.conf of OpenNTPD: server and servers.
[[nodiscard]] NtpConfig parse_openntpd_conf(std::string_view path, std::string_view text);

}  // namespace guestclock::settings
