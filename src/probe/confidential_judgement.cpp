#include "probe/confidential_judgement.h"

#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "probe/cpu_flags.h"

namespace guestclock::probe {
namespace {

using model::Fact;

// Hypervisor Top-Level Functional Specification: EBX of 0x40000003 and of 0x4000000C.
constexpr std::uint32_t kCpuManagement = 1U << 12U;
constexpr std::uint32_t kIsolation = 1U << 22U;
constexpr std::uint32_t kIsolationType = 0xf;
constexpr std::uint32_t kIsolatedBySnp = 2;
constexpr std::uint32_t kIsolatedByTdx = 3;

struct Answer {
  std::string word;
  model::Evidence evidence;
};

Answer answer(std::string word, std::string source, std::string value, std::string why) {
  model::Evidence evidence{std::move(source), std::move(value), "confidential=" + word, true,
                           std::move(why)};
  return {std::move(word), std::move(evidence)};
}

std::optional<Answer> by_hyperv(const Observations& seen) {
  if (!seen.hyperv || !seen.hyperv->isolation_ebx) return std::nullopt;
  const std::uint32_t privileges = seen.hyperv->privileges_ebx;
  if ((privileges & kIsolation) == 0 || (privileges & kCpuManagement) != 0) return std::nullopt;
  const std::uint32_t type = *seen.hyperv->isolation_ebx & kIsolationType;
  const char* const why = "Hyper-V's isolation leaf; the paravisor hides the processor's own";
  if (type == kIsolatedBySnp) return answer("sev-snp", "cpuid 0x4000000c", "type 2", why);
  if (type == kIsolatedByTdx) return answer("tdx", "cpuid 0x4000000c", "type 3", why);
  return std::nullopt;
}

bool file_says(const Observations& seen, std::string_view path, std::string_view wanted) {
  const auto file = seen.files.find(path);
  return file != seen.files.end() && file->second.text && trim(*file->second.text) == wanted;
}

bool exists(const Observations& seen, std::string_view path) {
  const auto file = seen.files.find(path);
  return file != seen.files.end() && file->second.exists;
}

bool has_cpu_flag(const Observations& seen, std::string_view wanted) {
  const auto file = seen.files.find("/proc/cpuinfo");
  if (file == seen.files.end() || !file->second.text) return false;
  const auto flags = cpu_flags(*file->second.text);
  return flags && contains(*flags, wanted);
}

/// AMD APM volume 3, E.4.17: bits 1, 3 and 4 of EAX. A hypervisor shows a guest what is on.
std::optional<Answer> by_sev(const Observations& seen) {
  struct Level {
    std::uint32_t bit;
    const char* word;
  };
  static constexpr std::array<Level, 3> kLevels{
      {{1U << 4U, "sev-snp"}, {1U << 3U, "sev-es"}, {1U << 1U, "sev"}}};
  for (const Level& level : kLevels) {
    if ((seen.sev_eax & level.bit) == 0) continue;
    return answer(level.word, "cpuid 0x8000001f", fmt::format("eax={:#x}", seen.sev_eax),
                  "the hypervisor shows this guest what is on");
  }
  return std::nullopt;
}

std::optional<Answer> by_processor(const Observations& seen) {
  if (seen.tdx_leaf) return answer("tdx", "cpuid 0x21", "IntelTDX", "the TDX module's own leaf");
  if (has_cpu_flag(seen, "tdx_guest")) {
    return answer("tdx", "/proc/cpuinfo", "tdx_guest", "the kernel runs as a TDX guest");
  }
  if (exists(seen, "/dev/sev-guest")) {
    return answer("sev-snp", "/dev/sev-guest", "exists", "the device of SEV-SNP guests");
  }
  if (file_says(seen, "/sys/firmware/uv/prot_virt_guest", "1")) {
    return answer("prot-virt", "/sys/firmware/uv/prot_virt_guest", "1", "a protected guest");
  }
  return std::nullopt;
}

}  // namespace

Fact<std::string> judge_confidential(const Observations& seen,
                                     std::vector<model::Evidence>& evidence) {
  auto found = by_processor(seen);
  if (!found) found = by_hyperv(seen);
  if (!found) found = by_sev(seen);
  if (found) {
    evidence.push_back(std::move(found->evidence));
    return std::move(found->word);
  }
  if (file_says(seen, "/sys/firmware/uv/prot_virt_guest", "0")) return std::string("none");
  if (!seen.cpuid) return Fact<std::string>::unknown("CPUID is not known");
  return std::string("none");
}

}  // namespace guestclock::probe
