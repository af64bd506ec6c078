#include "model/ranges_json.h"

#include "model/rule_json.h"
#include "model/version.h"

namespace guestclock::model {
namespace {

using Json = nlohmann::ordered_json;

std::optional<std::string> bound(MemberReader& reader, const Json& json, const std::string& path,
                                 const char* name) {
  const std::optional<std::string> text = reader.optional_text(json, path, name);
  if (text && !compare_version(*text, *text)) {
    reader.problem(MemberReader::below(path, name),
                   "a version that starts with a digit is expected");
  }
  return text;
}

VersionRange version(MemberReader& reader, const Json& json, const std::string& path) {
  VersionRange out;
  if (reader.object(json, path) == nullptr) return out;
  out.from = bound(reader, json, path, "from");
  out.to = bound(reader, json, path, "to");
  if (out.from && out.to) {
    const auto order = compare_version(*out.from, *out.to);
    // 5.3 to 5 is a range: the bound 5 takes all of 5.x in.
    if (order && *order == std::strong_ordering::greater) {
      reader.problem(path, "\"from\" is behind \"to\"");
    }
  }
  return out;
}

std::vector<DistributionRange> distributions(MemberReader& reader, const Json& json,
                                             const std::string& above, const char* name) {
  std::vector<DistributionRange> out;
  const Json* const node = MemberReader::find(json, name);
  const std::string path = MemberReader::below(above, name);
  if (node == nullptr || reader.list(*node, path) == nullptr) return out;
  for (const Json& element : *node) {
    const std::string here = MemberReader::element(path, out.size());
    if (reader.object(element, here) == nullptr) return out;
    out.push_back({reader.texts(element, here, "ids"), version(reader, element, here)});
    if (out.back().ids.empty()) reader.problem(here + ".ids", "at least one name is expected");
  }
  return out;
}

void put_list(Json& json, const char* name, const std::vector<std::string>& values) {
  if (!values.empty()) json[name] = values;
}

void put_version(Json& json, const VersionRange& range) {
  if (range.from) json["from"] = *range.from;
  if (range.to) json["to"] = *range.to;
}

void put_distributions(Json& json, const char* name, const std::vector<DistributionRange>& all) {
  if (all.empty()) return;
  json[name] = Json::array();
  for (const DistributionRange& range : all) {
    Json element{{"ids", range.ids}};
    put_version(element, range.version);
    json[name].push_back(std::move(element));
  }
}

}  // namespace

Ranges ranges_from_json(MemberReader& reader, const Json& json, const std::string& path) {
  Ranges out;
  if (reader.object(json, path) == nullptr) return out;
  out.vm = reader.texts(json, path, "vm");
  out.os = reader.texts(json, path, "os");
  out.arch = reader.texts(json, path, "arch");
  out.distributions = distributions(reader, json, path, "distributions");
  out.not_distributions = distributions(reader, json, path, "not_distributions");
  if (const Json* kernel = MemberReader::find(json, "kernel")) {
    out.kernel = version(reader, *kernel, MemberReader::below(path, "kernel"));
  }
  return out;
}

nlohmann::ordered_json ranges_to_json(const Ranges& ranges) {
  Json json = Json::object();
  put_list(json, "vm", ranges.vm);
  put_list(json, "os", ranges.os);
  put_list(json, "arch", ranges.arch);
  put_distributions(json, "distributions", ranges.distributions);
  put_distributions(json, "not_distributions", ranges.not_distributions);
  Json kernel = Json::object();
  put_version(kernel, ranges.kernel);
  if (!kernel.empty()) json["kernel"] = std::move(kernel);
  return json;
}

}  // namespace guestclock::model
