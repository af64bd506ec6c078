// What every verb needs of the guest: the machine, the tables, the loaders, and the stages of the
// flow from machine to judgement.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "boot/boot_loader.h"
#include "change/transaction.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "model/report.h"
#include "probe/probe.h"
#include "system/machines.h"
#include "tables/tables.h"

namespace guestclock::cli {

/// The loaders this program knows, by name.
[[nodiscard]] std::span<const boot::BootLoader* const> all_loaders();

/// A machine opened and looked at.
struct Guest {
  std::unique_ptr<system::System> system;
  tables::Tables tables;
  model::Facts facts;
  std::vector<model::Assumption> assumptions;
};

/// The machine that the options name. Usage error where --state-dir lies among boot files.
[[nodiscard]] Result<std::unique_ptr<system::System>> open_system(const Options& options);

/// Files of an operator's rule directory, *.json below it, from the machine we run on.
[[nodiscard]] Result<std::vector<tables::NamedBytes>> read_rules_directory(
    const std::string& directory);

/// A file that the command line names; `files` are those of the machine we run on.
[[nodiscard]] Result<std::string> read_named(const system::Files& files, const std::string& name);

/// The shipped tables with --rules on top.
[[nodiscard]] Result<tables::Tables> load_tables(const Options& options);

/// The hypervisor table of the same: all that verbs need which only look at the guest.
[[nodiscard]] Result<tables::Hypervisors> load_hypervisors(const Options& options);

/// Probes; warns on stderr where an assumption overrides what could be read.
[[nodiscard]] Result<probe::Probed> probe_guest(const system::System& system,
                                                const tables::Hypervisors& table,
                                                const Options& options);

/// Opens the machine, loads the tables with --rules, probes.
[[nodiscard]] Result<Guest> look_at_guest(const Options& options);

/// Measurements as asked for; `asked` says whether a reference was expected to answer.
struct Measured {
  model::Measurements measurements;
  bool reference_missing = false;  ///< servers were named or configured, none was usable
  Result<void> recorded;           ///< what became of --record; to be told after the figures
};
/// Also writes the file of --record. Fails before anything is measured: where --switch may not.
[[nodiscard]] Result<Measured> measure_guest(const Guest& guest, const Invocation& invocation);

/// `measurements` may be null (not measured).
[[nodiscard]] model::Judgement judge_guest(const Guest& guest,
                                           const model::Measurements* measurements,
                                           const model::Consent& consent);

[[nodiscard]] model::Consent consent_of(const Guest& guest, const Options& options);

/// A rule could fire here, and only a missing fact leaves it open.
[[nodiscard]] bool undecided(const std::vector<model::NotJudged>& not_judged);

[[nodiscard]] change::Store store_of(const system::System& system, const Options& options);

/// Undoes a transaction that a crash cut off and says so on stderr. For verbs that write; does
/// nothing, and needs no privilege, where none is due.
[[nodiscard]] Result<void> finish_interrupted(const system::System& system, const Options& options);

/// For verbs that write nothing: says on stderr that a transaction was cut off.
void report_interrupted(const system::System& system, const Options& options);

/// Now; SOURCE_DATE_EPOCH stands for now where it is set (reproducible images). `usage` where that
/// is no number of seconds from 1970 to 2262.
[[nodiscard]] Result<Nanoseconds> now();

}  // namespace guestclock::cli
