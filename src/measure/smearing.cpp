#include "measure/smearing.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::measure {
namespace {

/// HOST of HOST:PORT and of [IPv6]:PORT, as the table writes it.
std::string host_of(std::string_view address) {
  std::string host(address.substr(0, address.rfind(':')));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.ends_with('.')) host.pop_back();
  std::transform(host.begin(), host.end(), host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return host;
}

const tables::SmearingRow* row_of(const model::Server& server,
                                  std::span<const tables::SmearingRow> known) {
  const std::string asked = host_of(server.address);
  const std::string led_to = server.endpoint.known() ? host_of(server.endpoint.value()) : "";
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& row) {
    return contains(row.names, asked) || contains(row.names, led_to);
  });
  return found == known.end() ? nullptr : &*found;
}

}  // namespace

void note_smearing(std::vector<model::Server>& rows, std::span<const tables::SmearingRow> known) {
  std::vector<std::string> others;
  for (const model::Server& row : rows) {
    if (row.received > 0 && row_of(row, known) == nullptr) others.push_back(row.address);
  }
  for (model::Server& row : rows) {
    const tables::SmearingRow* const smearing = row.received > 0 ? row_of(row, known) : nullptr;
    if (smearing == nullptr) continue;
    std::string reason = "it smears leap seconds, " + smearing->how;
    if (!others.empty()) {
      reason += fmt::format(
          ": around one it is up to a second from {}, which are not known to do so. Ask servers of "
          "one kind only",
          join(others, ", "));
    }
    row.reasons.push_back(std::move(reason));
  }
}

}  // namespace guestclock::measure
