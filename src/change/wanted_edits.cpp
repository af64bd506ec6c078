#include "change/wanted_edits.h"

#include <algorithm>
#include <optional>

#include "model/kernel_parameters.h"

namespace guestclock::change {
namespace {

/// Rule order, but nobody behind a rule that must stand behind it. Rules that wait for each other
/// keep their order.
std::vector<const model::Finding*> in_writing_order(std::span<const model::Finding> findings) {
  std::vector<const model::Finding*> waiting;
  for (const model::Finding& finding : findings)
    waiting.push_back(&finding);
  std::vector<const model::Finding*> ordered;
  while (!waiting.empty()) {
    const auto held_back = [&](const model::Finding* later) {
      return std::any_of(waiting.begin(), waiting.end(), [&](const model::Finding* other) {
        const auto& before = other->writes_before;
        return other != later &&
               std::find(before.begin(), before.end(), later->rule) != before.end();
      });
    };
    auto next = std::find_if_not(waiting.begin(), waiting.end(), held_back);
    if (next == waiting.end()) next = waiting.begin();
    ordered.push_back(*next);
    waiting.erase(next);
  }
  return ordered;
}

std::vector<model::ParameterEdit> edits_of(const model::Finding& finding, model::FixKind kind) {
  std::vector<model::ParameterEdit> edits;
  for (const model::FixChange& change : finding.fix.changes) {
    auto known = std::find_if(edits.begin(), edits.end(), [&](const model::ParameterEdit& edit) {
      return model::same_parameter_name(kind, edit.key, change.parameter);
    });
    if (known == edits.end()) {
      known = edits.insert(edits.end(), {change.parameter, {}, finding.rule});
    }
    if (!change.to) continue;
    const bool flag = kind == model::FixKind::kernel_parameter && change.to->empty();
    known->values.push_back(flag ? std::nullopt : change.to);
  }
  return edits;
}

std::string in_words(const model::ParameterEdit& edit) {
  if (edit.values.empty()) return "no " + edit.key;
  std::string words;
  for (const auto& value : edit.values) {
    words += (words.empty() ? "" : " ") + model::parameter_token(edit.key, value);
  }
  return words;
}

}  // namespace

Result<WantedEdits> wanted_edits(std::span<const model::Finding> findings, model::FixKind kind) {
  WantedEdits wanted;
  for (const model::Finding* finding : in_writing_order(findings)) {
    wanted.rules.push_back(finding->rule);
    for (model::ParameterEdit& edit : edits_of(*finding, kind)) {
      const auto known = std::find_if(
          wanted.edits.begin(), wanted.edits.end(), [&](const model::ParameterEdit& other) {
            return model::same_parameter_name(kind, other.key, edit.key);
          });
      if (known == wanted.edits.end()) {
        wanted.edits.push_back(std::move(edit));
      } else if (known->values != edit.values) {
        return fail(ErrorCode::conflict,
                    known->rule + " wants " + in_words(*known) + ", but " + edit.rule + " wants " +
                        in_words(edit),
                    {}, "name the rule to follow: guestclock apply RULE");
      }
    }
  }
  return wanted;
}

}  // namespace guestclock::change
