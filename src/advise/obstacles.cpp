#include "advise/obstacles.h"

#include <algorithm>
#include <optional>

#include "advise/evaluation.h"
#include "base/text.h"
#include "model/kernel_parameters.h"

namespace guestclock::advise {
namespace {

using model::Finding;
using model::FindingChange;
using model::FixKind;

const model::KnownParameter* row_of(std::string_view parameter, FixKind kind,
                                    std::span<const model::KnownParameter> parameters) {
  const auto row = std::find_if(parameters.begin(), parameters.end(), [&](const auto& one) {
    return one.kind == kind && model::same_parameter_name(kind, one.name, parameter);
  });
  return row == parameters.end() ? nullptr : &*row;
}

std::string system_in_words(const model::Kernel& kernel) {
  std::string words;
  for (const auto* const part :
       {&kernel.distribution.id, &kernel.distribution.version, &kernel.release, &kernel.arch}) {
    if (part->known()) words += (words.empty() ? "" : " ") + part->value();
  }
  return words.empty() ? "this system" : words;
}

/// The clocksource that a change asks for: clock= names some of them in its own way
/// (linux kernel/time/clocksource.c, boot_override_clock).
std::optional<std::string> clocksource_of(const FindingChange& change) {
  if (!change.to) return std::nullopt;
  if (change.parameter == "clocksource") return change.to;
  if (change.parameter == "clock") return *change.to == "pmtmr" ? "acpi_pm" : *change.to;
  return std::nullopt;
}

class ObstacleSearch {
 public:
  ObstacleSearch(std::span<const model::KnownParameter> parameters, const model::Facts& facts)
      : parameters_(parameters), facts_(facts), lookup_(facts, nullptr), entries_(facts) {}

  [[nodiscard]] std::string unknown_to_kernel(std::string_view parameter, FixKind kind) const {
    const model::KnownParameter* const row = row_of(parameter, kind, parameters_);
    if (row == nullptr) return {};
    const Truth known = Evaluation(lookup_, entries_).any_system(row->known_by);
    if (known.is_yes()) return {};
    if (known.is_no()) {
      return "this kernel (" + system_in_words(facts_.kernel) + ") does not know " + row->name +
             "=";
    }
    const Missing& missing = known.missing.front();
    return "whether this kernel knows " + row->name + "= is unknown: " + missing.path +
           " is not known (" + missing.reason + ")";
  }

  [[nodiscard]] std::string for_finding(const Finding& finding) const {
    for (const FindingChange& change : finding.changes) {
      std::string found = for_change(change, finding.fix.kind);
      if (!found.empty()) return found;
    }
    return {};
  }

 private:
  [[nodiscard]] std::string for_change(const FindingChange& change, FixKind kind) const {
    if (change.to) {
      std::string unknown = unknown_to_kernel(change.parameter, kind);
      if (!unknown.empty()) return unknown;
    }
    if (kind != FixKind::kernel_parameter) return {};
    std::string missing = missing_clocksource(change);
    return missing.empty() ? written_by_tuned(change.parameter) : missing;
  }

  [[nodiscard]] std::string missing_clocksource(const FindingChange& change) const {
    const auto wanted = clocksource_of(change);
    const auto& available = facts_.clock.available;
    if (!wanted || !available.known() || contains(available.value(), *wanted)) return {};
    return "the clocksource " + *wanted +
           " is not among those available here: " + join(available.value(), ", ");
  }

  [[nodiscard]] std::string written_by_tuned(const std::string& parameter) const {
    const model::Tuning& tuning = facts_.tuning;
    const bool writes =
        std::any_of(tuning.cmdline.begin(), tuning.cmdline.end(), [&](const std::string& token) {
          return model::same_parameter_name(model::parameter_key(token), parameter);
        });
    if (!writes) return {};
    const std::string profile =
        tuning.tuned_profile.known() ? " (profile " + tuning.tuned_profile.value() + ")" : "";
    return "TuneD" + profile + " writes " + parameter +
           " on the kernel command line and would put it back: change its profile, or choose "
           "another with tuned-adm profile NAME";
  }

  std::span<const model::KnownParameter> parameters_;
  const model::Facts& facts_;
  model::FactLookup lookup_;
  BootParameters entries_;
};

/// They want different things of one parameter.
bool are_rivals(const Finding& a, const Finding& b) {
  if (a.fix.kind != b.fix.kind || a.held || b.held || !a.applies || !b.applies) return false;
  return std::any_of(a.changes.begin(), a.changes.end(), [&](const FindingChange& one) {
    return std::any_of(b.changes.begin(), b.changes.end(), [&](const FindingChange& other) {
      return model::same_parameter_name(a.fix.kind, one.parameter, other.parameter) &&
             one.to != other.to;
    });
  });
}

}  // namespace

std::string unknown_to_kernel(std::string_view parameter, FixKind kind,
                              std::span<const model::KnownParameter> parameters,
                              const model::Facts& facts) {
  return ObstacleSearch(parameters, facts).unknown_to_kernel(parameter, kind);
}

void note_obstacles(std::span<const model::KnownParameter> parameters, const model::Facts& facts,
                    model::Judgement& judgement) {
  const bool change_something =
      std::any_of(judgement.findings.begin(), judgement.findings.end(),
                  [](const Finding& finding) { return !finding.changes.empty(); });
  if (!change_something) return;
  const ObstacleSearch search(parameters, facts);
  for (Finding& finding : judgement.findings) {
    finding.obstacle = search.for_finding(finding);
    for (const Finding& other : judgement.findings) {
      if (are_rivals(finding, other)) finding.rivals.push_back(other.rule);
    }
  }
}

}  // namespace guestclock::advise
