#include "tables/rule_references.h"

#include <fmt/format.h>

#include "base/text.h"
#include "model/fact_lookup_json.h"

namespace guestclock::tables {
namespace {

/// Facts with something in every list, so that every path of the document leads somewhere.
model::Facts one_of_each() {
  const std::vector<std::string> some_words{"some"};
  model::Facts facts;
  facts.virtualization.interfaces = some_words;
  facts.virtualization.evidence.emplace_back();
  facts.virtualization.unread.emplace_back();
  facts.clock.freebsd.emplace();
  facts.clock.ptp = std::vector<model::PtpDevice>(1);
  facts.clock.rtc = std::vector<model::RtcDevice>(1);
  facts.clock.kernel_log = std::vector<model::ClockEvent>(1);
  facts.boot.files = some_words;
  model::BootEntry entry;
  entry.parameters = some_words;
  facts.boot.entries = std::vector{entry};
  model::TimeDaemon daemon;
  daemon.servers = some_words;
  daemon.local_clock = some_words;
  daemon.local_stratum = 1;
  facts.timesync.daemons = std::vector{daemon};
  facts.timesync.disciplining = some_words;
  facts.timesync.perhaps_disciplining = some_words;
  facts.timesync.serving = some_words;
  const model::SourceLines sources{some_words, 1, some_words, some_words, some_words, 1};
  facts.timesync.ntp_conf =
      std::optional(model::NtpConf{sources, 1, 1, some_words, some_words, some_words, some_words});
  facts.timesync.chrony_conf =
      std::optional(model::ChronyConf{sources, 1, 1, 1, 1, true, some_words});
  model::GuestTools& tools = facts.timesync.guest_tools;
  for (auto* const tool : {&tools.vmware, &tools.virtualbox, &tools.hyperv, &tools.qemu_guest_agent,
                           &tools.xen, &tools.parallels}) {
    tool->emplace();
  }
  facts.tuning.cmdline = some_words;
  return facts;
}

model::Measurements one_measurement_of_each() {
  const std::vector<std::string> some_words{"some"};
  model::Measurements measured;
  measured.drift.flags = some_words;
  measured.clocks.emplace_back().name = "realtime";
  measured.daemons.emplace_back();
  measured.daemons.back().reasons = some_words;
  measured.servers.emplace_back();
  measured.servers.back().reasons = some_words;
  measured.ticks.per_cpu.emplace_back();
  measured.ticks.per_cpu.back().stalls.emplace_back();
  return measured;
}

bool changes_boot_parameters(model::FixKind kind) {
  return kind == model::FixKind::kernel_parameter || kind == model::FixKind::loader_tunable;
}

bool only_says(model::FixKind kind) {
  return kind == model::FixKind::none || kind == model::FixKind::host;
}

constexpr std::string_view kCurrentClocksource =
    "/sys/devices/system/clocksource/clocksource0/current_clocksource";

/// The condition holds only where `clocksource` is known to be available.
bool asks_whether_available(const model::Condition& condition, const std::string& clocksource) {
  using Kind = model::Condition::Kind;
  const auto asks = [&](const model::Condition& child) {
    return asks_whether_available(child, clocksource);
  };
  switch (condition.kind) {
    case Kind::all:
      return std::any_of(condition.children.begin(), condition.children.end(), asks);
    case Kind::any:
      return !condition.children.empty() &&
             std::all_of(condition.children.begin(), condition.children.end(), asks);
    case Kind::fact:
      return condition.path == "clock.available" &&
             condition.op == model::Condition::Operator::contains &&
             condition.value == model::ConditionValue(clocksource);
    case Kind::negation:
    case Kind::parameter:
      break;
  }
  return false;
}

class Inspection {
 public:
  Inspection(const model::Rule& rule, const RuleNames& names)
      : rule_(rule),
        names_(names),
        measured_(one_measurement_of_each()),
        known_(one_of_each(), &measured_) {}

