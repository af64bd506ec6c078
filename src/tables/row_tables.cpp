#include "tables/row_tables.h"

#include <iterator>

#include <nlohmann/json.hpp>

namespace guestclock::tables {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& row, const char* name) {
  const auto member = row.find(name);
  return member != row.end() && member->is_string() ? member->get<std::string>() : std::string();
}

bool flag(const Json& row, const char* name) {
  const auto member = row.find(name);
  return member != row.end() && member->is_boolean() && member->get<bool>();
}

std::vector<std::string> texts(const Json& row, const char* name) {
  std::vector<std::string> all;
  const auto member = row.find(name);
  if (member == row.end()) return all;
  for (const Json& element : *member) {
    if (element.is_string()) all.push_back(element.get<std::string>());
  }
  return all;
}

/// Calls `use` with every object of the list `name`.
template <class Use>
void each_row(const Json& json, const char* name, Use use) {
  if (!json.is_object()) return;
  const auto list = json.find(name);
  if (list == json.end() || !list->is_array()) return;
  for (const Json& row : *list) {
    if (row.is_object()) use(row);
  }
}

template <class Row>
void insert_before(std::vector<Row>& rows, std::vector<Row>& first) {
  rows.insert(rows.begin(), std::make_move_iterator(first.begin()),
              std::make_move_iterator(first.end()));
}

}  // namespace

Hypervisors hypervisors_from_json(const Json& json) {
  Hypervisors table;
  each_row(json, "signatures", [&table](const Json& row) {
    table.signatures.push_back(
        {text(row, "signature"), text(row, "vm"), text(row, "interface"), flag(row, "claim_only")});
  });
  each_row(json, "dmi", [&table](const Json& row) {
    table.dmi.push_back({text(row, "field"), text(row, "prefix"), text(row, "vm"),
                         text(row, "platform"), flag(row, "ambiguous")});
  });
  each_row(json, "platforms", [&table](const Json& row) {
    table.platforms.push_back({text(row, "platform"), text(row, "vm"), texts(row, "acpi_ids"),
                               flag(row, "without_dmi"), text(row, "why")});
  });
  each_row(json, "container_files", [&table](const Json& row) {
    table.container_files.push_back({text(row, "path"), text(row, "container")});
  });
  return table;
}

std::map<std::string, double, std::less<>> thresholds_from_json(const Json& json) {
  std::map<std::string, double, std::less<>> values;
  each_row(json, "thresholds", [&values](const Json& row) {
    const auto value = row.find("value");
    if (value != row.end() && value->is_number()) values[text(row, "name")] = value->get<double>();
  });
  return values;
}

void put_before(Hypervisors& table, Hypervisors first) {
  insert_before(table.signatures, first.signatures);
  insert_before(table.dmi, first.dmi);
  insert_before(table.platforms, first.platforms);
  insert_before(table.container_files, first.container_files);
}

}  // namespace guestclock::tables
