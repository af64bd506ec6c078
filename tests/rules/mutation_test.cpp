// Breaks every rule in every small way: each time one of its fact files must notice.
#include <cstdio>
#include <functional>

#include <gtest/gtest.h>

#include "rules/fact_files.h"
#include "tables/tables.h"

namespace guestclock::rules_tests {
namespace {

using model::Condition;
using model::Rule;

struct Mutant {
  std::string what;
  Rule rule;
};

/// One mutant per change of one place in a rule.
class Mutations {
 public:
  explicit Mutations(const Rule& rule) : rule_(rule) {
    lists();
    distributions("distributions", &model::Ranges::distributions);
    distributions("not_distributions", &model::Ranges::not_distributions);
    bounds("kernel", [](Rule& mutated) { return &mutated.ranges.kernel; });
    conditions({}, rule.when);
  }

  [[nodiscard]] const std::vector<Mutant>& all() const { return all_; }

 private:
  using Words = std::vector<std::string>;

  void add(const std::string& what, const std::function<void(Rule&)>& change) {
    all_.push_back({what, rule_});
    change(all_.back().rule);
  }

  void lists() {
    list("os", &model::Ranges::os);
    list("arch", &model::Ranges::arch);
    add("vm: another", [](Rule& rule) { rule.ranges.vm = {"acrn"}; });
    if (rule_.ranges.vm != Words{"any"}) {
      add("vm: any", [](Rule& rule) { rule.ranges.vm = {"any"}; });
    }
  }

  void list(const std::string& name, Words model::Ranges::*member) {
    if ((rule_.ranges.*member).empty()) return;
    add(name + ": unrestricted", [=](Rule& rule) { (rule.ranges.*member).clear(); });
    add(name + ": another", [=](Rule& rule) { rule.ranges.*member = {"another"}; });
  }

  void distributions(const std::string& name,
                     std::vector<model::DistributionRange> model::Ranges::*member) {
    const auto& ranges = rule_.ranges.*member;
    if (!ranges.empty()) {
      add(name + ": unrestricted", [=](Rule& rule) { (rule.ranges.*member).clear(); });
    }
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      bounds(name, [=](Rule& rule) { return &(rule.ranges.*member)[i].version; });
      add(name + ": other ids", [=](Rule& rule) { (rule.ranges.*member)[i].ids = {"another"}; });
    }
  }

  void bounds(const std::string& name, const std::function<model::VersionRange*(Rule&)>& range) {
    Rule copy = rule_;
    if (range(copy)->from) add(name + ": no from", [=](Rule& rule) { range(rule)->from.reset(); });
    if (range(copy)->to) add(name + ": no to", [=](Rule& rule) { range(rule)->to.reset(); });
  }

  static Condition& node_at(Rule& rule, const std::vector<std::size_t>& way) {
    Condition* node = &rule.when;
    for (const std::size_t step : way)
      node = &node->children[step];
    return *node;
  }

  void replace(const std::vector<std::size_t>& way, const std::string& what,
               const Condition& other) {
    add(what, [&](Rule& rule) { node_at(rule, way) = other; });
  }

  void conditions(const std::vector<std::size_t>& way, const Condition& node) {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      auto further = way;
      further.push_back(i);
      conditions(further, node.children[i]);
    }
    if (node.kind != Condition::Kind::fact && node.kind != Condition::Kind::parameter) return;
    Condition always;
    Condition never;
    never.kind = Condition::Kind::any;
    Condition flipped;
    flipped.kind = Condition::Kind::negation;
    flipped.children = {node};
    replace(way, node.path + ": always", always);
    replace(way, node.path + ": never", never);
    replace(way, node.path + ": flipped", flipped);
    const auto* const words = std::get_if<Words>(&node.value);
    for (std::size_t i = 0; words != nullptr && i < words->size(); ++i) {
      add(node.path + ": without " + (*words)[i], [&, way](Rule& rule) {
        auto& left = std::get<Words>(node_at(rule, way).value);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
      });
    }
  }

  const Rule& rule_;
  std::vector<Mutant> all_;
};

bool is_noticed(const Rule& mutated, const std::vector<FactFile>& files) {
  for (const FactFile& file : files) {
    if (outcome_of(mutated, file) != (file.fires ? Outcome::fires : Outcome::silent)) {
      return true;
    }
  }
  return false;
}

TEST(RuleMutations, AreAllNoticedByAFactFile) {
  std::size_t count = 0;
  const auto tables = tables::load({});
  ASSERT_TRUE(tables.has_value());
  for (const Rule& rule : tables->rules) {
    const auto files = fact_files_of(rule.rule);
    const Mutations mutations(rule);
    for (const Mutant& mutant : mutations.all()) {
      ++count;
      EXPECT_TRUE(is_noticed(mutant.rule, files)) << rule.rule << ": " << mutant.what;
    }
  }
  RecordProperty("mutants", static_cast<int>(count));
  std::printf("%zu mutants of %zu rules\n", count, tables->rules.size());
  EXPECT_GT(count, 5 * tables->rules.size());
}

}  // namespace
}  // namespace guestclock::rules_tests
