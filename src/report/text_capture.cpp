#include <fmt/format.h>

#include "base/text.h"
#include "report/text_parts.h"

namespace guestclock::report {

void write_document(Page& page, const model::CaptureDocument& document) {
  const std::string state = document.redacted ? "redacted" : "NOT redacted";
  page.line(0, fmt::format("{}: {}, {}.", document.directory,
                           counted(static_cast<std::size_t>(document.files), "file"), state));
  if (document.incomplete) page.line(0, "Not complete: there was more than a capture may hold.");
  if (document.refused.empty()) return;
  page.line(0, fmt::format("Not readable without more privilege: {} (as root they would be in it).",
                           join(document.refused, ", ")));
}

}  // namespace guestclock::report