  std::vector<RuleProblem> problems() {
    fix();
    condition(rule_.when, "/when");
    for (std::size_t i = 0; i < rule_.shows.size(); ++i)
      fact(rule_.shows[i], fmt::format("/shows/{}", i));
    for (std::size_t i = 0; i < rule_.writes_before.size(); ++i)
      other_rule(rule_.writes_before[i], fmt::format("/writes_before/{}", i));
    return std::move(found_);
  }

 private:
  void fix() {
    if (only_says(rule_.fix.kind) && rule_.applies) {
      found_.push_back({"/applies", fmt::format("must be false: a fix of kind {} changes nothing",
                                                to_string(rule_.fix.kind))});
    }
    const bool by_steps =
        rule_.applies && !changes_boot_parameters(rule_.fix.kind) && !only_says(rule_.fix.kind);
    if (by_steps && (rule_.fix.steps.empty() || !rule_.fix.changes.empty())) {
      found_.push_back({"/fix/steps", "a fix of this kind says step by step what is to be done"});
    }
    for (std::size_t i = 0; i < rule_.fix.steps.size(); ++i)
      step(rule_.fix.steps[i], fmt::format("/fix/steps/{}", i));
    for (std::size_t i = 0; i < rule_.fix.changes.size(); ++i)
      change(rule_.fix.changes[i], fmt::format("/fix/changes/{}/parameter", i));
    if (!changes_boot_parameters(rule_.fix.kind)) return;
    if (rule_.applies && rule_.fix.changes.empty()) {
      found_.push_back({"/fix/changes", "a fix of this kind must name what it changes"});
    }
    if (!rule_.fix.reboot) {
      found_.push_back({"/fix/reboot", "must be true: boot parameters wait for a reboot"});
    }
  }

  void step(const model::FixStep& step, const std::string& pointer) {
    if (!step.found_at.empty()) fact(step.found_at, pointer + "/found_at");
    for (std::size_t open = step.text.find("%{"); open != std::string::npos;
         open = step.text.find("%{", open + 2)) {
      fact(step.text.substr(open + 2, step.text.find('}', open) - open - 2), pointer);
    }
    if (step.file == kCurrentClocksource && !asks_whether_available(rule_.when, step.text)) {
      found_.push_back({pointer + "/write", "the rule must ask whether clock.available contains " +
                                                printable(step.text)});
    }
  }

  void change(const model::FixChange& change, std::string pointer) {
    if (!change.to || names_.parameters.count({rule_.fix.kind, change.parameter}) > 0) return;
    found_.push_back({std::move(pointer), "parameters.json does not tell which kernels know " +
                                              printable(change.parameter)});
  }

  void condition(const model::Condition& node, const std::string& pointer) {
    switch (node.kind) {
      case model::Condition::Kind::all:
      case model::Condition::Kind::any: {
        const char* const name = node.kind == model::Condition::Kind::all ? "all" : "any";
        for (std::size_t i = 0; i < node.children.size(); ++i)
          condition(node.children[i], fmt::format("{}/{}/{}", pointer, name, i));
        break;
      }
      case model::Condition::Kind::negation:
        for (const model::Condition& child : node.children)
          condition(child, pointer + "/not");
        break;
      case model::Condition::Kind::fact:
        fact(node.path, pointer + "/fact");
        break;
      case model::Condition::Kind::parameter:
        break;
    }
  }

  void fact(const std::string& path, std::string pointer) {
    if (!std::holds_alternative<model::AbsentValue>(known_.at(path))) return;
    found_.push_back({std::move(pointer), "no fact has the path " + printable(path)});
  }

  void other_rule(const std::string& name, std::string pointer) {
    if (name == rule_.rule) {
      found_.push_back({std::move(pointer), "a rule cannot stand before itself"});
    } else if (names_.rules.count(name) == 0) {
      found_.push_back({std::move(pointer), "no rule is called " + printable(name)});
    }
  }

  const model::Rule& rule_;
  const RuleNames& names_;
  model::Measurements measured_;
  model::FactLookup known_;
  std::vector<RuleProblem> found_;
};

}  // namespace

std::vector<RuleProblem> rule_problems(const model::Rule& rule, const RuleNames& names) {
  return Inspection(rule, names).problems();
}

}  // namespace guestclock::tables
