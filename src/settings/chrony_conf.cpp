#include "settings/chrony_conf.h"

#include <algorithm>

#include "base/text.h"
#include "settings/config_lines.h"
#include "settings/server_owner.h"
#include "settings/source_polling.h"

namespace guestclock::settings {
namespace {

constexpr std::int64_t kWorst = 15;
constexpr std::int64_t kMaxsourcesDefault = 4;
constexpr std::int64_t kMaxsourcesMost = 16;

std::optional<std::int64_t> number_of(const std::vector<std::string>& line,
                                      std::string_view option) {
  const std::string* const text = option_value(line, option);
  return text != nullptr ? parse_int(*text) : std::nullopt;
}

bool takes_in_files(std::string_view directive) {
  return directive == "include" || directive == "confdir" || directive == "sourcedir";
}

bool is_loopback(std::string_view subnet) {
  return subnet.starts_with("127.") || subnet == "127" || subnet.starts_with("127/") ||
         subnet == "::1" || subnet == "::1/128";
}

}  // namespace

void ChronyConfReader::read(std::string_view path, std::string_view text,
                            const IncludeHandler& include) {
  conf_.files.emplace_back(path);
  for_each_directive(text, "#!;%", [&](std::size_t number, const Words& written) {
    Words line = written;
    line[0] = lower(line[0]);
    const std::string shown = line_in_words(path, number, line);
    if (line.size() >= 2 && asks_a_server(line[0])) source(line, shown);
    correction(line);
    if (include && takes_in_files(line[0])) {
      std::for_each(line.begin() + 1, line.end(), include);
    }
    if (line[0] == "refclock") {
      keep_line(conf_.host_sources, shown);
      if (!contains(line, "noselect")) ++sources_;
    } else if (line[0] == "local") {
      conf_.local_stratum = std::clamp(number_of(line, "stratum").value_or(kChronyLocalStratum),
                                       std::int64_t{1}, kWorst);
    } else if (line[0] == "rtcsync") {
      conf_.rtcsync = true;
    } else if (line[0] == "allow") {
      if (!is_loopback(line.back())) keep_line(conf_.allow, shown);
    } else if (line[0] == "port") {
      no_port_ = line.size() == 2 && line[1] == "0";
    }
  });
}

void ChronyConfReader::source(const Words& line, const std::string& shown) {
  const std::string& host = line[1];
  if (is_host_server(host)) keep_line(conf_.host_sources, shown);
  if (!contains(line, "noselect")) {
    sources_ += line[0] == "pool"
                    ? std::clamp(number_of(line, "maxsources").value_or(kMaxsourcesDefault),
                                 std::int64_t{1}, kMaxsourcesMost)
                    : 1;
  }
  note_polling(host, line, shown, conf_);
}

void ChronyConfReader::correction(const Words& line) {
  if (line[0] == "makestep" && line.size() == 3) {
    const auto threshold = parse_number(line[1]);
    const auto updates = parse_int(line[2]);
    if (!threshold || !updates) return;
    conf_.makestep_s = *threshold;
    conf_.makestep_updates = *updates;
  } else if (line[0] == "maxchange" && line.size() == 4) {
    const auto ignored = parse_int(line[3]);
    if (ignored) conf_.maxchange_ignored = *ignored;
  }
}

model::ChronyConf ChronyConfReader::result() && {
  conf_.sources = sources_;
  if (no_port_) conf_.allow.clear();
  return std::move(conf_);
}

}  // namespace guestclock::settings
