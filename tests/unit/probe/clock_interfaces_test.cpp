// Which bit of which leaf means what, and which leaves count. All leaves are synthetic.
#include "probe/clock_interfaces.h"

#include <array>

#include <gtest/gtest.h>

#include "probe/tsc.h"
#include "unit/probe/cpuid_machine.h"

namespace guestclock::probe {
namespace {

using model::Fact;

ClockInterfacesFound found_in(const system::System& machine) {
  return probe_clock_interfaces(machine, hypervisor_blocks(machine.cpuid()));
}

ClockInterfacesFound found_in(Leaves leaves) {
  return found_in(machine_with(guest(std::move(leaves))));
}

/// "1" for each that is true, "0" false, "?" unknown.
template <class... Facts>
std::string bits(const Facts&... facts) {
  std::string text;
  ((text += !facts.known() ? '?' : facts.value() ? '1' : '0'), ...);
  return text;
}

std::string kvm_bits(const model::ClockInterfaces& all) {
  return bits(all.kvm.offered, all.kvm.old_msrs, all.kvm.steal_time, all.kvm.new_msrs,
              all.kvm.stable, all.kvm.realtime_hint);
}

std::string hyperv_bits(const model::ClockInterfaces& all) {
  const auto& hv = all.hyperv;
  return bits(hv.offered, hv.reference_counter, hv.reference_tsc_page, hv.frequency_msrs,
              hv.reenlightenment, hv.tsc_invariant_control);
}

std::string xen_bits(const model::ClockInterfaces& all) {
  return bits(all.xen.offered, all.xen.tsc_emulated, all.xen.host_tsc_reliable);
}

TEST(CpuidBlocks, StopAfterTwoEmptyOnes) {
  const auto machine = machine_with(guest({{{0x40000000, 0}, named(0x40000005, "Microsoft Hv")},
                                           {{0x40000200, 0}, named(0x40000201, "KVMKVMKVM")},
                                           {{0x40000500, 0}, named(0x40000501, "KVMKVMKVM")}}));
  const auto blocks = hypervisor_blocks(machine.cpuid()).value();
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].signature, "Microsoft Hv");
  EXPECT_EQ(blocks[0].top, 0x40000005U);
  EXPECT_EQ(blocks[1].base, 0x40000200U);
  EXPECT_EQ(blocks[1].signature, "KVMKVMKVM");
}

// A CPU answers leaves that it lacks with the data of its highest one, here as leaf 0x24 has it.
TEST(CpuidBlocks, TheDataOfAnotherLeafIsNoBlock) {
  Leaves leaves{{{0x40000000, 0}, named(0x40000001, "KVMKVMKVM")}};
  for (std::uint32_t n = 1; n < 256; ++n)
    leaves[{0x40000000 + n * 0x100, 0}] = {0, 0x00070001, 0, 0};
  const auto blocks = hypervisor_blocks(machine_with(guest(leaves)).cpuid()).value();
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].signature, "KVMKVMKVM");
}

TEST(CpuidBlocks, ANameThatCannotBeReadCountsWhereItTellsItsTop) {
  const auto machine = machine_with(guest({{{0x40000000, 0}, {0x40000003, 0x01020304, 0, 0}},
                                           {{0x40000100, 0}, {0, 0x01020304, 0, 0}}}));
  const auto blocks = hypervisor_blocks(machine.cpuid()).value();
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].top, 0x40000003U);
}

TEST(CpuidBlocks, OnlyWithTheHypervisorBit) {
  const Leaves leaves{{{0x40000000, 0}, named(0x40000001, "KVMKVMKVM")}};
  EXPECT_EQ(hypervisor_blocks(machine_with(leaves).cpuid()).value().size(), 1U)
      << "leaf 1 was not recorded";
  Leaves clear = leaves;
  clear[{1, 0}] = {};
  EXPECT_TRUE(hypervisor_blocks(machine_with(clear).cpuid()).value().empty());
  EXPECT_FALSE(hypervisor_blocks(machine_with({}).cpuid()));
}

