#include "support/schema.h"

#include <fstream>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace guestclock::support {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

/// "guestclock.detect/1" is in guestclock.detect-1.schema.json.
std::string schema_file(std::string id) {
  const std::size_t slash = id.rfind('/');
  if (slash != std::string::npos) id[slash] = '-';
  return std::string(GUESTCLOCK_SOURCE_DIR) + "/docs/schema/" + id + ".schema.json";
}

}  // namespace

std::string schema_problems(const std::string& json) {
  const auto document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_object()) return "not one JSON object: " + json.substr(0, 200);
  const std::string id = document.value("schema", "");
  std::ifstream file(schema_file(id));
  if (!file) return "no schema file " + schema_file(id);
  const auto schema_json = nlohmann::json::parse(file, nullptr, false);
  if (schema_json.is_discarded()) return schema_file(id) + " is no JSON";

  valijson::Schema schema;
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(Adapter(schema_json), schema);
  valijson::ValidationResults results;
  if (valijson::Validator().validate(schema, Adapter(document), &results)) return "";
  std::string problems;
  for (const auto& result : results) {
    for (const auto& part : result.context)
      problems += part;
    problems += ": " + result.description + "\n";
  }
  return problems;
}

}  // namespace guestclock::support
