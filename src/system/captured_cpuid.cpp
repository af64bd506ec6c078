#include "system/captured_cpuid.h"

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "system/unavailable.h"

namespace guestclock::system {
namespace {

constexpr std::uint32_t kHypervisorLeaf = 0x40000000;
constexpr std::uint32_t kHypervisorBit = 1U << 31U;  // leaf 1, ECX

/// "0x4b4d564b"
std::optional<std::uint32_t> parse_hex(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  text.remove_prefix(2);
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

struct Line {
  std::uint32_t leaf;
  std::uint32_t subleaf;
  CpuidRegisters registers;
};

std::optional<Line> parse_line(const std::vector<std::string>& parts) {
  static constexpr std::array<std::string_view, 4> kNames = {"eax=", "ebx=", "ecx=", "edx="};
  if (parts.size() != 6 || !parts[1].ends_with(':')) return std::nullopt;
  const auto leaf = parse_hex(parts[0]);
  const auto subleaf = parse_hex(std::string_view(parts[1]).substr(0, parts[1].size() - 1));
  if (!leaf || !subleaf) return std::nullopt;
  std::array<std::uint32_t, 4> values{};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const std::string& part = parts[i + 2];
    if (!part.starts_with(kNames[i])) return std::nullopt;
    const auto value = parse_hex(std::string_view(part).substr(kNames[i].size()));
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  return Line{*leaf, *subleaf, {values[0], values[1], values[2], values[3]}};
}

}  // namespace

Result<CpuidRegisters> CapturedCpuid::leaf(std::uint32_t leaf, std::uint32_t subleaf) const {
  const auto found = leaves_.find({leaf, subleaf});
  if (found == leaves_.end()) return tl::make_unexpected(not_in_capture());
  return found->second;
}

Result<CapturedCpuid::Leaves> parse_cpuid_dump(std::string_view text) {
  CapturedCpuid::Leaves leaves;
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string> parts = words(line);
    if (!parts.empty() && parts[0].starts_with("CPU") && !leaves.empty()) break;
    if (const auto parsed = parse_line(parts)) {
      leaves.emplace(std::pair(parsed->leaf, parsed->subleaf), parsed->registers);
    }
  }
  if (leaves.empty()) {
    return fail(ErrorCode::unsupported, "cpuid.txt of the capture holds no line of `cpuid -r`");
  }
  return leaves;
}

Result<CapturedCpuid::Leaves> parse_cpuid_signature(std::string_view text) {
  constexpr std::size_t kSize = 12;
  const std::string_view signature = text.substr(0, text.find('\n'));
  if (signature.empty() || signature == "?" || signature == "@") {
    return fail(ErrorCode::unsupported, "the capture knows no hypervisor signature");
  }
  if (signature.size() > kSize) {
    return fail(ErrorCode::unsupported,
                "the capture's hypervisor signature is longer than 12 bytes");
  }
  std::array<char, kSize> bytes{};
  std::memcpy(bytes.data(), signature.data(), signature.size());
  std::array<std::uint32_t, 3> words{};
  for (std::size_t i = 0; i < kSize; ++i) {
    words[i / 4] |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * (i % 4));
  }
  CapturedCpuid::Leaves leaves;
  leaves[{kHypervisorLeaf, 0}] = {kHypervisorLeaf, words[0], words[1], words[2]};
  leaves[{1, 0}].ecx = kHypervisorBit;
  return leaves;
}

}  // namespace guestclock::system
