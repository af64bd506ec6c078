// For every row of the hypervisor table there is a machine that is judged otherwise without it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "machines.h"

namespace guestclock::detection {
namespace {

bool judges_all_as_expected(const tables::Hypervisors& table) {
  for (const std::vector<Machine>* const all : {&row_cases(), &captures()}) {
    for (const Machine& machine : *all) {
      if (said(machine, table) != machine.expected) return false;
    }
  }
  return true;
}

/// Takes every row of one list out in turn; the names of those that nothing missed.
template <class Row, class Name>
std::vector<std::string> not_missed(std::vector<Row> tables::Hypervisors::*list, Name name) {
  std::vector<std::string> names;
  tables::Hypervisors table = shipped_table();
  const std::vector<Row>& shipped = shipped_table().*list;
  for (std::size_t i = 0; i < shipped.size(); ++i) {
    table.*list = shipped;
    (table.*list).erase((table.*list).begin() + static_cast<std::ptrdiff_t>(i));
    if (judges_all_as_expected(table)) names.emplace_back(name(shipped[i]));
  }
  return names;
}

std::string name_of(const std::vector<tables::ClueCondition>& conditions) {
  std::string name;
  for (const tables::ClueCondition& condition : conditions)
    name += fmt::format(" {} {} {}", condition.name, condition.key, condition.text);
  return name;
}

TEST(Mutation, EverySignatureIsMissed) {
  EXPECT_EQ(not_missed(&tables::Hypervisors::signatures,
                       [](const tables::SignatureRow& row) { return row.signature; }),
            std::vector<std::string>());
}

TEST(Mutation, EveryClocksourceIsMissed) {
  EXPECT_EQ(not_missed(&tables::Hypervisors::clocksources,
                       [](const tables::ClocksourceRow& row) { return row.clocksource; }),
            std::vector<std::string>());
}

TEST(Mutation, EveryClueIsMissed) {
  EXPECT_EQ(not_missed(&tables::Hypervisors::clues,
                       [](const tables::Clue& clue) {
                         return fmt::format("{}/{}{}", clue.vm, clue.platform, name_of(clue.when));
                       }),
            std::vector<std::string>());
}

/// The near misses: of a row with several conditions, each is what keeps it from some machine. (The
/// architecture only saves reading what it cannot have.)
TEST(Mutation, EveryConditionKeepsARowFromSomeMachine) {
  tables::Hypervisors table = shipped_table();
  for (std::size_t i = 0; i < table.clues.size(); ++i) {
    const std::vector<tables::ClueCondition> shipped = table.clues[i].when;
    for (std::size_t j = 0; j < shipped.size(); ++j) {
      if (shipped[j].source == tables::ClueCondition::Source::arch) continue;
      table.clues[i].when.erase(table.clues[i].when.begin() + static_cast<std::ptrdiff_t>(j));
      EXPECT_FALSE(judges_all_as_expected(table))
          << table.clues[i].vm << "/" << table.clues[i].platform << name_of(shipped) << " without "
          << name_of({shipped[j]});
      table.clues[i].when = shipped;
    }
  }
}

TEST(Mutation, EveryContainerClueIsMissed) {
  EXPECT_EQ(not_missed(&tables::Hypervisors::containers,
                       [](const tables::ContainerClue& clue) {
                         return std::string(clue.container) + name_of(clue.when);
                       }),
            std::vector<std::string>());
}

TEST(Mutation, EveryContainerManagersNameIsMissed) {
  for (const auto& [word, id] : shipped_table().container_names.ids) {
    tables::Hypervisors table = shipped_table();
    table.container_names.ids.erase(word);
    EXPECT_FALSE(judges_all_as_expected(table)) << word;
  }
}

}  // namespace
}  // namespace guestclock::detection
