#include "system/captured_cpuid.h"

#include <gtest/gtest.h>

namespace guestclock::system {
namespace {

// Synthetic, in the form that `cpuid -r` prints.
constexpr std::string_view kDump =
    "CPU 0:\n"
    "   0x00000000 0x00: eax=0x00000010 ebx=0x68747541 ecx=0x444d4163 edx=0x69746e65\n"
    "   0x00000004 0x01: eax=0x00000001 ebx=0x00000002 ecx=0x00000003 edx=0x00000004\n"
    "   0x40000000 0x00: eax=0x40000001 ebx=0x4b4d564b ecx=0x564b4d56 edx=0x0000004d\n"
    "CPU 1:\n"
    "   0x00000000 0x00: eax=0xffffffff ebx=0x00000000 ecx=0x00000000 edx=0x00000000\n"
    "   0x00000007 0x00: eax=0xffffffff ebx=0x00000000 ecx=0x00000000 edx=0x00000000\n";

TEST(CapturedCpuid, TheFirstCpuOfADump) {
  const CapturedCpuid cpuid(parse_cpuid_dump(kDump).value());
  EXPECT_EQ(cpuid.leaf(0, 0).value(), (CpuidRegisters{0x10, 0x68747541, 0x444d4163, 0x69746e65}));
  EXPECT_EQ(cpuid.leaf(4, 1).value(), (CpuidRegisters{1, 2, 3, 4}));
  EXPECT_EQ(cpuid.leaf(0x40000000, 0).value().edx, 0x4dU);
  for (const auto& [leaf, subleaf] : {std::pair(4U, 0U), {7U, 0U}, {0U, 1U}, {0x40000001U, 0U}}) {
    const auto missing = cpuid.leaf(leaf, subleaf);
    ASSERT_FALSE(missing) << leaf;
    EXPECT_EQ(missing.error().code, ErrorCode::unsupported);
    EXPECT_EQ(missing.error().message, "not in the capture");
  }
}

TEST(CapturedCpuid, ADumpWithoutHeading) {
  const auto leaves = parse_cpuid_dump("   0x1 0x0: eax=0x1 ebx=0x2 ecx=0x80000000 edx=0x4\r\n");
  EXPECT_EQ(CapturedCpuid(leaves.value()).leaf(1, 0).value().ecx, 0x80000000U);
}

TEST(CapturedCpuid, LinesThatAreNone) {
  for (const char* text :
       {"", "CPU 0:\n", "nonsense", "0x1 0x0 eax=0x1 ebx=0x2 ecx=0x3 edx=0x4",
        "0x1 0x0: eax=0x1 ebx=0x2 ecx=0x3", "0x1 0x0: ebx=0x1 eax=0x2 ecx=0x3 edx=0x4",
        "0x1 0x0: eax=0x1 ebx=0x2 ecx=0x3 edx=0x100000000", "1 0: eax=1 ebx=2 ecx=3 edx=4",
        "0x1 0x0: eax=0x ebx=0x2 ecx=0x3 edx=0x4", "0x1 0x0: eax=0x1g ebx=0x2 ecx=0x3 edx=0x4"}) {
    const auto leaves = parse_cpuid_dump(text);
    ASSERT_FALSE(leaves) << text;
    EXPECT_EQ(leaves.error().code, ErrorCode::unsupported) << text;
  }
}

std::string signature_of(const CpuidRegisters& registers) {
  std::string out;
  for (const std::uint32_t word : {registers.ebx, registers.ecx, registers.edx}) {
    for (unsigned shift = 0; shift < 32; shift += 8)
      out += static_cast<char>(word >> shift);
  }
  return out;
}

TEST(CapturedCpuid, ASignatureKeepsItsBlanks) {
  const CapturedCpuid cpuid(parse_cpuid_signature("bhyve bhyve \n").value());
  EXPECT_EQ(signature_of(cpuid.leaf(0x40000000, 0).value()), "bhyve bhyve ");
  EXPECT_EQ(cpuid.leaf(0x40000000, 0).value().eax, 0x40000000U);
  EXPECT_EQ(cpuid.leaf(1, 0).value(), (CpuidRegisters{0, 0, 0x80000000, 0}));
  EXPECT_EQ(cpuid.leaf(0, 0).error().code, ErrorCode::unsupported);
}

TEST(CapturedCpuid, AShortSignatureIsPaddedWithNul) {
  const CapturedCpuid cpuid(parse_cpuid_signature("KVMKVMKVM").value());
  EXPECT_EQ(signature_of(cpuid.leaf(0x40000000, 0).value()), std::string("KVMKVMKVM\0\0\0", 12));
}

TEST(CapturedCpuid, NoSignature) {
  for (const char* text : {"", "\n", "?\n", "@\n", "@", "thirteen byte\n"}) {
    const auto leaves = parse_cpuid_signature(text);
    ASSERT_FALSE(leaves) << text;
    EXPECT_EQ(leaves.error().code, ErrorCode::unsupported);
    EXPECT_FALSE(leaves.error().message.empty());
  }
}

}  // namespace
}  // namespace guestclock::system
