#include "system/linux/counter_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::system {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(TimerInterrupts, TheLocalTimer) {
  EXPECT_THAT(parse_timer_interrupts("           CPU0       CPU2       \n"
                                     "  0:         40          0   IO-APIC   2-edge      timer\n"
                                     " 24:          1          0  IO-APIC   5-edge      ACPI:Ged\n"
                                     "NMI:          0          0   Non-maskable interrupts\n"
                                     "LOC:      22547      18498   Local timer interrupts\n"
                                     "ERR:          0\n")
                  .value(),
              ElementsAre(Pair(0, 22547), Pair(2, 18498)));
}

TEST(TimerInterrupts, AnotherDeviceWhereTheLocalTimerStandsStill) {
  EXPECT_THAT(parse_timer_interrupts("           CPU0\n"
                                     "  0:       2500    XT-PIC      timer\n"
                                     "LOC:          0   Local timer interrupts\n")
                  .value(),
              ElementsAre(Pair(0, 2500)));
  EXPECT_THAT(parse_timer_interrupts("           CPU0       CPU1\n"
                                     " 11:        700        800     GICv3  27 Level  arch_timer\n"
                                     " 13:          9          9     GICv3  33 Level  uart-pl011\n")
                  .value(),
              ElementsAre(Pair(0, 700), Pair(1, 800)));
  EXPECT_THAT(parse_timer_interrupts("           CPU0       CPU1\n"
                                     " 24:        100          0  HPET_MSI   2-edge      hpet2\n"
                                     " 25:          0        200  HPET_MSI   3-edge      hpet3\n")
                  .value(),
              ElementsAre(Pair(0, 100), Pair(1, 200)));
  EXPECT_THAT(parse_timer_interrupts("           CPU0\n"
                                     "HVS:        300   Hyper-V stimer0 interrupts\n")
                  .value(),
              ElementsAre(Pair(0, 300)));
  EXPECT_THAT(parse_timer_interrupts("           CPU0\n"
                                     " 48:        300  xen-percpu    -virq      timer0\n")
                  .value(),
              ElementsAre(Pair(0, 300)));
}

TEST(TimerInterrupts, NoneIsSaid) {
  for (const char* text : {"", "CPU0\n", "CPU0 CPU1\nLOC: 1\n", "CPU0\nLOC: x Local\n",
                           "CPU0\nLOC: 0 Local timer interrupts\n", "LOC: 5 Local\n"}) {
    EXPECT_EQ(parse_timer_interrupts(text).error().code, ErrorCode::unsupported) << text;
  }
}

TEST(CpuTimes, RowsOfSingleCpus) {
  const auto times = parse_cpu_times(
      "cpu  1 2 3 4 5 600 700 800 0 0\n"
      "cpu0 1 2 3 4 5 100 200 300 0 0\n"
      "cpu3 1 2 3 4 5 6 7\n"
      "intr 5 5 5\n"
      "cpufreq 1\n",
      100);
  ASSERT_TRUE(times);
  ASSERT_EQ(times->size(), 2U);
  EXPECT_EQ((*times)[0].first, 0);
  EXPECT_DOUBLE_EQ((*times)[0].second.irq_s, 3.0);
  EXPECT_DOUBLE_EQ((*times)[0].second.steal_s, 3.0);
  EXPECT_EQ((*times)[1].first, 3);
  EXPECT_DOUBLE_EQ((*times)[1].second.irq_s, 0.13);
  EXPECT_DOUBLE_EQ((*times)[1].second.steal_s, 0.0) << "kernels before 2.6.11 know no steal";
  EXPECT_EQ(parse_cpu_times("cpu 1 2 3\n", 100).error().code, ErrorCode::unsupported);
}

TEST(RunDelay, TheSecondNumber) {
  EXPECT_EQ(parse_run_delay("573347 84297 1\n").value(), Nanoseconds(84297));
  for (const char* text : {"", "5", "5 x 1", "5 -1 1"}) {
    EXPECT_EQ(parse_run_delay(text).error().code, ErrorCode::malformed) << text;
  }
}

TEST(CpuList, RangesAndSingles) {
  EXPECT_THAT(parse_cpu_list("0\n").value(), ElementsAre(0));
  EXPECT_THAT(parse_cpu_list("0-2,5,7-8\n").value(), ElementsAre(0, 1, 2, 5, 7, 8));
  for (const char* text : {"", "\n", "x", "1-", "-1", "3-1", "0-99999999", "1,,2",
                           "0-65535,0-65535", "99999999999999999999"}) {
    EXPECT_EQ(parse_cpu_list(text).error().code, ErrorCode::malformed) << text;
  }
}

}  // namespace
}  // namespace guestclock::system
