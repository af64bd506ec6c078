#include "settings/ntp_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "settings/config_lines.h"
#include "settings/ini_settings.h"

namespace guestclock::settings {
namespace {

using Words = std::vector<std::string>;

void add_server(NtpConfig& config, std::string server) {
  if (std::find(config.servers.begin(), config.servers.end(), server) == config.servers.end()) {
    config.servers.push_back(std::move(server));
  }
}

constexpr std::string_view kChronyLocal = "local";

/// Remembers the stratum that `line` gives to `unit`, where it gives one.
void note_stratum(NtpConfig& config, const std::string& unit, const Words& line) {
  constexpr std::int64_t kUnsynchronised = 16;
  const std::string* const text = option_value(line, "stratum");
  if (text == nullptr) return;
  const auto stratum = parse_int(*text);
  if (stratum && *stratum >= 0 && *stratum <= kUnsynchronised) config.local_strata[unit] = *stratum;
}

}  // namespace

std::optional<std::int64_t> local_stratum(const NtpConfig& config) {
  constexpr std::int64_t kLocalDriverDefault = 5;
  std::optional<std::int64_t> best;
  for (const std::string& unit : config.local_units) {
    const auto given = config.local_strata.find(unit);
    const std::int64_t otherwise = unit == kChronyLocal ? kChronyLocalStratum : kLocalDriverDefault;
    const std::int64_t stratum = given != config.local_strata.end() ? given->second : otherwise;
    if (!best || stratum < *best) best = stratum;
  }
  return best;
}

NtpConfig parse_ntp_conf(std::string_view path, std::string_view text) {
  NtpConfig config;
  for_each_directive(text, "#", [&](std::size_t number, const Words& line) {
    if (line.size() < 2) return;
    if (line[0] == "includefile") config.includes.push_back(line[1]);
    if (line[0] == "fudge" && line[1].starts_with(kLocalDriver)) {
      note_stratum(config, line[1], line);
    }
    if (!asks_a_server(line[0])) return;
    const auto host = address_of_ntp_line(line);
    if (host == line.end()) return;
    if (host->starts_with(kLocalDriver)) {
      config.local_units.push_back(*host);
      config.local_clock.push_back(line_in_words(path, number, line));
    } else if (!host->starts_with(kReferenceClocks)) {
      add_server(config, *host);
    }
  });
  return config;
}

NtpConfig parse_chrony_conf(std::string_view, std::string_view text) {
  NtpConfig config;
  for_each_directive(text, "#!;%", [&](std::size_t, const Words& line) {
    const std::string directive = lower(line[0]);
    if (directive == kChronyLocal) {
      config.local_units.emplace_back(kChronyLocal);
      note_stratum(config, std::string(kChronyLocal), line);
    }
    if (line.size() < 2) return;
    if (directive == "include" || directive == "confdir" || directive == "sourcedir") {
      config.includes.insert(config.includes.end(), line.begin() + 1, line.end());
    } else if (asks_a_server(directive)) {
      const std::string* const port = option_value(line, "port");
      const bool bare_ipv6 = line[1].find(':') != std::string::npos;
      if (port == nullptr) {
        add_server(config, line[1]);
      } else {
        add_server(config, bare_ipv6 ? fmt::format("[{}]:{}", line[1], *port)
                                     : fmt::format("{}:{}", line[1], *port));
      }
    }
  });
  return config;
}

NtpConfig parse_timesyncd_conf(std::string_view, std::string_view text) {
  NtpConfig config;
  for (const IniSetting& setting : ini_settings(text)) {
    if (setting.section != "Time" || setting.key != "NTP") continue;
    const Words servers = words(setting.value);
    if (servers.empty()) config.servers.clear();
    for (const std::string& server : servers)
      add_server(config, server);
  }
  return config;
}

NtpConfig parse_openntpd_conf(std::string_view, std::string_view text) {
  NtpConfig config;
  for_each_directive(text, "#", [&](std::size_t, const Words& line) {
    if (line.size() < 2) return;
    if (line[0] == "server" || line[0] == "servers") add_server(config, line[1]);
    if (line[0] == "listen" && line[1] == "on" && line.size() >= 3) {
      config.serves = config.serves || (line[2] != "127.0.0.1" && line[2] != "::1");
    }
  });
  return config;
}

}  // namespace guestclock::settings
