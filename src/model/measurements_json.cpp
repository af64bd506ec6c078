#include "model/measurements_json.h"

#include "model/fact_json.h"
#include "model/measurements_fields.h"

namespace guestclock::model {

nlohmann::ordered_json measurements_to_json(const Measurements& measurements) {
  FactWriter writer;
  Json json = writer.write(measurements);
  json["unknown"] = writer.unknown();
  return json;
}

Result<Measurements> measurements_from_json(const nlohmann::ordered_json& json) {
  FactReader reader(json);
  Measurements measurements;
  if (!reader.error()) reader.read(&json, measurements);
  if (reader.error()) return tl::make_unexpected(*reader.error());
  return measurements;
}

}  // namespace guestclock::model
