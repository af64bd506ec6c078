// Does a rule hold for these facts? Every fact looked at is remembered as evidence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advise/boot_parameters.h"
#include "advise/truth.h"
#include "model/fact_lookup_json.h"
#include "model/finding.h"
#include "model/rule.h"

namespace guestclock::advise {

class Evaluation {
 public:
  /// Both must outlive it.
  Evaluation(const model::FactLookup& facts, const BootParameters& parameters)
      : facts_(facts), parameters_(parameters) {}

  [[nodiscard]] Truth ranges(const model::Rule& rule);
  /// The guest's system is within one of `ranges`, of which `vm` does not count.
  [[nodiscard]] Truth any_system(const std::vector<model::Ranges>& ranges);
  [[nodiscard]] Truth condition(const model::Condition& condition);
  /// Remembers a fact as evidence without testing it.
  const model::LookupValue& look_at(std::string_view path);
  void remember(std::string path, std::string value);

  [[nodiscard]] std::vector<model::FindingEvidence> take_evidence();

 private:
  [[nodiscard]] Truth system(const model::Ranges& wanted);
  [[nodiscard]] Truth vm(const std::vector<std::string>& wanted);
  [[nodiscard]] Truth container(const model::Rule& rule);
  [[nodiscard]] Truth one_of(std::string_view path, const std::vector<std::string>& wanted);
  [[nodiscard]] Truth within(std::string_view path, const model::VersionRange& range);
  [[nodiscard]] Truth distribution(const model::DistributionRange& range);
  [[nodiscard]] Truth any_distribution(const std::vector<model::DistributionRange>& ranges);
  [[nodiscard]] Truth fact(const model::Condition& condition);
  [[nodiscard]] Truth parameter(const model::Condition& condition);

  /// No value: a fact, put into words only where a finding comes of it.
  struct Seen {
    std::string path;
    std::optional<std::string> value;
  };

  void note(std::string_view path, std::optional<std::string> value);

  const model::FactLookup& facts_;
  const BootParameters& parameters_;
  std::vector<Seen> seen_;
};

}  // namespace guestclock::advise
