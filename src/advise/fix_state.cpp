#include "advise/fix_state.h"

#include <algorithm>

namespace guestclock::advise {
namespace {

using Where = model::Condition::Where;

/// Where a change was looked for and what stood there.
struct Sight {
  bool seen = false;
  bool in_place = false;  ///< only where seen
  std::optional<std::string> from;
  std::optional<Missing> missing;  ///< only where not seen, and known what is missing
};

Sight judge_values(const std::vector<ParameterValues>& places, const model::FixChange& change) {
  Sight sight{true, false, std::nullopt, std::nullopt};
  for (const ParameterValues& values : places) {
    if (!sight.from) sight.from = effective(values);
  }
  sight.in_place = std::all_of(places.begin(), places.end(), [&](const ParameterValues& values) {
    return effective(values) == change.to;
  });
  return sight;
}

class FixInspection {
 public:
  FixInspection(model::FixKind kind, const model::Facts& facts, const BootParameters& parameters,
                Evaluation& evaluation)
      : kind_(kind), facts_(facts), parameters_(parameters), evaluation_(evaluation) {}

  void inspect(const model::FixChange& change, FixState& state) {
    const Sight configured = in_entries(change);
    const Sight in_force = in_running_system(change);
    const auto from = configured.seen ? configured.from : in_force.from;
    state.changes.push_back({target(change), change.parameter, from, change.to});
    const bool seen = configured.seen || in_force.seen;
    const bool in_place =
        seen && (!configured.seen || configured.in_place) && (!in_force.seen || in_force.in_place);
    state.in_place = state.in_place && in_place;
    if (!seen && !change.to && configured.missing) {
      state.seen = Truth::unknown(configured.missing->path, configured.missing->reason);
    }
  }

 private:
  [[nodiscard]] bool is_boot_parameter() const {
    return kind_ == model::FixKind::kernel_parameter || kind_ == model::FixKind::loader_tunable;
  }

  Sight look(Where where, const model::FixChange& change) {
    auto found = parameters_.at(where, change.parameter);
    if (auto* const missing = std::get_if<Missing>(&found)) {
      evaluation_.remember(missing->path, model::describe(model::UnknownValue{missing->reason}));
      return {false, false, std::nullopt, std::move(*missing)};
    }
    auto& seen = std::get<ParameterSeen>(found);
    evaluation_.remember(std::move(seen.evidence_path), std::move(seen.evidence));
    return judge_values(seen.places, change);
  }

  Sight in_entries(const model::FixChange& change) {
    if (!is_boot_parameter()) return {};
    return look(change.to ? Where::default_entry : Where::any_entry, change);
  }

  Sight in_running_system(const model::FixChange& change) {
    if (kind_ == model::FixKind::kernel_parameter) {
      return facts_.kernel.cmdline.known() ? look(Where::running, change) : Sight{};
    }
    // The one tunable whose running value is a fact. Elsewhere the boot entry alone decides.
    if (kind_ == model::FixKind::loader_tunable && change.parameter == "kern.hz" && change.to) {
      const auto& hz = facts_.kernel.hz;
      if (!hz.known()) return {};
      evaluation_.look_at("kernel.hz");
      return {true, std::to_string(hz.value()) == *change.to, std::nullopt, std::nullopt};
    }
    return {};
  }

  [[nodiscard]] std::string target(const model::FixChange& change) const {
    if (kind_ == model::FixKind::loader_tunable) return "/boot/loader.conf";
    if (kind_ == model::FixKind::kernel_parameter) {
      return change.to ? "default entry" : "every entry";
    }
    return std::string(model::to_string(kind_));
  }

  model::FixKind kind_;
  const model::Facts& facts_;
  const BootParameters& parameters_;
  Evaluation& evaluation_;
};

}  // namespace

FixState state_of_fix(const model::Fix& fix, const model::Facts& facts,
                      const BootParameters& parameters, Evaluation& evaluation) {
  FixState state;
  state.in_place = !fix.changes.empty();
  FixInspection inspection(fix.kind, facts, parameters, evaluation);
  for (const model::FixChange& change : fix.changes) {
    inspection.inspect(change, state);
  }
  return state;
}

}  // namespace guestclock::advise
