#include "tables/row_tables.h"

#include <iterator>

#include <nlohmann/json.hpp>

#include "model/known_parameter_json.h"
#include "model/word_table.h"

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

using Source = ClueCondition::Source;
using Match = ClueCondition::Match;

constexpr model::WordTable<Source, 16> kSources{{
    {Source::dmi, "dmi"},
    {Source::no_dmi, "no_dmi"},
    {Source::acpi, "acpi"},
    {Source::device_tree, "device_tree"},
    {Source::device_tree_node, "device_tree_node"},
    {Source::file, "file"},
    {Source::entries, "entries"},
    {Source::sysctl, "sysctl"},
    {Source::environment, "environment"},
    {Source::cgroup, "cgroup"},
    {Source::signature, "signature"},
    {Source::tracer, "tracer"},
    {Source::release, "release"},
    {Source::arch, "arch"},
    {Source::smbios_vm, "smbios_vm"},
    {Source::verdict, "verdict"},
}};
constexpr model::WordTable<Match, 8> kMatches{{
    {Match::is, "is"},
    {Match::starts, "starts"},
    {Match::ends, "ends"},
    {Match::contains, "contains"},
    {Match::word, "word"},
    {Match::has, "has"},
    {Match::has_start, "has_start"},
    {Match::more_than, "more_than"},
}};
constexpr model::WordTable<Proof, 4> kProofs{{
    {Proof::name, "name"},
    {Proof::kernel, "kernel"},
    {Proof::machine, "machine"},
    {Proof::unless_clear, "unless_clear"},
}};
constexpr model::WordTable<ContainerProof, 3> kContainerProofs{{
    {ContainerProof::file, "file"},
    {ContainerProof::kernel, "kernel"},
    {ContainerProof::process, "process"},
}};

/// The first value where the word is not in the table: the schema admits no such word.
template <class E, std::size_t N>
E value_of(const model::WordTable<E, N>& table, const std::string& word) {
  return model::value_of(table, word).value_or(table.front().first);
}

/// Reads hypervisors.json into a table that holds its texts itself.
class HypervisorsReader {
 public:
  Hypervisors read(const Json& json) {
    Hypervisors table;
    each_row(json, "signatures", [&](const Json& row) {
      table.signatures.push_back({kept(row, "signature"), kept(row, "vm"), kept(row, "interface"),
                                  flag(row, "claim_only")});
    });
    each_row(json, "clocksources", [&](const Json& row) {
      table.clocksources.push_back({kept(row, "clocksource"), kept(row, "vm"),
                                    kept(row, "interface"), flag(row, "claim_only")});
    });
    each_row(json, "clues", [&](const Json& row) {
      table.clues.push_back({kept(row, "vm"), kept(row, "mode"), kept(row, "platform"),
                             value_of(kProofs, text(row, "proof")), all_kept(row, "over"),
                             conditions(row), kept(row, "why")});
    });
    each_row(json, "containers", [&](const Json& row) {
      table.containers.push_back({kept(row, "container"),
                                  value_of(kContainerProofs, text(row, "proof")), conditions(row)});
    });
    if (const auto names = json.find("container_names"); names != json.end()) {
      table.container_names = container_names(*names);
    }
    table.texts.push_back(std::move(texts_));
    return table;
  }

 private:
  std::string_view keep(std::string text) { return texts_->emplace_back(std::move(text)); }
  std::string_view kept(const Json& row, const char* name) { return keep(text(row, name)); }

  std::vector<std::string_view> all_kept(const Json& row, const char* name) {
    std::vector<std::string_view> all;
    for (std::string& text : texts(row, name))
      all.push_back(keep(std::move(text)));
    return all;
  }

  ClueCondition condition(const Json& row) {
    ClueCondition made;
    for (const auto& [name, value] : row.items()) {
      if (!value.is_string()) continue;
      if (const auto source = model::value_of(kSources, name)) {
        made.source = *source;
        made.name = keep(value.get<std::string>());
      } else if (const auto match = model::value_of(kMatches, name)) {
        made.match = *match;
        made.text = keep(value.get<std::string>());
      }
    }
    made.key = kept(row, "key");
    made.negated = flag(row, "not");
    return made;
  }

  std::vector<ClueCondition> conditions(const Json& row) {
    std::vector<ClueCondition> all;
    each_row(row, "when", [&](const Json& one) { all.push_back(condition(one)); });
    return all;
  }

  ContainerNames container_names(const Json& json) {
    ContainerNames names{all_kept(json, "files"), all_kept(json, "variables"), {}};
    if (const auto ids = json.find("ids"); ids != json.end() && ids->is_object()) {
      for (const auto& [word, id] : ids->items()) {
        if (id.is_string()) names.ids[keep(word)] = keep(id.get<std::string>());
      }
    }
    return names;
  }

  std::shared_ptr<std::deque<std::string>> texts_ = std::make_shared<std::deque<std::string>>();
};

template <class Row>
void insert_before(std::vector<Row>& rows, std::vector<Row>& first) {
  rows.insert(rows.begin(), std::make_move_iterator(first.begin()),
              std::make_move_iterator(first.end()));
}

}  // namespace

Hypervisors hypervisors_from_json(const Json& json) {
  return HypervisorsReader().read(json);
}

std::map<std::string, double, std::less<>> thresholds_from_json(const Json& json) {
  std::map<std::string, double, std::less<>> values;
  each_row(json, "thresholds", [&values](const Json& row) {
    const auto value = row.find("value");
    if (value != row.end() && value->is_number()) values[text(row, "name")] = value->get<double>();
  });
  return values;
}

std::vector<Result<model::KnownParameter>> known_parameters(const Json& json) {
  std::vector<Result<model::KnownParameter>> rows;
  each_row(json, "parameters",
           [&rows](const Json& row) { rows.push_back(model::known_parameter_from_json(row)); });
  return rows;
}

std::vector<SmearingRow> smearing_from_json(const Json& json) {
  std::vector<SmearingRow> rows;
  each_row(json, "servers", [&rows](const Json& row) {
    rows.push_back({texts(row, "names"), text(row, "how")});
  });
  return rows;
}

void put_before(Hypervisors& table, Hypervisors first) {
  insert_before(table.signatures, first.signatures);
  insert_before(table.clocksources, first.clocksources);
  insert_before(table.clues, first.clues);
  insert_before(table.containers, first.containers);
  insert_before(table.container_names.files, first.container_names.files);
  insert_before(table.container_names.variables, first.container_names.variables);
  first.container_names.ids.merge(table.container_names.ids);
  table.container_names.ids = std::move(first.container_names.ids);
  insert_before(table.texts, first.texts);
}

}  // namespace guestclock::tables
