// The detector on a machine each of whose files, variables and CPUID dumps is what the fuzzer says:
// DMI text, device tree strings, cgroups, cpuinfo, process status, kernel log.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "probe/clock_events.h"
#include "probe/cpuid_blocks.h"
#include "probe/virtualization.h"
#include "system/captured_cpuid.h"
#include "system/captured_dmi.h"
#include "system/captured_sysctl.h"
#include "system/recorded_machine.h"

namespace {

namespace system = guestclock::system;
using guestclock::Result;

/// Every path is a file with the same text, a link to it, and a directory of its lines.
class OneText final : public system::Files {
 public:
  explicit OneText(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] Result<std::string> read(std::string_view /*path*/,
                                         std::size_t limit) const override {
    return text_.substr(0, limit);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view /*path*/) const override {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < text_.size() && names.size() < 64; at += 12)
      names.push_back(text_.substr(at, 12));
    return names;
  }
  [[nodiscard]] Result<system::FileStatus> status(std::string_view /*path*/) const override {
    return system::FileStatus{};
  }
  [[nodiscard]] Result<system::FileStatus> link_status(std::string_view path) const override {
    return status(path);
  }
  [[nodiscard]] Result<std::string> read_link(std::string_view /*path*/) const override {
    return text_.substr(0, 64);
  }
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override {
    return std::string(path);
  }
  [[nodiscard]] Result<system::FileMetadata> metadata(std::string_view /*path*/) const override {
    return system::FileMetadata{};
  }

 private:
  std::string text_;
};

const guestclock::tables::Hypervisors& table() {
  static const guestclock::tables::Hypervisors kTable =
      guestclock::tables::load({}).value().hypervisors;
  return kTable;
}

system::RecordedMachine machine_of(const std::string& text, std::uint8_t kind) {
  static constexpr std::array<const char*, 6> kArchitectures{"x86_64", "aarch64", "ppc64le",
                                                             "s390x",  "sparc64", ""};
  system::Recording recording;
  recording.files = std::make_unique<OneText>(text);
  recording.sysctl = std::make_unique<system::CapturedSysctl>(text);
  if (auto leaves = system::parse_cpuid_dump(text)) {
    recording.cpuid = std::make_unique<system::CapturedCpuid>(std::move(*leaves));
  } else if (auto signature = system::parse_cpuid_signature(text)) {
    recording.cpuid = std::make_unique<system::CapturedCpuid>(std::move(*signature));
  }
  recording.kernel = system::KernelName{"linux", text.substr(0, 40), kArchitectures.at(kind % 6)};
  return {"/", std::move(recording)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  (void)system::dmi_files_from_dmidecode(text);
  (void)guestclock::probe::parse_clock_events(text);
  const system::RecordedMachine machine = machine_of(text, data[0]);
  const auto seen = guestclock::probe::observe(machine, table());
  const auto found = guestclock::probe::judge_virtualization(seen, table(), {});
  for (const auto& item : found.evidence) {
    // Nothing of a hostile file reaches a report unescaped.
    if (item.value.find('\x1b') != std::string::npos || item.why.empty()) __builtin_trap();
  }
  return 0;
}
