// One document, many formats. One file per format.
#pragma once

#include <string>

#include "model/report.h"

namespace guestclock::report {

/// Pretty-printed JSON with a final newline, "schema": "guestclock.<name>/1".
[[nodiscard]] std::string render_json(const model::Document& document);

/// For people, 80 columns where content allows. Not stable. Ends with the verdict in one line.
[[nodiscard]] std::string render_text(const model::Document& document);

}  // namespace guestclock::report
