// What stands in the way of a fix that is due: its kernel does not know the parameter, the
// clocksource is not there, somebody else writes the command line.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/facts.h"
#include "model/finding.h"
#include "model/known_parameter.h"

namespace guestclock::advise {

/// Why this guest's kernel would not take the parameter: rules/parameters.json says that it does
/// not know it, or what would tell is unknown. Empty: it knows it, or the table has no such name.
[[nodiscard]] std::string unknown_to_kernel(std::string_view parameter, model::FixKind kind,
                                            std::span<const model::KnownParameter> parameters,
                                            const model::Facts& facts);

/// Fills `obstacle` of each finding that writes a parameter which its kernel does not know, asks
/// for a clocksource that is known not to be available, or changes what TuneD writes; and `rivals`
/// with those that want something else of one of its parameters.
void note_obstacles(std::span<const model::KnownParameter> parameters, const model::Facts& facts,
                    model::Judgement& judgement);

}  // namespace guestclock::advise