TEST(CpuidBlocks, OnlyKvmsTopOfZeroMeansOneLeaf) {
  const auto top = [](std::string_view signature) {
    const auto machine = machine_with(guest({{{0x40000000, 0}, named(0, signature)}}));
    return hypervisor_blocks(machine.cpuid()).value().at(0).top;
  };
  EXPECT_EQ(top("KVMKVMKVM"), 0x40000001U);
  EXPECT_EQ(top("VMwareVMware"), 0U);
}

TEST(ClockInterfaces, EachBitOfKvm) {
  const auto kvm = [](std::uint32_t eax, std::uint32_t edx) {
    return kvm_bits(found_in({{{0x40000000, 0}, named(0x40000001, "KVMKVMKVM")},
                              {{0x40000001, 0}, {eax, 0, 0, edx}}})
                        .interfaces);
  };
  EXPECT_EQ(kvm(0, 0), "100000");
  EXPECT_EQ(kvm(1U << 0U, 0), "110000");
  EXPECT_EQ(kvm(1U << 5U, 0), "101000");
  EXPECT_EQ(kvm(1U << 3U, 0), "100100");
  EXPECT_EQ(kvm(1U << 24U, 0), "100010");
  EXPECT_EQ(kvm(0, 1U << 0U), "100001");
  EXPECT_EQ(kvm(0x01007efb, 0), "111110");
  EXPECT_EQ(kvm(~0x01000029U, ~1U), "100000") << "no other bit counts";
}

TEST(ClockInterfaces, KvmBehindHyperV) {
  const auto found = found_in({{{0x40000000, 0}, named(0x40000005, "Microsoft Hv")},
                               {{0x40000001, 0}, {0x01000008, 0, 0, 0}},
                               {{0x40000003, 0}, {1U << 9U, 0, 0, 0}},
                               {{0x40000100, 0}, named(0, "KVMKVMKVM")},
                               {{0x40000101, 0}, {1U << 3U, 0, 0, 0}}});
  EXPECT_EQ(kvm_bits(found.interfaces), "100100");
  EXPECT_EQ(hyperv_bits(found.interfaces), "101000");
}

TEST(ClockInterfaces, EachBitOfHyperV) {
  const auto hyperv = [](std::uint32_t eax, std::uint32_t edx) {
    return hyperv_bits(found_in({{{0x40000000, 0}, named(0x4000000c, "Microsoft Hv")},
                                 {{0x40000003, 0}, {eax, 0, 0, edx}}})
                           .interfaces);
  };
  EXPECT_EQ(hyperv(0, 0), "100000");
  EXPECT_EQ(hyperv(1U << 1U, 0), "110000");
  EXPECT_EQ(hyperv(1U << 9U, 0), "101000");
  EXPECT_EQ(hyperv(1U << 11U, 0), "100000") << "the right to read what is not there";
  EXPECT_EQ(hyperv(0, 1U << 8U), "100000");
  EXPECT_EQ(hyperv(1U << 11U, 1U << 8U), "100100");
  EXPECT_EQ(hyperv(1U << 13U, 0), "100010");
  EXPECT_EQ(hyperv(1U << 15U, 0), "100001");
}

TEST(ClockInterfaces, HyperVByItsInterfaceUnderAnotherSignature) {
  const auto passed_on = [](std::uint32_t interface) {
    return hyperv_bits(found_in({{{0x40000000, 0}, named(0x40000005, "Linux KVM Hv")},
                                 {{0x40000001, 0}, {interface, 0, 0, 0}},
                                 {{0x40000003, 0}, {1U << 1U, 0, 0, 0}}})
                           .interfaces);
  };
  EXPECT_EQ(passed_on(0x31237648), "110000");
  EXPECT_EQ(passed_on(0x31237649), "000000");
}

