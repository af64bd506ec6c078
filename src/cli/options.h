// The command line as data. Each option has one meaning everywhere; a verb names the groups it
// takes, and anything else is a usage error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "model/change.h"
#include "model/facts.h"

namespace guestclock::cli {

/// Groups of options that a verb can take, as bits.
enum OptionGroup : unsigned {
  kWhere = 1U << 0U,      ///< --root --capture --assume
  kMeasuring = 1U << 1U,  ///< --server --duration --target-ppm --record --no-network --no-ticks ...
  kNoMeasure = 1U << 2U,  ///< --no-measure
  kSelecting = 1U << 3U,  ///< --entries --accept-risk
  kState = 1U << 4U,      ///< --root --state-dir
  kConfirming = 1U << 5U,    ///< --yes
  kDryRun = 1U << 6U,        ///< --dry-run
  kRules = 1U << 7U,         ///< --rules
  kJudging = 1U << 8U,       ///< --fail-on --waive
  kEntries = 1U << 9U,       ///< --entries
  kLoader = 1U << 10U,       ///< --loader
  kUnset = 1U << 11U,        ///< --unset
  kForce = 1U << 12U,        ///< --force
  kPeerFormats = 1U << 13U,  ///< --format virt-what and systemd
  kRedacting = 1U << 14U,    ///< --no-redact
  kLines = 1U << 15U,        ///< --format jsonl
  kViews = 1U << 16U,        ///< --view
};

enum class Format { text, json, jsonl, virt_what, systemd, ntpq, ntpdate };

struct Output {
  std::optional<Format> format;  ///< nothing: that of --format
  std::string file;
};

struct Options {
  std::string root;     ///< empty: the machine we run on
  std::string capture;  ///< empty: none
  std::vector<model::Assumption> assumptions;
  std::vector<std::string> servers;
  Nanoseconds duration{};
  double target_ppm = 0;  ///< 0: none
  std::string record;     ///< empty: nowhere
  bool of_tsc = false;    ///< --clock tsc
  bool switch_clocksource = false;
  bool no_network = false;
  bool no_measure = false;
  bool no_ticks = false;
  bool no_spin = false;
  model::EntrySelector entries;
  std::string loader;  ///< empty: not named
  std::vector<std::string> unset;
  std::vector<std::string> accepted_risks;
  std::string state_dir;
  std::string rules_directory;
  std::string waivers;                     ///< the file of --waive; empty: none
  std::optional<model::Severity> fail_on;  ///< nothing: never
  bool dry_run = false;
  bool yes = false;
  bool force = false;
  bool no_redact = false;
  bool quiet = false;
  bool help = false;
  Format format = Format::text;
  std::vector<Output> outputs;
  std::vector<std::string> arguments;  ///< what stands beside the options
};

/// "30s", "500ms", "2m", "1h"; usage error for anything else, for 0 and above a day.
[[nodiscard]] Result<Nanoseconds> parse_duration(const std::string& text);

/// `words` are the arguments after the verb. Fails with code `usage`.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& words, unsigned groups,
                                            std::size_t max_arguments);

/// The options of these groups, one per line, for a verb's help.
[[nodiscard]] std::string options_help(unsigned groups);

}  // namespace guestclock::cli
