#include "report/format.h"
#include "report/text_parts.h"

namespace guestclock::report {

std::string render_text(const model::Document& document) {
  Page page;
  std::visit([&page](const auto& one) { write_document(page, one); }, document);
  return page.take();
}

}  // namespace guestclock::report
