// Where results and messages go: data to standard output and the files named, the rest to stderr.
#pragma once

#include <string>

#include "cli/options.h"
#include "model/report.h"

namespace guestclock::cli {

/// Renders the document for every output asked for.
[[nodiscard]] Result<void> put_out(const model::Document& document, const Options& options);

/// "guestclock: warning: ..." on stderr.
void warn(const std::string& message);
/// "guestclock: ..." on stderr.
void announce(const std::string& message);

/// The question on stderr, the answer from standard input; true for y or yes.
[[nodiscard]] bool ask(const std::string& question);
[[nodiscard]] bool input_is_terminal();

}  // namespace guestclock::cli
