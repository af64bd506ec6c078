#include "model/measurements_json.h"

#include "model/fact_json.h"
#include "model/measurements_fields.h"

namespace guestclock::model {

namespace {

template <class T>
Json with_unknown(const T& value) {
  FactWriter writer;
  Json json = writer.write(value);
  json["unknown"] = writer.unknown();
  return json;
}

}  // namespace

nlohmann::ordered_json measurements_to_json(const Measurements& measurements) {
  return with_unknown(measurements);
}

nlohmann::ordered_json file_fit_to_json(const FileFit& fit) {
  return with_unknown(fit);
}

nlohmann::ordered_json selftest_to_json(const Selftest& selftest) {
  return with_unknown(selftest);
}

Result<Measurements> measurements_from_json(const nlohmann::ordered_json& json) {
  FactReader reader(json);
  Measurements measurements;
  if (!reader.error()) reader.read(&json, measurements);
  if (reader.error()) return tl::make_unexpected(*reader.error());
  return measurements;
}

}  // namespace guestclock::model
