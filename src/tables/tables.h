// Everything in rules/, parsed: rules, hypervisors, thresholds. The shipped files are compiled in
// (validated against their schemas at build time); overlays come as bytes.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/rule.h"

namespace guestclock::tables {

/// A file of rules/, or of an overlay. `name` is its path below that directory.
struct NamedBytes {
  std::string name;
  std::string bytes;
};

/// Evidence table of hypervisors and platforms (rules/hypervisors.json).
struct SignatureRow {
  std::string signature;  ///< 12 bytes of CPUID EBX, ECX, EDX; trailing NULs cut
  std::string vm;
  std::string interface;    ///< the paravirtual interface the signature offers; empty: none
  bool claim_only = false;  ///< other hypervisors show it too (Hyper-V enlightenments)
};
struct DmiRow {
  std::string field;  ///< sys_vendor, product_name, bios_vendor, ...
  std::string prefix;
  std::string vm;          ///< empty: says nothing about the hypervisor
  std::string platform;    ///< empty: none
  bool ambiguous = false;  ///< also seen on bare metal: proves no hypervisor by itself
};
struct PlatformRow {
  std::string platform;
  std::string vm;                     ///< only with this hypervisor
  std::vector<std::string> acpi_ids;  ///< every one of these under /sys/bus/acpi/devices
  bool without_dmi = false;           ///< and no SMBIOS tables
  std::string why;
};
struct ContainerFileRow {
  std::string path;
  std::string container;
};
struct Hypervisors {
  std::vector<SignatureRow> signatures;
  std::vector<DmiRow> dmi;
  std::vector<PlatformRow> platforms;
  std::vector<ContainerFileRow> container_files;
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

struct Tables {
  std::vector<model::Rule> rules;  ///< by catalogue row (letter, number), then name
  Hypervisors hypervisors;
  Thresholds thresholds;
  std::string rules_version;  ///< SHA-256 over all names and bytes, first 12 digits

  [[nodiscard]] const model::Rule* rule(std::string_view name_or_catalogue) const;
};

/// The compiled-in tables with `overlay` on top: a rule file of the same name replaces the shipped
/// one, a new name adds a rule. Overlay files are validated against the schema; the first problem
/// is malformed, its path "file:line:column".
[[nodiscard]] Result<Tables> load(std::span<const NamedBytes> overlay);

/// Every problem in a set of rule files ("file:line:column: what"), for `rules check`: JSON syntax,
/// schema, name = file name, references between rules. Empty: all valid.
[[nodiscard]] std::vector<std::string> check(std::span<const NamedBytes> files);

/// The compiled-in files.
[[nodiscard]] std::span<const NamedBytes> embedded();

}  // namespace guestclock::tables
