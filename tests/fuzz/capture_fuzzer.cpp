// What goes into a capture, and its list of what could not be read.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "system/redaction.h"
#include "system/unread_files.h"

namespace {

namespace system = guestclock::system;

/// A path for each kind of file that is redacted in a way of its own.
constexpr auto kPaths = std::to_array<std::string_view>(
    {"/boot/grub/grub.cfg", "/sys/class/dmi/id/product_uuid", "/sys/class/dmi/id/board_serial",
     "/sys/class/dmi/id/chassis_asset_tag", "/proc/1/environ", "/etc/hostname", "/etc/crontab",
     "/proc/device-tree/serial-number", "/facts.json", "/dmesg.txt"});

system::Redaction fresh() {
  return {"web1.example.com", {"OracleCloud.com", "VMware"}};
}

void check(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string_view path = kPaths.at(data[0] % kPaths.size());
  system::Redaction redaction = fresh();
  const std::string once = redaction.bytes(path, text);
  // A capture of a capture is the same, and one run redacts all files alike.
  check(redaction.bytes(path, once) == once);
  check(fresh().bytes(path, once) == once);
  check(fresh().path(fresh().path(text)) == fresh().path(text));
  for (const auto& [unread, why] : system::parse_unread(text))
    check(unread.starts_with('/') && !system::to_string(why).empty());
  return 0;
}
