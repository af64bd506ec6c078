// A guest and a rule about it, to be judged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "advise/advise.h"

namespace guestclock::advise {

using model::Condition;
using model::Fact;
using model::Facts;
using model::Judgement;
using model::Rule;
using Parameters = std::vector<std::string>;

/// A kernel-parameter rule for KVM guests: clocksource=tsc.
inline Rule a_rule() {
  Rule rule;
  rule.rule = "a-rule";
  rule.catalogue = "V-99";
  rule.applies = true;
  rule.ranges.vm = {"kvm"};
  rule.fix.kind = model::FixKind::kernel_parameter;
  rule.fix.changes = {{"clocksource", "tsc"}};
  return rule;
}

inline model::BootEntry an_entry(Parameters parameters, bool is_default) {
  model::BootEntry entry;
  entry.title = is_default ? "first" : "second";
  entry.is_default = is_default;
  entry.parameters = std::move(parameters);
  return entry;
}

/// A live KVM guest whose default entry and running kernel have `parameters`.
inline Facts a_guest(const Parameters& parameters = {}) {
  Facts facts;
  facts.virtualization.vm = std::string("kvm");
  facts.virtualization.container = std::string("none");
  facts.kernel.os = std::string("linux");
  facts.kernel.distribution = {std::string("centos"), std::string("5.3")};
  facts.kernel.release = std::string("2.6.18-128.el5");
  facts.kernel.arch = std::string("i386");
  facts.kernel.cmdline = parameters;
  facts.boot.entries = std::vector{an_entry(parameters, true), an_entry({}, false)};
  return facts;
}

/// The same as an unbooted tree shows it.
inline Facts a_tree(const Parameters& parameters = {}) {
  Facts facts = a_guest(parameters);
  facts.virtualization.container = Fact<std::string>::live_only();
  facts.kernel.cmdline = Fact<Parameters>::live_only();
  return facts;
}

inline Judgement judge_one(const Rule& rule, const Facts& facts,
                           const model::Consent& consent = {}) {
  return judge({&rule, 1}, facts, nullptr, consent);
}

inline bool fires(const Rule& rule, const Facts& facts) {
  return !judge_one(rule, facts).findings.empty();
}

inline bool is_silent(const Rule& rule, const Facts& facts) {
  const Judgement judgement = judge_one(rule, facts);
  return judgement.findings.empty() && judgement.not_judged.empty();
}

inline Condition fact_is(const std::string& path, const std::string& value) {
  Condition condition;
  condition.kind = Condition::Kind::fact;
  condition.path = path;
  condition.value = value;
  return condition;
}

inline Condition parameter_present(const std::string& key, Condition::Where where) {
  Condition condition;
  condition.kind = Condition::Kind::parameter;
  condition.path = key;
  condition.op = Condition::Operator::present;
  condition.value = true;
  condition.where = where;
  return condition;
}

inline std::optional<std::string> evidence(const Judgement& judgement, const std::string& path) {
  for (const model::FindingEvidence& seen : judgement.findings.at(0).evidence) {
    if (seen.fact == path) return seen.value;
  }
  return std::nullopt;
}

}  // namespace guestclock::advise
