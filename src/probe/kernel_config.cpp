#include "probe/kernel_config.h"

#include <array>

#include <zlib.h>

#include "base/text.h"

namespace guestclock::probe {
namespace {

constexpr std::size_t kPackedStart = std::size_t{4} << 10U;

/// Reads a configuration line by line, until all is known that is asked for.
class ConfigLines {
 public:
  explicit ConfigLines(std::optional<std::int64_t> hz = std::nullopt) { config_.hz = hz; }

  /// False where nothing that follows could change the result.
  bool add(std::string_view line) {
    // Most lines are comments and other settings.
    constexpr std::string_view kHz = "CONFIG_HZ=";
    seen_any_ = seen_any_ || line.starts_with("CONFIG_");
    if (line.starts_with(kHz)) config_.hz = parse_int(trim(line.substr(kHz.size())));
    if (!line.starts_with("CONFIG_NO_HZ")) return !(tickless_ && config_.hz);
    const std::string_view setting = trim(line);
    tickless_ = tickless_ || setting == "CONFIG_NO_HZ=y" || setting == "CONFIG_NO_HZ_IDLE=y" ||
                setting == "CONFIG_NO_HZ_FULL=y";
    return !(tickless_ && config_.hz);
  }

  [[nodiscard]] KernelConfig result() const {
    KernelConfig config = config_;
    if (seen_any_) config.tickless = tickless_;
    return config;
  }

 private:
  KernelConfig config_;
  bool seen_any_ = false;
  bool tickless_ = false;
};

/// Whole lines of `text` go to `lines`; what follows the last newline stays in `text`. False as
/// add().
bool add_whole_lines(std::string& text, ConfigLines& lines) {
  std::size_t start = 0;
  for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    if (!lines.add(std::string_view(text).substr(start, end - start))) return false;
  }
  text.erase(0, start);
  return true;
}

/// Unpacks no more than it takes; a bomb stops at the limit. `malformed` where it is no gzip data,
/// or ends before all is known.
Result<KernelConfig> parse_packed(const std::string& packed, std::optional<std::int64_t> hz) {
  constexpr std::size_t kLimit = std::size_t{4} << 20U;
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) {
    return fail(ErrorCode::io, "zlib cannot start");
  }
  // zlib's interface is not const-correct: it does not write to its input.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  ConfigLines lines(hz);
  std::string text;
  std::array<char, 4096> buffer{};
  int state = Z_OK;
  bool more = true;
  while (more && state == Z_OK && stream.total_out < kLimit) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer.data(), buffer.size() - stream.avail_out);
    more = add_whole_lines(text, lines);
  }
  inflateEnd(&stream);
  if (more && state != Z_STREAM_END) return fail(ErrorCode::malformed, "no valid gzip data");
  if (more) lines.add(text);
  return lines.result();
}

}  // namespace

KernelConfig parse_kernel_config(std::string_view text) {
  ConfigLines config;
  for (const std::string_view line : lines(text)) {
    if (!config.add(line)) break;
  }
  return config.result();
}

Result<KernelConfig> read_kernel_config(const system::Files& files, const std::string& release,
                                        std::optional<std::int64_t> hz) {
  constexpr std::string_view kPacked = "/proc/config.gz";
  // What is asked for stands near the start: the rest is read only where it does not.
  if (const auto start = files.read_start(kPacked, kPackedStart)) {
    if (auto config = parse_packed(*start, hz)) return config;
    if (const auto packed = files.read(kPacked)) {
      if (auto config = parse_packed(*packed, hz)) return config;
    }
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
