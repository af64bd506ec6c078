#include "settings/ntp_conf.h"

#include "base/text.h"
#include "settings/config_lines.h"
#include "settings/server_owner.h"
#include "settings/source_polling.h"

namespace guestclock::settings {
namespace {

using Words = std::vector<std::string>;

/// What follows a '#' is a comment.
Words without_comment(const Words& line) {
  Words kept;
  for (const std::string& word : line) {
    const std::size_t sign = word.find('#');
    if (sign != 0) kept.push_back(word.substr(0, sign));
    if (sign != std::string::npos) break;
  }
  return kept;
}

/// An address that stands for more than one machine.
bool is_network(const std::string& address, const Words& line) {
  const std::string* const mask = option_value(line, "mask");
  if (mask != nullptr) return *mask != "255.255.255.255";
  const std::size_t slash = address.find('/');
  return slash != std::string::npos && address.substr(slash) != "/32" &&
         address.substr(slash) != "/128";
}

}  // namespace

void NtpConfReader::read(std::string_view path, std::string_view text,
                         const IncludeHandler& include) {
  conf_.files.emplace_back(path);
  for_each_directive(text, "#", [&](std::size_t number, const Words& written) {
    const Words line = without_comment(written);
    if (line.size() < 2) return;
    const std::string shown = line_in_words(path, number, line);
    if (asks_a_server(line[0])) source(line, shown);
    if (line[0] == "includefile" && include) include(line[1]);
    if (line[0] == "tinker") tinker(line);
    if (line[0] == "restrict") restriction(line, shown);
    const bool orphan = line[0] == "tos" && contains(line, "orphan");
    if (orphan || line[0] == "broadcast" || line[0] == "manycastserver") {
      keep_line(conf_.for_clients, shown);
    }
  });
}

void NtpConfReader::source(const Words& line, const std::string& shown) {
  constexpr std::int64_t kOfAPool = 4;
  const auto host = address_of_ntp_line(line);
  if (host == line.end()) return;
  if (host->starts_with(kLocalDriver) || line[0] == "peer") keep_line(conf_.for_clients, shown);
  if (host->starts_with(kLocalDriver)) return;
  const bool clock = host->starts_with(kReferenceClocks);
  if (clock || is_host_server(*host)) keep_line(conf_.host_sources, shown);
  if (!contains(line, "noselect")) sources_ += line[0] == "pool" ? kOfAPool : 1;
  if (clock) return;
  note_polling(*host, line, shown, conf_);
}

void NtpConfReader::tinker(const Words& line) {
  for (std::size_t i = 1; i + 1 < line.size(); i += 2) {
    const auto value = parse_number(line[i + 1]);
    if (!value) continue;
    if (line[i] == "panic") conf_.panic_s = *value;
    if (line[i] == "step") conf_.step_s = *value;
  }
}

void NtpConfReader::restriction(const Words& line, const std::string& shown) {
  const auto address = address_of_ntp_line(line);
  // "source": those whom this guest asks, not those who ask it.
  if (address == line.end() || *address == "source") return;
  if (contains(line, "notrust")) keep_line(conf_.notrust, shown);
  if (contains(line, "kod") && !contains(line, "limited")) keep_line(conf_.kod_unlimited, shown);

  const bool refuses = contains(line, "ignore") || contains(line, "noserve");
  const std::string* const mask = option_value(line, "mask");
  const bool everybody = *address == "default" || *address == "::" || *address == "0.0.0.0/0" ||
                         (*address == "0.0.0.0" && (mask == nullptr || *mask == "0.0.0.0"));
  if (everybody && refuses) {
    keep_line(conf_.refuses_all, shown);
    const bool only_ipv6 = line[1] == "-6" || line[1] == "ipv6" || *address == "::";
    refuses_ipv4_ = refuses_ipv4_ || !only_ipv6;
  } else if (!everybody && !refuses && is_network(*address, line)) {
    admits_a_network_ = admits_a_network_ || !address->starts_with("127.");
  }
}

model::NtpConf NtpConfReader::result() && {
  conf_.sources = sources_;
  if (!refuses_ipv4_ || admits_a_network_) conf_.refuses_all.clear();
  return std::move(conf_);
}

}  // namespace guestclock::settings