TEST(ClockInterfaces, XenSaysHowItTreatsTheTsc) {
  const auto xen = [](system::CpuidRegisters registers) {
    return found_in(
        {{{0x40000100, 0}, named(0x40000104, "XenVMMXenVMM")}, {{0x40000103, 0}, registers}});
  };
  const auto mode = [&](std::uint32_t ebx) {
    const Fact<std::string> found = xen({0, ebx, 0, 0}).interfaces.xen.tsc_mode;
    return found.known() ? found.value() : "unknown: " + found.reason();
  };
  EXPECT_EQ(mode(0), "default");
  EXPECT_EQ(mode(1), "always-emulate");
  EXPECT_EQ(mode(2), "never-emulate");
  EXPECT_EQ(mode(3), "pvrdtscp");
  EXPECT_EQ(mode(4), "unknown: Xen names a mode 4 that is not known");
  EXPECT_EQ(xen_bits(xen({1, 0, 0, 0}).interfaces), "110");
  EXPECT_EQ(xen_bits(xen({2, 0, 0, 0}).interfaces), "101");
  EXPECT_EQ(xen_bits(xen({4, 0, 0, 0}).interfaces), "100");
  EXPECT_EQ(xen({0, 0, 2400000, 0}).tsc->khz, 2400000);
  EXPECT_EQ(xen({0, 0, 2400000, 0}).tsc->by, "cpuid 0x40000103");
  EXPECT_FALSE(xen({0, 0, 0, 0}).tsc);
}

TEST(ClockInterfaces, WithoutABlockNothingIsOffered) {
  Leaves bare;
  bare[{1, 0}] = {};
  for (const auto& found : {found_in(machine_with(bare)),
                            found_in({{{0x40000000, 0}, named(0x40000010, "VMwareVMware")},
                                      {{0x40000001, 0}, {}},
                                      {{0x40000010, 0}, {}}})}) {
    EXPECT_EQ(kvm_bits(found.interfaces), "000000");
    EXPECT_EQ(hyperv_bits(found.interfaces), "000000");
    EXPECT_EQ(xen_bits(found.interfaces), "000");
    EXPECT_EQ(found.interfaces.xen.tsc_mode.value_or("?"), "");
    EXPECT_FALSE(found.tsc);
  }
}

TEST(ClockInterfaces, LeavesBeyondTheTopDoNotCount) {
  const system::CpuidRegisters all{~0U, ~0U, ~0U, ~0U};
  const auto kvm = found_in({{{0x40000000, 0}, named(0x40000001, "KVMKVMKVM")},
                             {{0x40000001, 0}, {}},
                             {{0x40000010, 0}, all}});
  EXPECT_EQ(bits(kvm.interfaces.timing_leaf.offered), "0");
  EXPECT_FALSE(kvm.tsc);
  const auto hyperv =
      found_in({{{0x40000000, 0}, named(0x40000002, "Microsoft Hv")}, {{0x40000003, 0}, all}});
  EXPECT_EQ(hyperv_bits(hyperv.interfaces), "1?????");
  EXPECT_EQ(hyperv.interfaces.hyperv.reference_tsc_page.reason(),
            "the hypervisor's CPUID block at 0x40000000 ends before leaf 0x40000003");
  const auto xen =
      found_in({{{0x40000000, 0}, named(0x40000002, "XenVMMXenVMM")}, {{0x40000003, 0}, all}});
  EXPECT_EQ(xen_bits(xen.interfaces), "1??");
  EXPECT_FALSE(xen.interfaces.xen.tsc_mode.known());
}

TEST(ClockInterfaces, TheSignatureAloneLeavesTheRestOpen) {
  const auto found = found_in({{{0x40000000, 0}, named(0x40000000, "KVMKVMKVM")}});
  EXPECT_EQ(kvm_bits(found.interfaces), "1?????");
  EXPECT_EQ(bits(found.interfaces.timing_leaf.offered), "?");
}

TEST(ClockInterfaces, UnknownWithoutCpuid) {
  const auto found = found_in(machine_with({}));
  EXPECT_EQ(kvm_bits(found.interfaces), "??????");
  EXPECT_EQ(hyperv_bits(found.interfaces), "??????");
  EXPECT_EQ(xen_bits(found.interfaces), "???");
  EXPECT_EQ(found.interfaces.kvm.offered.reason(), model::kLiveOnly);
  EXPECT_EQ(found.interfaces.timing_leaf.tsc_khz.reason(), model::kLiveOnly);
}

