#include "advise/boot_parameters.h"

#include <fmt/format.h>

#include "base/text.h"
#include "model/kernel_parameters.h"

namespace guestclock::advise {
namespace {

using Where = model::Condition::Where;

ParameterValues values_in(const std::vector<std::string>& tokens, std::string_view key) {
  ParameterValues values;
  for (auto& value : model::parameter_values(tokens, key))
    values.push_back(value.value_or(std::string()));
  return values;
}

std::string in_words(const ParameterValues& values) {
  if (values.empty()) return "absent";
  std::vector<std::string> parts;
  for (const std::string& value : values)
    parts.push_back(value.empty() ? "without a value" : printable(value));
  return join(parts, ", ");
}

}  // namespace

std::variant<ParameterSeen, Missing> BootParameters::running(std::string_view key) const {
  const auto& cmdline = facts_.kernel.cmdline;
  if (!cmdline.known()) {
    return Missing{"kernel.cmdline", cmdline.reason(), cmdline.reason() == model::kLiveOnly};
  }
  ParameterValues values = values_in(cmdline.value(), key);
  std::string words = in_words(values);
  return ParameterSeen{
      fmt::format("kernel.cmdline.{}", key), std::move(words), {std::move(values)}};
}

std::variant<ParameterSeen, Missing> BootParameters::at(Where where, std::string_view key) const {
  const auto& entries = facts_.boot.entries;
  if (where == Where::running || (!entries.known() && facts_.kernel.cmdline.known())) {
    return running(key);
  }
  if (!entries.known()) {
    return Missing{"boot.entries", entries.reason(), entries.reason() == model::kLiveOnly};
  }
  ParameterSeen seen;
  if (where == Where::default_entry) {
    seen.evidence_path = fmt::format("boot.default.{}", key);
    for (const model::BootEntry& entry : entries.value()) {
      if (entry.is_default) seen.places = {values_in(entry.parameters, key)};
    }
    if (seen.places.empty()) seen.places.emplace_back();
    seen.evidence = in_words(seen.places.front());
    return seen;
  }
  seen.evidence_path = fmt::format("boot.entries.{}", key);
  std::vector<std::string> found;
  for (const model::BootEntry& entry : entries.value()) {
    if (entry.rescue) continue;
    seen.places.push_back(values_in(entry.parameters, key));
    if (!seen.places.back().empty()) {
      found.push_back(fmt::format("{} ({})", in_words(seen.places.back()), printable(entry.title)));
    }
  }
  seen.evidence = found.empty() ? "absent" : join(found, "; ");
  return seen;
}

std::optional<std::string> effective(const ParameterValues& values) {
  if (values.empty()) return std::nullopt;
  return values.back();
}

}  // namespace guestclock::advise
