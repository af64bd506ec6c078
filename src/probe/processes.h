// Which programs run: by the cheapest proof there is, because reading every process of a busy
// machine costs more than all other questions together.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/fact.h"
#include "system/system.h"

namespace guestclock::probe {

/// A few names, held in place: up to `kMost`, of static storage.
class FewNames {
 public:
  static constexpr std::size_t kMost = 4;

  constexpr FewNames() = default;
  constexpr FewNames(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
      add(name);
  }
  constexpr void add(std::string_view name) { names_.at(count_++) = name; }
  [[nodiscard]] constexpr const std::string_view* begin() const { return names_.data(); }
  [[nodiscard]] constexpr const std::string_view* end() const { return names_.data() + count_; }

 private:
  std::array<std::string_view, kMost> names_{};
  std::size_t count_ = 0;
};

/// Where a program leaves traces while it runs.
struct ProcessTraces {
  FewNames names;                   ///< as /proc/PID/comm has them (15 bytes)
  FewNames units;                   ///< systemd services
  FewNames pid_files;               ///< below /var/run, which modern systems link to /run
  bool only_under_systemd = false;  ///< nothing else starts it
};

class Processes {
 public:
  /// `system` must outlive this.
  explicit Processes(const system::System& system) : system_(system) {}

  /// Directories, /proc/PID, of the processes with one of the names. Looked for, in this order: in
  /// the control groups of its services, by its pid files (a stale one is recognised), among all
  /// processes. The last is left out where systemd starts services (who was started by hand and
  /// left no pid file is not seen there) or the program is not `installed`
  /// or needs systemd, which does not run. In a capture only a
  /// recorded process is a proof; without one it is unknown.
  [[nodiscard]] model::Fact<std::vector<std::string>> find(const ProcessTraces& traces,
                                                           bool installed);

 private:
  using Names = std::vector<std::pair<std::string, std::string>>;  ///< /proc/PID, comm

  /// Directories of system.slice, sorted; nothing where systemd does not run.
  const std::optional<std::vector<std::string>>& services();
  [[nodiscard]] std::vector<std::string> in_services(const ProcessTraces& traces);
  [[nodiscard]] std::vector<std::string> by_pid_file(const ProcessTraces& traces) const;
  [[nodiscard]] model::Fact<std::vector<std::string>> among_all(const ProcessTraces& traces);
  [[nodiscard]] bool is_called(const std::string& directory, const ProcessTraces& traces) const;

  const system::System& system_;
  bool services_looked_for_ = false;
  bool systemd_runs_ = false;
  std::string slice_;
  std::optional<std::vector<std::string>> services_;
  std::optional<model::Fact<Names>> all_;
};

}  // namespace guestclock::probe
