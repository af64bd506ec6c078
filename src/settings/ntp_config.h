// NTP daemons' configuration files, as far as this tool must know them: who is asked for the time,
// and whether the undisciplined LOCAL clock is served. Text in, facts out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::settings {

struct NtpConfig {
  std::vector<std::string> servers;      ///< HOST or HOST:PORT in file order, each once
  std::vector<std::string> local_clock;  ///< "file:line: text" of 127.127.1.x server lines
  std::vector<std::string> local_units;  ///< 127.127.1.x asked as servers; "local" of chrony
  std::map<std::string, std::int64_t> local_strata;  ///< by unit, where a line gives it
  bool serves = false;                ///< OpenNTPD: it listens for clients of other machines
  std::vector<std::string> includes;  ///< files and directories the text refers to, as written
};

/// The best stratum at which an undisciplined clock is served; ntpd's LOCAL driver has 5 and
/// chrony's `local` 10 where no line says otherwise. Nothing where none is served.
[[nodiscard]] std::optional<std::int64_t> local_stratum(const NtpConfig& config);

/// ntp.conf (ntpd, ntpsec): server, peer, pool; reference clocks 127.127.t.u are no servers.
/// `fudge` gives the LOCAL clock its stratum.
[[nodiscard]] NtpConfig parse_ntp_conf(std::string_view path, std::string_view text);
/// chrony.conf and its *.conf, *.sources: server, peer, pool with `port N`; `local` with its
/// stratum; include, confdir, sourcedir as `includes`.
[[nodiscard]] NtpConfig parse_chrony_conf(std::string_view path, std::string_view text);
/// timesyncd.conf: NTP= in [Time]; an empty value clears what came before.
[[nodiscard]] NtpConfig parse_timesyncd_conf(std::string_view path, std::string_view text);
/// ntpd.conf of OpenNTPD: server and servers, listen on.
[[nodiscard]] NtpConfig parse_openntpd_conf(std::string_view path, std::string_view text);

}  // namespace guestclock::settings
