#include "tables/waivers.h"

#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tables/file_check.h"

namespace guestclock::tables {
namespace {

constexpr const char* kExpected =
    R"(each waiver is {"rule": NAME OR ROW, "reason": TEXT, "expires": "YYYY-MM-DD"})";

std::vector<std::string> rules_meant(const std::string& named, std::span<const model::Rule> rules) {
  const auto all = [rules](auto matches) {
    std::vector<std::string> names;
    for (const model::Rule& rule : rules) {
      if (matches(rule)) names.push_back(rule.rule);
    }
    return names;
  };
  auto meant = all([&](const model::Rule& rule) { return rule.rule == named; });
  if (meant.empty()) {
    meant = all([&](const model::Rule& rule) { return rule.catalogue == named; });
  }
  if (meant.empty()) {
    meant = all([&](const model::Rule& rule) { return contains(rule.covers, named); });
  }
  return meant;
}

/// Waivers that the schema has accepted, one after the other.
class WaiverReader {
 public:
  WaiverReader(FileCheck& found, std::span<const model::Rule> rules)
      : found_(found), rules_(rules) {}

  model::Waiver waiver(const nlohmann::json& json, const std::string& pointer) {
    model::Waiver waiver;
    waiver.place = found_.place_of(pointer);
    waiver.named = json["rule"].get<std::string>();
    waiver.rules = rules_meant(waiver.named, rules_);
    if (waiver.rules.empty()) {
      found_.report(pointer + "/rule",
                    fmt::format("no rule and no catalogue row is called {} (guestclock rules list "
                                "shows all)",
                                printable(waiver.named)));
    }
    for (const std::string& rule : waiver.rules) {
      const auto [first, is_new] = waived_.emplace(rule, waiver.place);
      if (is_new) continue;
      found_.report(pointer + "/rule",
                    fmt::format("{} is waived already, at {}", rule, first->second));
    }
    waiver.acceptance.reason = json["reason"].get<std::string>();
    if (trim(waiver.acceptance.reason).empty()) {
      found_.report(pointer + "/reason", "a blank reason; expected why the finding is accepted");
    }
    const auto expires = json["expires"].get<std::string>();
    if (const auto day = day_from(expires)) {
      waiver.acceptance.expires = *day;
    } else {
      found_.report(pointer + "/expires",
                    fmt::format("{} is no day of the calendar; expected YYYY-MM-DD, such as "
                                "2027-01-31",
                                printable(expires)));
    }
    return waiver;
  }

 private:
  FileCheck& found_;
  std::span<const model::Rule> rules_;
  std::map<std::string, std::string> waived_;  ///< rules, and the places of their waivers
};

}  // namespace

Result<std::vector<model::Waiver>> waivers_in(const NamedBytes& file, std::string_view schema,
                                              std::span<const model::Rule> rules) {
  std::vector<model::Waiver> waivers;
  std::vector<FileProblem> problems;
  FileCheck found(file, problems);
  if (found.readable() && found.follows(nlohmann::json::parse(schema))) {
    const auto document = nlohmann::json::parse(file.bytes, nullptr, false);
    WaiverReader reader(found, rules);
    std::size_t index = 0;
    for (const nlohmann::json& one : document["waivers"])
      waivers.push_back(reader.waiver(one, fmt::format("/waivers/{}", index++)));
  }
  if (problems.empty()) return waivers;
  return fail(ErrorCode::malformed, problems.front().what, problems.front().place(), kExpected);
}

}  // namespace guestclock::tables
