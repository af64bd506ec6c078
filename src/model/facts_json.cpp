#include "model/facts_json.h"

#include "model/fact_json.h"
#include "model/facts_fields.h"

namespace guestclock::model {

nlohmann::ordered_json facts_to_json(const Facts& facts) {
  FactWriter writer;
  Json json = writer.write(facts);
  json["unknown"] = writer.unknown();
  return json;
}

Result<Facts> facts_from_json(const nlohmann::ordered_json& json) {
  FactReader reader(json);
  Facts facts;
  if (!reader.error()) reader.read(&json, facts);
  if (reader.error()) return tl::make_unexpected(*reader.error());
  return facts;
}

nlohmann::ordered_json assumptions_to_json(const std::vector<Assumption>& all) {
  Json list = Json::array();
  for (const Assumption& assumption : all) {
    Json replaced = assumption.replaced.empty() ? Json(nullptr) : Json(assumption.replaced);
    list.push_back(Json{
        {"key", assumption.key}, {"value", assumption.value}, {"replaced", std::move(replaced)}});
  }
  return list;
}

}  // namespace guestclock::model
