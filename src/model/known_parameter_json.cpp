#include "model/known_parameter_json.h"

#include "model/ranges_json.h"

namespace guestclock::model {

Result<KnownParameter> known_parameter_from_json(const nlohmann::ordered_json& json) {
  MemberReader reader;
  KnownParameter out;
  if (reader.object(json, "") != nullptr) {
    out.name = reader.text(json, "", "name");
    const std::string kind = reader.text(json, "", "kind");
    if (kind == to_string(FixKind::loader_tunable)) {
      out.kind = FixKind::loader_tunable;
    } else if (kind != to_string(FixKind::kernel_parameter)) {
      reader.problem("kind", "kernel-parameter or loader-tunable is expected");
    }
    out.source = reader.text(json, "", "source");
    const auto* const known_by = reader.require(json, "", "known_by");
    if (known_by != nullptr && reader.list(*known_by, "known_by") != nullptr) {
      for (const auto& ranges : *known_by) {
        const std::string path = MemberReader::element("known_by", out.known_by.size());
        out.known_by.push_back(ranges_from_json(reader, ranges, path));
      }
    }
  }
  if (reader.failed()) return tl::make_unexpected(reader.error());
  return out;
}

}  // namespace guestclock::model
