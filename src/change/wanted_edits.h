// From findings to parameter edits: which are wanted, in which order, and whether they agree.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/change.h"
#include "model/finding.h"

namespace guestclock::change {

/// The edits that one kind of fix asks for, and the rules behind them.
struct WantedEdits {
  std::vector<model::ParameterEdit> edits;  ///< each parameter once
  std::vector<std::string> rules;
};

/// `findings` (all of one kind) in rule order, a rule in front of those that it writes_before.
/// Two rules that want the same of a parameter are one edit, under the first one's name; two that
/// want different things of it are a conflict. An empty value of a kernel parameter is the bare
/// flag.
[[nodiscard]] Result<WantedEdits> wanted_edits(std::span<const model::Finding> findings,
                                               model::FixKind kind);

}  // namespace guestclock::change
