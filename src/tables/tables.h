// Everything in rules/, parsed: rules, hypervisors, parameters, thresholds, smearing servers. The
// shipped files are compiled in (validated against their schemas at build time); overlays come as
// bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/known_parameter.h"
#include "model/rule.h"

namespace guestclock::tables {

/// A file of rules/, or of an overlay. `name` is its path below that directory.
struct NamedBytes {
  std::string name;
  std::string bytes;
};

/// A name in CPUID leaf 0x40000000 or one of the further blocks.
struct SignatureRow {
  std::string_view signature;  ///< 12 bytes of EBX, ECX, EDX; trailing NULs cut
  std::string_view vm;
  std::string_view interface;  ///< the paravirtual interface the signature offers; empty: none
  bool claim_only = false;     ///< other hypervisors show it too (Hyper-V enlightenments)

  friend bool operator==(const SignatureRow&, const SignatureRow&) = default;
};

/// A clocksource that the kernel registers only where it found the hypervisor's interface itself.
struct ClocksourceRow {
  std::string_view clocksource;
  std::string_view vm;
  std::string_view interface;
  bool claim_only = false;

  friend bool operator==(const ClocksourceRow&, const ClocksourceRow&) = default;
};

/// One thing that must hold. Which of them a source takes stands in the schema.
struct ClueCondition {
  enum class Source {
    dmi,               ///< field `name` below /sys/class/dmi/id
    no_dmi,            ///< there are no SMBIOS tables
    acpi,              ///< an ACPI device with the id `name`
    device_tree,       ///< property `name` below /proc/device-tree
    device_tree_node,  ///< a node of the root whose name contains `name`
    file,              ///< file `name`; with `key`, the value of that line ("key : v", "key=v")
    entries,           ///< directory `name` holds something
    sysctl,            ///< variable `name`
    environment,       ///< variable `name` of process 1
    cgroup,            ///< a cgroup path of this process
    signature,         ///< one of the CPUID blocks is `name`
    tracer,            ///< the name of the program that traces this process
    release,           ///< the kernel's release
    arch,              ///< the architecture's name begins with `name`
    smbios_vm,         ///< the SMBIOS bit of virtual machines is `name`: set, clear
    verdict,           ///< the hypervisor was judged to be `name`
  };
  enum class Match {
    exists,
    is,
    starts,
    ends,
    contains,
    word,       ///< the first word
    has,        ///< one of the NUL-separated strings
    has_start,  ///< one of them starts so
    more_than,  ///< a number greater than `text`
  };
  Source source = Source::file;
  std::string_view name;
  std::string_view key;  ///< empty: the whole text
  Match match = Match::exists;
  std::string_view text;
  bool negated = false;

  friend bool operator==(const ClueCondition&, const ClueCondition&) = default;
};

/// What a clue is worth. Evidence that cannot be read neither meets a condition nor breaks it.
enum class Proof {
  kernel,        ///< the machine's own interface: outranks CPUID
  machine,       ///< only virtual machines have it
  unless_clear,  ///< believed unless the CPU's hypervisor bit is known to be clear
  name,          ///< also on bare metal: only names what something else proves
};

struct Clue {
  std::string_view vm;        ///< empty: says nothing about the hypervisor
  std::string_view mode;      ///< see model::Virtualization; empty: none
  std::string_view platform;  ///< empty: none
  Proof proof = Proof::name;
  std::vector<std::string_view> over;  ///< hypervisors by signature that this name outranks
  std::vector<ClueCondition> when;
  std::string_view why;  ///< empty: the firmware's name

  friend bool operator==(const Clue&, const Clue&) = default;
};

enum class ContainerProof {
  kernel,   ///< holds whatever the PID namespace is
  process,  ///< of this process or its namespace; overruled in the initial PID namespace
  file,     ///< survives in images: believed only in a namespace of its own
};

struct ContainerClue {
  std::string_view container;
  ContainerProof proof = ContainerProof::file;
  std::vector<ClueCondition> when;

  friend bool operator==(const ContainerClue&, const ContainerClue&) = default;
};

/// A file or variable in which container managers name themselves.
struct ContainerNames {
  std::vector<std::string_view> files;               ///< strongest first
  std::vector<std::string_view> variables;           ///< of process 1
  std::map<std::string_view, std::string_view> ids;  ///< the manager's word to the contract's

  friend bool operator==(const ContainerNames&, const ContainerNames&) = default;
};

/// Evidence table of hypervisors, platforms and containers (rules/hypervisors.json). Of several
/// rows that match, the first decides. Rows are good while their table, or a copy of it, lives.
struct Hypervisors {
  std::vector<SignatureRow> signatures;
  std::vector<ClocksourceRow> clocksources;
  std::vector<Clue> clues;
  std::vector<ContainerClue> containers;
  ContainerNames container_names;
  /// What the rows' texts are views of, but for those that are compiled in. Copies share it.
  std::vector<std::shared_ptr<const std::deque<std::string>>> texts;

  friend bool operator==(const Hypervisors& a, const Hypervisors& b) {
    return a.signatures == b.signatures && a.clocksources == b.clocksources && a.clues == b.clues &&
           a.containers == b.containers && a.container_names == b.container_names;
  }
};

/// Numbers a user could dispute (rules/thresholds.json), each with its source in the file.
class Thresholds {
 public:
  Thresholds() = default;
  explicit Thresholds(std::map<std::string, double, std::less<>> values);
  /// A name that the tables do not hold is a broken invariant: the build checks that all exist.
  [[nodiscard]] double get(std::string_view name) const;

 private:
  std::map<std::string, double, std::less<>> values_;
};

/// NTP servers that spread a leap second over hours (rules/smearing.json).
struct SmearingRow {
  std::vector<std::string> names;  ///< host names and addresses, lower case, without a port
  std::string how;

  friend bool operator==(const SmearingRow&, const SmearingRow&) = default;
};

struct Tables {
  std::vector<model::Rule> rules;  ///< by catalogue row (letter, number), then name
  Hypervisors hypervisors;
  Thresholds thresholds;
  std::vector<model::KnownParameter> parameters;  ///< by name; each name once per kind
  std::vector<SmearingRow> smearing;  ///< an overlay's first; of several that name one, that counts
  std::string rules_version;          ///< SHA-256 over all names and bytes, first 12 digits

  [[nodiscard]] const model::Rule* rule(std::string_view name_or_catalogue) const;
};

/// The compiled-in tables with `overlay` on top: a rule file of the same name replaces the shipped
/// one, a new name adds a rule. Overlay files are validated against the schema; the first problem
/// is malformed, its path "file:line:column".
[[nodiscard]] Result<Tables> load(std::span<const NamedBytes> overlay);

/// The hypervisor table of load() alone, without the cost of the rest: of what is compiled in only
/// that table is read. An overlay is checked as a whole, as load() does.
[[nodiscard]] Result<Hypervisors> load_hypervisors(std::span<const NamedBytes> overlay);

/// Every problem in a set of rule files ("file:line:column: what"), for `rules check`: JSON syntax,
/// schema, name = file name, references between rules. Empty: all valid.
[[nodiscard]] std::vector<std::string> check(std::span<const NamedBytes> files);

/// The compiled-in files.
[[nodiscard]] std::span<const NamedBytes> embedded();

/// The compiled-in hypervisors.json as pack() made it while building.
[[nodiscard]] std::string_view packed_hypervisors();

}  // namespace guestclock::tables
