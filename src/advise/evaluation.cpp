#include "advise/evaluation.h"

#include <algorithm>

#include "advise/comparison.h"
#include "base/text.h"
#include "model/version.h"

namespace guestclock::advise {
namespace {

using model::Condition;
using model::LookupValue;
using model::UnknownValue;

constexpr std::string_view kVm = "virtualization.vm";
constexpr std::string_view kContainer = "virtualization.container";
constexpr std::string_view kDistributionId = "kernel.distribution.id";
constexpr std::string_view kDistributionVersion = "kernel.distribution.version";

/// An unknown value as the truth it leaves open, otherwise `test` of its text (absent: none).
template <class Test>
Truth decide(std::string_view path, const LookupValue& value, Test test) {
  if (const auto* const unknown = std::get_if<UnknownValue>(&value)) {
    return Truth::unknown(std::string(path), unknown->reason);
  }
  const auto* const text = std::get_if<std::string>(&value);
  return Truth::of(text != nullptr && test(*text));
}

}  // namespace

Truth Evaluation::ranges(const model::Rule& rule) {
  Conjunction all;
  if (all.add(vm(rule.ranges.vm)) && all.add(container(rule))) all.add(system(rule.ranges));
  return std::move(all).result();
}

Truth Evaluation::any_system(const std::vector<model::Ranges>& ranges) {
  Conjunction none;
  for (const model::Ranges& wanted : ranges) {
    if (!none.add(negation(system(wanted)))) break;
  }
  return negation(std::move(none).result());
}

Truth Evaluation::system(const model::Ranges& wanted) {
  Conjunction all;
  const bool open =
      (wanted.os.empty() || all.add(one_of("kernel.os", wanted.os))) &&
      (wanted.distributions.empty() || all.add(any_distribution(wanted.distributions))) &&
      (wanted.not_distributions.empty() ||
       all.add(negation(any_distribution(wanted.not_distributions)))) &&
      (wanted.arch.empty() || all.add(one_of("kernel.arch", wanted.arch)));
  if (open) {
    Truth kernel = within("kernel.release", wanted.kernel);
    const bool only_a_witness = !wanted.distributions.empty() || !wanted.not_distributions.empty();
    if (kernel.is_no() || !only_a_witness) all.add(std::move(kernel));
  }
  return std::move(all).result();
}

Truth Evaluation::condition(const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::all: {
      Conjunction every;
      for (const Condition& child : condition.children) {
        if (!every.add(this->condition(child))) break;
      }
      return std::move(every).result();
    }
    case Condition::Kind::any: {
      Conjunction none;
      for (const Condition& child : condition.children) {
        if (!none.add(negation(this->condition(child)))) break;
      }
      return negation(std::move(none).result());
    }
    case Condition::Kind::negation:
      return condition.children.empty() ? Truth::of(false)
                                        : negation(this->condition(condition.children.front()));
    case Condition::Kind::fact:
      return fact(condition);
    case Condition::Kind::parameter:
      return parameter(condition);
  }
  return Truth::of(false);
}

const LookupValue& Evaluation::look_at(std::string_view path) {
  note(path, std::nullopt);
  return facts_.at(path);
}

void Evaluation::remember(std::string path, std::string value) {
  note(path, std::move(value));
}

void Evaluation::note(std::string_view path, std::optional<std::string> value) {
  const bool known = std::any_of(seen_.begin(), seen_.end(),
                                 [&path](const Seen& seen) { return seen.path == path; });
  if (!known) seen_.push_back({std::string(path), std::move(value)});
}

std::vector<model::FindingEvidence> Evaluation::take_evidence() {
  std::vector<model::FindingEvidence> evidence;
  for (Seen& seen : seen_) {
    std::string value = seen.value ? std::move(*seen.value) : facts_.words_at(seen.path);
    evidence.push_back({std::move(seen.path), std::move(value)});
  }
  seen_.clear();
  return evidence;
}

Truth Evaluation::vm(const std::vector<std::string>& wanted) {
  return decide(kVm, look_at(kVm), [&wanted](const std::string& vm) {
    return vm != "none" && (contains(wanted, "any") || contains(wanted, vm));
  });
}

/// The kernel belongs to the host of a container: nothing of it can be changed from inside. An
/// unknown container does not count: an unbooted tree is none.
Truth Evaluation::container(const model::Rule& rule) {
  if (!rule.applies) return Truth::of(true);
  const LookupValue& value = facts_.at(kContainer);
  const auto* const container = std::get_if<std::string>(&value);
  if (container == nullptr) return Truth::of(true);
  remember(std::string(kContainer), *container);
  return Truth::of(*container == "none");
}

Truth Evaluation::one_of(std::string_view path, const std::vector<std::string>& wanted) {
  return decide(path, look_at(path),
                [&wanted](const std::string& text) { return contains(wanted, text); });
}

Truth Evaluation::within(std::string_view path, const model::VersionRange& range) {
  if (!range.from && !range.to) return Truth::of(true);
  return decide(path, look_at(path), [&range](const std::string& version) {
    const auto keeps = [&version](const std::optional<std::string>& bound, auto beyond) {
      if (!bound) return true;
      const auto order = model::compare_version(version, *bound);
      return order && *order != beyond;
    };
    return keeps(range.from, std::strong_ordering::less) &&
           keeps(range.to, std::strong_ordering::greater);
  });
}

Truth Evaluation::distribution(const model::DistributionRange& range) {
  Conjunction both;
  if (both.add(one_of(kDistributionId, range.ids))) {
    both.add(within(kDistributionVersion, range.version));
  }
  return std::move(both).result();
}

Truth Evaluation::any_distribution(const std::vector<model::DistributionRange>& ranges) {
  Conjunction none;
  for (const model::DistributionRange& range : ranges) {
    if (!none.add(negation(distribution(range)))) break;
  }
  return negation(std::move(none).result());
}

Truth Evaluation::fact(const Condition& condition) {
  const LookupValue& value = look_at(condition.path);
  if (const auto* const unknown = std::get_if<UnknownValue>(&value)) {
    return Truth::unknown(condition.path, unknown->reason);
  }
  return Truth::of(compare(value, condition.op, condition.value));
}

Truth Evaluation::parameter(const Condition& condition) {
  auto found = parameters_.at(condition.where, condition.path);
  if (auto* const missing = std::get_if<Missing>(&found)) {
    remember(missing->path, model::describe(UnknownValue{missing->reason}));
    return Truth::unknown(std::move(missing->path), std::move(missing->reason));
  }
  auto& seen = std::get<ParameterSeen>(found);
  remember(std::move(seen.evidence_path), std::move(seen.evidence));
  return Truth::of(std::any_of(seen.places.begin(), seen.places.end(),
                               [&condition](const ParameterValues& values) {
                                 return compare_parameter(values, condition.op, condition.value);
                               }));
}

}  // namespace guestclock::advise
