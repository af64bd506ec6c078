#include "probe/kernel_config.h"

#include <array>

#include <zlib.h>

#include "base/text.h"

namespace guestclock::probe {
namespace {

/// gzip data as text; a bomb stops at the limit.
Result<std::string> gunzip(const std::string& packed) {
  constexpr std::size_t kLimit = std::size_t{4} << 20U;
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) {
    return fail(ErrorCode::io, "zlib cannot start");
  }
  // zlib's interface is not const-correct: it does not write to its input.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  std::array<char, 16384> buffer{};
  int state = Z_OK;
  while (state == Z_OK && text.size() < kLimit) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) return fail(ErrorCode::malformed, "no valid gzip data");
  return text;
}

}  // namespace

KernelConfig parse_kernel_config(std::string_view text) {
  KernelConfig config;
  bool seen_any = false;
  bool tickless = false;
  for (const std::string_view line : lines(text)) {
    if (line.starts_with("CONFIG_")) seen_any = true;
    if (line.starts_with("CONFIG_HZ=")) config.hz = parse_int(trim(line.substr(10)));
    const std::string_view setting = trim(line);
    tickless = tickless || setting == "CONFIG_NO_HZ=y" || setting == "CONFIG_NO_HZ_IDLE=y" ||
               setting == "CONFIG_NO_HZ_FULL=y";
  }
  if (seen_any) config.tickless = tickless;
  return config;
}

Result<KernelConfig> read_kernel_config(const system::Files& files, const std::string& release) {
  if (const auto packed = files.read("/proc/config.gz")) {
    if (const auto text = gunzip(*packed)) return parse_kernel_config(*text);
  }
  if (release.empty() || release.find('/') != std::string::npos) {
    return fail(ErrorCode::not_found, "the kernel's release is not known");
  }
  for (const std::string& path :
       {"/boot/config-" + release, "/lib/modules/" + release + "/config"}) {
    if (const auto text = files.read(path)) return parse_kernel_config(*text);
  }
  return fail(ErrorCode::not_found,
              "no build configuration of kernel " + release + " in /proc/config.gz or /boot");
}

}  // namespace guestclock::probe
