// Every synthetic machine is judged as it must be.
#include <algorithm>

#include <gtest/gtest.h>

#include "machines.h"

namespace guestclock::detection {
namespace {

TEST(Captures, AreJudgedAsExpected) {
  EXPECT_GE(captures().size(), 40U);
  for (const Machine& machine : captures())
    EXPECT_EQ(said(machine, shipped_table()), machine.expected) << machine.name;
}

TEST(Captures, OfOneClueAreJudgedAsExpected) {
  EXPECT_GE(row_cases().size(), 100U);
  for (const Machine& machine : row_cases())
    EXPECT_EQ(said(machine, shipped_table()), machine.expected) << machine.name;
}

TEST(Captures, EveryStatementHasEvidenceAndItsReason) {
  for (const Machine& machine : captures()) {
    const model::Virtualization found = judge(machine, shipped_table());
    for (const model::Evidence& item : found.evidence) {
      EXPECT_NE(item.source, "") << machine.name;
      EXPECT_NE(item.value, "") << machine.name << " " << item.source;
      EXPECT_NE(item.says, "") << machine.name << " " << item.source;
      EXPECT_NE(item.why, "") << machine.name << " " << item.source;
    }
    if (!found.vm.known()) continue;
    EXPECT_TRUE(std::any_of(found.evidence.begin(), found.evidence.end(), [](const auto& item) {
      return item.used;
    })) << machine.name;
  }
}

}  // namespace
}  // namespace guestclock::detection
