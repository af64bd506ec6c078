// What time daemons and their programs say: any bytes parse to something, or to an Error, and what
// comes out can be judged.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "measure/chrony_report.h"
#include "measure/daemon_judgement.h"
#include "measure/ntp_control.h"
#include "measure/timesync_report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace guestclock;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr Nanoseconds kNow = std::chrono::seconds(1'795'392'000);
  auto sources = measure::parse_chrony_sources(text);
  for (auto told : {measure::parse_chrony_tracking(text, kNow), measure::parse_timesync(text, kNow),
                    measure::daemon_of(measure::parse_control_variables(text))}) {
    if (!told) continue;
    if (sources) told->sources = *sources;
    for (const char* const name : {"chronyd", "ntpd", "systemd-timesyncd"}) {
      told->name = name;
      measure::judge_daemon(*told);
    }
  }

  const measure::ControlVariables variables = measure::parse_control_variables(text);
  for (const auto& association : measure::parse_control_associations(text)) {
    if (measure::source_of(association, variables, variables).state.empty()) std::abort();
  }

  // Datagrams of 64 bytes, made to answer the request so that their rest is looked at.
  const measure::ControlRequest request{measure::ControlRequest::Operation::read_variables, 1, 1};
  measure::ControlAnswer answer(request);
  for (std::span<const std::uint8_t> rest(data, size); !rest.empty();) {
    const std::size_t length = std::min<std::size_t>(rest.size(), 64);
    const auto part = rest.first(length);
    std::vector<std::uint8_t> datagram(part.begin(), part.end());
    if (length >= measure::kControlHeaderBytes) {
      const auto header = measure::encode(request);
      std::copy(header.begin(), header.begin() + 1, datagram.begin());
      datagram[1] = static_cast<std::uint8_t>(0x82U | (datagram[1] & 0x20U));
      std::copy(header.begin() + 2, header.begin() + 4, datagram.begin() + 2);
      std::copy(header.begin() + 6, header.begin() + 8, datagram.begin() + 6);
    }
    if (!answer.add(datagram)) break;
    if (answer.complete() && answer.text().size() > 65536) std::abort();
    rest = rest.subspan(length);
  }
  return 0;
}