TEST(ClockInterfaces, TimingLeafMayHoldZeros) {
  const auto timing = [](std::uint32_t eax, std::uint32_t ebx) {
    return found_in({{{0x40000000, 0}, named(0x40000010, "KVMKVMKVM")},
                     {{0x40000001, 0}, {}},
                     {{0x40000010, 0}, {eax, ebx, 0, 0}}});
  };
  const auto told = timing(2096000, 1000000);
  EXPECT_EQ(told.interfaces.timing_leaf.tsc_khz, Fact<std::int64_t>(2096000));
  EXPECT_EQ(told.interfaces.timing_leaf.bus_khz, Fact<std::int64_t>(1000000));
  EXPECT_EQ(told.tsc->by, "cpuid 0x40000010");
  const auto zeros = timing(0, 0);
  EXPECT_EQ(bits(zeros.interfaces.timing_leaf.offered), "1");
  EXPECT_EQ(zeros.interfaces.timing_leaf.tsc_khz.reason(), "the timing leaf says 0");
  EXPECT_FALSE(zeros.interfaces.timing_leaf.bus_khz.known());
  EXPECT_FALSE(zeros.tsc);
}

TEST(ClockInterfaces, HyperVsOwnLeavesAreNoTimingLeaf) {
  // Its debugger's leaves lie at 0x40000080: the block reaches over 0x40000010.
  const auto found = found_in({{{0x40000000, 0}, named(0x40000082, "Microsoft Hv")},
                               {{0x40000003, 0}, {}},
                               {{0x40000010, 0}, {1234567, 7654321, 0, 0}}});
  EXPECT_EQ(bits(found.interfaces.timing_leaf.offered), "0");
  EXPECT_FALSE(found.tsc);
}

Fact<std::int64_t> told_by_leaf_15(system::CpuidRegisters registers) {
  return probe_tsc(machine_with({{{1, 0}, {}}, {{0x15, 0}, registers}}), std::nullopt).told_khz;
}

TEST(Tsc, Leaf15WithoutDividingByZero) {
  EXPECT_EQ(told_by_leaf_15({2, 176, 24'000'000, 0}), Fact<std::int64_t>(2'112'000));
  for (const system::CpuidRegisters& untold : std::initializer_list<system::CpuidRegisters>{
           {0, 176, 24'000'000, 0}, {2, 0, 24'000'000, 0}, {2, 176, 0, 0}, {0, 0, 0, 0}}) {
    EXPECT_FALSE(told_by_leaf_15(untold).known());
  }
  EXPECT_TRUE(told_by_leaf_15({1, ~0U, ~0U, 0}).value_or(-1) > 0);
}

TEST(Tsc, TheHypervisorsWordComesFirst) {
  const auto machine = machine_with({{{1, 0}, {}}, {{0x15, 0}, {2, 176, 24'000'000, 0}}});
  const model::Tsc tsc = probe_tsc(machine, ToldFrequency{2'096'000, "cpuid 0x40000010"});
  EXPECT_EQ(tsc.told_khz, Fact<std::int64_t>(2'096'000));
  EXPECT_EQ(tsc.told_khz_by.value_or(""), "cpuid 0x40000010");
  EXPECT_EQ(probe_tsc(machine, std::nullopt).told_khz_by.value_or(""), "cpuid 0x15");
  const model::Tsc untold = probe_tsc(machine_with({{{1, 0}, {}}}), std::nullopt);
  EXPECT_EQ(untold.told_khz_by, Fact<std::string>(std::string()));
  EXPECT_FALSE(untold.told_khz.known());
}

TEST(Tsc, BitsOfTheCpuWhereTheKernelListsNoFlags) {
  const auto tsc = [](std::uint32_t deadline, std::uint32_t top, std::uint32_t rdtscp) {
    const model::Tsc found = probe_tsc(machine_with({{{1, 0}, {0, 0, deadline, 0}},
                                                     {{0x80000000, 0}, {top, 0, 0, 0}},
                                                     {{0x80000001, 0}, {0, 0, 0, rdtscp}}}),
                                       std::nullopt);
    return bits(found.deadline_timer, found.rdtscp);
  };
  EXPECT_EQ(tsc(1U << 24U, 0x80000001, 0), "10");
  EXPECT_EQ(tsc(1U << 23U, 0x80000001, 1U << 27U), "01");
  EXPECT_EQ(tsc(0, 0x80000000, 1U << 27U), "0?") << "beyond the top";
}

}  // namespace
}  // namespace guestclock::probe
