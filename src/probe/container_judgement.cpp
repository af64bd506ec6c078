#include "probe/container_judgement.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "probe/clues.h"

namespace guestclock::probe {
namespace {

using model::Evidence;
using model::Fact;
using tables::ContainerClue;
using tables::ContainerProof;

struct Name {
  std::string container;
  ContainerProof proof = ContainerProof::file;
  Found found;
};

class Judge {
 public:
  Judge(const Observations& seen, const tables::Hypervisors& table) : seen_(seen) {
    collect_own_names(table.container_names);
    for (const ContainerClue& clue : table.containers) {
      if (!hold(clue.when, seen, std::nullopt)) continue;
      names_.push_back({std::string(clue.container), clue.proof, found_by(clue.when, seen)});
    }
    std::stable_sort(names_.begin(), names_.end(),
                     [](const Name& a, const Name& b) { return a.proof < b.proof; });
  }

  Fact<std::string> conclude(std::vector<Evidence>& evidence) {
    const bool known = seen_.pid_namespace.known();
    const bool initial = known && is_initial_pid_namespace(seen_.pid_namespace.value());
    if (known) {
      evidence.push_back(
          {"/proc/self/ns/pid", printable(seen_.pid_namespace.value()),
           initial ? "container=none" : "container", true,
           initial ? "the initial PID namespace of the kernel" : "not the initial PID namespace"});
    }
    Fact<std::string> container = without_a_name(known, initial);
    bool named = false;
    for (Name& name : names_) {
      const bool believed = !named && believable(name.proof, known, initial);
      if (believed) container = name.container;
      evidence.push_back({std::move(name.found.source), std::move(name.found.value),
                          "container=" + name.container, believed,
                          why(name.proof, believed, named, initial)});
      named = named || believed;
    }
    return container;
  }

 private:
  void collect_own_names(const tables::ContainerNames& table) {
    for (const std::string_view path : table.files) {
      const auto file = seen_.files.find(path);
      if (file == seen_.files.end() || !file->second.text) continue;
      add_own_name(table, std::string(path), std::string(trim(*file->second.text)));
    }
    for (const std::string_view variable : table.variables) {
      const auto entry = seen_.environment.find(variable);
      if (entry == seen_.environment.end()) continue;
      add_own_name(table, fmt::format("/proc/1/environ ({})", variable), entry->second);
    }
  }

  void add_own_name(const tables::ContainerNames& table, std::string source,
                    const std::string& word) {
    if (word.empty()) return;
    const auto id = table.ids.find(word);
    names_.push_back({std::string(id == table.ids.end() ? "container-other" : id->second),
                      ContainerProof::process,
                      {std::move(source), printable(word)}});
  }

  [[nodiscard]] Fact<std::string> without_a_name(bool known, bool initial) const {
    if (!known) return Fact<std::string>::unknown(seen_.pid_namespace.reason());
    return std::string(initial ? "none" : "container-other");
  }

  [[nodiscard]] static bool believable(ContainerProof proof, bool known, bool initial) {
    if (proof == ContainerProof::kernel) return true;
    if (proof == ContainerProof::process) return !initial;
    return known && !initial;
  }

  [[nodiscard]] static std::string why(ContainerProof proof, bool believed, bool named,
                                       bool initial) {
    if (believed && proof == ContainerProof::kernel) return "the kernel says so itself";
    if (believed) return "names the container";
    if (named) return "a stronger source already names it";
    if (!initial) return "not believed alone: the PID namespace cannot be read";
    return proof == ContainerProof::file ? "overruled: this is the initial PID namespace, so the "
                                           "file is a left-over of the image"
                                         : "overruled: this is the initial PID namespace";
  }

  const Observations& seen_;
  std::vector<Name> names_;
};

}  // namespace

Fact<std::string> judge_container(const Observations& seen, const tables::Hypervisors& table,
                                  std::vector<Evidence>& evidence) {
  return Judge(seen, table).conclude(evidence);
}

}  // namespace guestclock::probe
