// One document, many formats. One file per format.
#pragma once

#include <string>

#include "model/report.h"

namespace guestclock::report {

/// Pretty-printed JSON with a final newline, "schema": "guestclock.<name>/1".
[[nodiscard]] std::string render_json(const model::Document& document);

/// Of `measure` only (empty for other documents): its servers as ntpq -p and ntpdate -d show them.
/// Columns that only a running daemon has are "-"; ntpdate's reasons to drop a server all stand
/// there, not the first alone.
[[nodiscard]] std::string render_ntpq(const model::Document& document);
[[nodiscard]] std::string render_ntpdate(const model::Document& document);

/// Of `fit` only (empty for other documents): one object a line and file.
[[nodiscard]] std::string render_jsonl(const model::Document& document);

/// For people, 80 columns where content allows. Not stable. Ends with the verdict in one line.
[[nodiscard]] std::string render_text(const model::Document& document);

/// Of `detect` only (empty for other documents): the lines of virt-what(1), the word of
/// systemd-detect-virt(1), each with its newline.
[[nodiscard]] std::string render_virt_what(const model::Document& document);
[[nodiscard]] std::string render_systemd(const model::Document& document);

}  // namespace guestclock::report
