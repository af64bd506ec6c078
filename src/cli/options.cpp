#include "cli/options.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::cli {
namespace {

namespace po = boost::program_options;
using Strings = std::vector<std::string>;

const char* formats_in_words(unsigned groups) {
  if ((groups & kPeerFormats) != 0) {
    return "text, json, or the words of another tool: virt-what, systemd (systemd-detect-virt)";
  }
  return (groups & kLines) != 0 ? "text, json, or jsonl: one object a line" : "text or json";
}

po::options_description describe_groups(unsigned groups) {
  po::options_description all("Options", 100, 60);
  auto add = all.add_options();
  if ((groups & (kWhere | kState)) != 0) {
    add("root", po::value<std::string>()->value_name("DIR"),
        "an unbooted tree instead of this "
        "machine");
  }
  if ((groups & kWhere) != 0) {
    add("capture", po::value<std::string>()->value_name("DIR"), "a recorded guest");
    add("assume", po::value<Strings>()->composing()->value_name("KEY=VALUE"),
        "a fact that cannot be read there: vm, container, platform, os, distribution, version, "
        "kernel, arch, hz, or a fact's path; repeatable");
  }
  if ((groups & kMeasuring) != 0) {
    add("server", po::value<Strings>()->composing()->value_name("HOST[:PORT]"),
        "an NTP server to ask, repeatable; without it those configured on the guest");
    add("duration", po::value<std::string>()->default_value("30s")->value_name("TIME"),
        "how long to measure: 500ms, 30s, 2m, 1h");
    add("target-ppm", po::value<std::string>()->default_value("1")->value_name("PPM"),
        "stop as soon as the rate is known to within this; 0: never before --duration");
    add("clock", po::value<std::string>()->default_value("raw")->value_name("raw|tsc"),
        "whose drift to report: CLOCK_MONOTONIC_RAW's or the CPU's counter's");
    add("switch",
        "also measure the clocksources that are not in use, by switching the kernel to each for "
        "some seconds and back; needs root");
    add("record", po::value<std::string>()->value_name("FILE"),
        "write the exchanges to FILE, for fit");
    add("no-network", "send no packet at all");
    add("no-ticks", "do not count lost and late ticks");
    add("no-spin",
        "do not spin: otherwise each CPU in turn is kept busy for up to 2 s, to see what stops it");
  }
  if ((groups & kViews) != 0) {
    add("view", po::value<std::string>()->value_name("ntpq|ntpdate"),
        "the servers as ntpq -p or ntpdate -d show them, instead of the text report");
  }
  if ((groups & kNoMeasure) != 0) add("no-measure", "judge without measuring");
  if ((groups & (kSelecting | kEntries)) != 0) {
    add("entries", po::value<std::string>()->value_name("WHICH"),
        "boot entries: default, all, a number, or a kernel's path as written there. Without it, "
        "what sets a parameter changes the default entry, what removes one every entry but rescue "
        "ones");
  }
  if ((groups & kLoader) != 0) {
    add("loader", po::value<std::string>()->value_name("NAME"),
        "only this boot loader, where several are configured: grub-legacy, grub2, ...");
  }
  if ((groups & kUnset) != 0) {
    add("unset", po::value<Strings>()->composing()->value_name("K[=V]"),
        "remove parameter K: every value of it, or only the value V; repeatable");
  }
  if ((groups & kSelecting) != 0) {
    add("accept-risk", po::value<Strings>()->composing()->value_name("RULE|all"),
        "carry out what is held back for its risk; repeatable");
  }
  if ((groups & kState) != 0) {
    add("state-dir",
        po::value<std::string>()->default_value("/var/lib/guestclock")->value_name("DIR"),
        "where transactions and backups are kept, below --root");
  }
  if ((groups & kConfirming) != 0) add("yes", "do not ask");
  if ((groups & kForce) != 0)
    add("force",
        "also overwrite a file that has hard links, undo over what somebody else changed since, "
        "forget what can still be undone");
  if ((groups & kDryRun) != 0) add("dry-run", "show what would be written, write nothing");
  if ((groups & kRedacting) != 0) {
    add("no-redact",
        "leave serial numbers, UUIDs, MAC addresses, host names, process environments and boot "
        "passwords in");
  }
  if ((groups & kRules) != 0) {
    add("rules", po::value<std::string>()->value_name("DIR"),
        "more rules: a file of the same name replaces a shipped one");
  }
  if ((groups & kJudging) != 0) {
    add("fail-on", po::value<std::string>()->default_value("medium")->value_name("SEVERITY"),
        "exit 2 from this severity on: info, low, medium, high, never");
    add("waive", po::value<std::string>()->value_name("FILE"),
        "findings that are accepted, each with a reason and the day on which that ends; they count "
        "for nothing");
  }
  add("format", po::value<std::string>()->default_value("text")->value_name("FORMAT"),
      formats_in_words(groups));
  add("output", po::value<Strings>()->composing()->value_name("[FORMAT:]FILE"),
      "write to FILE instead of standard output; with FORMAT: as well as to it; repeatable");
  add("quiet,q", "print no result; the exit code tells");
  add("help,h", "this help");
  return all;
}

std::optional<Format> format_from(std::string_view text) {
  if (text == "text") return Format::text;
  if (text == "json") return Format::json;
  if (text == "jsonl") return Format::jsonl;
  if (text == "virt-what") return Format::virt_what;
  if (text == "systemd") return Format::systemd;
  return std::nullopt;
}

tl::unexpected<Error> usage(std::string message) {
  return fail(ErrorCode::usage, std::move(message));
}

Result<model::EntrySelector> parse_entries(const std::string& text) {
  using Kind = model::EntrySelector::Kind;
  if (text == "default") return model::EntrySelector{Kind::default_entry, 0, ""};
  if (text == "all") return model::EntrySelector{Kind::all, 0, ""};
  if (const auto index = parse_int(text); index && *index >= 0) {
    return model::EntrySelector{Kind::index, *index, ""};
  }
  if (text.find('/') != std::string::npos) {
    return model::EntrySelector{Kind::kernel_path, 0, text};
  }
  return usage("--entries " + text +
               ": expected default, all, a number, or a kernel's path as written in the file");
}

Result<Output> parse_output(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos) {
    if (const auto format = format_from(text.substr(0, colon))) {
      if (colon + 1 == text.size()) return usage("--output " + text + ": no file named");
      return Output{format, text.substr(colon + 1)};
    }
  }
  if (text.empty()) return usage("--output: no file named");
  return Output{std::nullopt, text};
}

Result<model::Assumption> parse_assumption(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return usage("--assume " + text + ": expected KEY=VALUE, such as vm=vmware");
  }
  return model::Assumption{text.substr(0, equals), text.substr(equals + 1), ""};
}

/// Copies repeated values through `parse` into `into`; the first failure is returned.
template <class T>
Result<void> collect(const po::variables_map& given, const char* name, std::vector<T>& into,
                     Result<T> (*parse)(const std::string&)) {
  if (given.count(name) == 0) return {};
  for (const std::string& text : given[name].as<Strings>()) {
    auto value = parse(text);
    if (!value) return tl::make_unexpected(value.error());
    into.push_back(std::move(*value));
  }
  return {};
}

Result<std::string> as_it_is(const std::string& text) {
  if (text.empty()) return usage("an option has an empty value");
  return text;
}

std::string text_or_empty(const po::variables_map& given, const char* name) {
  return given.count(name) != 0 ? given[name].as<std::string>() : std::string();
}

Result<void> fill_judging(const po::variables_map& given, Options& options) {
  if (given.count("fail-on") != 0) {
    const std::string text = given["fail-on"].as<std::string>();
    options.fail_on = model::severity_from(text);
    if (!options.fail_on && text != "never") {
      return usage("--fail-on " + text + ": expected info, low, medium, high or never");
    }
  }
  const std::string format = given["format"].as<std::string>();
  const auto known = format_from(format);
  if (!known) return usage("--format " + format + ": expected text or json");
  options.format = *known;
  if (given.count("view") == 0) return {};
  const std::string view = given["view"].as<std::string>();
  if (view != "ntpq" && view != "ntpdate") {
    return usage("--view " + view + ": expected ntpq or ntpdate");
  }
  if (options.format != Format::text) return usage("--view and --format exclude each other");
  options.format = view == "ntpq" ? Format::ntpq : Format::ntpdate;
  return {};
}

/// The groups that have a format of their own; text and json are everywhere.
unsigned group_of(Format format) {
  switch (format) {
    case Format::virt_what:
    case Format::systemd:
      return kPeerFormats;
    case Format::jsonl:
      return kLines;
    case Format::ntpq:
    case Format::ntpdate:
      return kViews;
    case Format::text:
    case Format::json:
      break;
  }
  return 0;
}

/// Other tools have words for what `detect` finds, and for nothing else; only `fit` has many
/// results.
Result<void> check_formats(const Options& options, unsigned groups) {
  unsigned asked = group_of(options.format);
  for (const Output& output : options.outputs)
    asked |= group_of(output.format.value_or(options.format));
  if ((asked & kPeerFormats & ~groups) != 0) {
    return usage("formats virt-what and systemd: only detect has them; expected text or json");
  }
  if ((asked & kLines & ~groups) != 0) {
    return usage("format jsonl: only fit has it; expected text or json");
  }
  return {};
}

Result<void> fill(const po::variables_map& given, Options& options) {
  options.help = given.count("help") != 0;
  options.root = text_or_empty(given, "root");
  options.capture = text_or_empty(given, "capture");
  if (!options.root.empty() && !options.capture.empty()) {
    return usage("--root and --capture exclude each other");
  }
  options.no_network = given.count("no-network") != 0;
  options.no_measure = given.count("no-measure") != 0;
  options.no_ticks = given.count("no-ticks") != 0;
  options.no_spin = given.count("no-spin") != 0;
  options.dry_run = given.count("dry-run") != 0;
  options.yes = given.count("yes") != 0;
  options.force = given.count("force") != 0;
  options.no_redact = given.count("no-redact") != 0;
  options.quiet = given.count("quiet") != 0;
  options.rules_directory = text_or_empty(given, "rules");
  options.waivers = text_or_empty(given, "waive");
  options.state_dir = text_or_empty(given, "state-dir");
  options.loader = text_or_empty(given, "loader");
  if (given.count("state-dir") != 0 && !options.state_dir.starts_with('/')) {
    return usage("--state-dir " + options.state_dir + ": expected an absolute path");
  }
  if (given.count("duration") != 0) {
    const auto duration = parse_duration(given["duration"].as<std::string>());
    if (!duration) return tl::make_unexpected(duration.error());
    options.duration = *duration;
  }
  if (given.count("target-ppm") != 0) {
    const std::string text = given["target-ppm"].as<std::string>();
    const auto target = parse_number(text);
    if (!target || *target < 0) return usage("--target-ppm " + text + ": expected a number of ppm");
    options.target_ppm = *target;
  }
  if (given.count("clock") != 0) {
    const std::string clock = given["clock"].as<std::string>();
    if (clock != "raw" && clock != "tsc")
      return usage("--clock " + clock + ": expected raw or tsc");
    options.of_tsc = clock == "tsc";
  }
  options.switch_clocksource = given.count("switch") != 0;
  options.record = text_or_empty(given, "record");
  if (given.count("entries") != 0) {
    const auto entries = parse_entries(given["entries"].as<std::string>());
    if (!entries) return tl::make_unexpected(entries.error());
    options.entries = *entries;
  }
  auto done = collect(given, "assume", options.assumptions, parse_assumption);
  if (done) done = collect(given, "server", options.servers, as_it_is);
  if (done) done = collect(given, "unset", options.unset, as_it_is);
  if (done) done = collect(given, "accept-risk", options.accepted_risks, as_it_is);
  if (done) done = collect(given, "output", options.outputs, parse_output);
  if (done) done = fill_judging(given, options);
  return done;
}

}  // namespace

Result<Nanoseconds> parse_duration(const std::string& text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  static constexpr std::array<Unit, 4> kUnits{{{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}}};
  constexpr double kDay = 86400;
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_number(text.substr(0, text.size() - unit.name.size()));
    if (!number || *number <= 0 || *number * unit.seconds > kDay) continue;
    return std::chrono::duration_cast<Nanoseconds>(
        std::chrono::duration<double>(*number * unit.seconds));
  }
  return usage("--duration " + text + ": expected a time such as 500ms, 30s, 2m or 1h");
}

Result<Options> parse_options(const std::vector<std::string>& words, unsigned groups,
                              std::size_t max_arguments) {
  Options options;
  po::options_description visible = describe_groups(groups);
  po::options_description all;
  all.add(visible).add_options()("argument", po::value<Strings>()->composing());
  po::positional_options_description positional;
  positional.add("argument", -1);
  try {
    po::variables_map given;
    // No guessing of abbreviations: scripts would break when an option is added.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(words).options(all).positional(positional).style(style).run(),
              given);
    po::notify(given);
    auto done = fill(given, options);
    if (done) done = check_formats(options, groups);
    if (!done) return tl::make_unexpected(done.error());
    if (given.count("argument") != 0) options.arguments = given["argument"].as<Strings>();
  } catch (const po::error& error) {
    return usage(error.what());
  }
  if (options.arguments.size() > max_arguments) {
    return usage("unexpected argument '" + printable(options.arguments[max_arguments]) + "'");
  }
  return options;
}

std::string options_help(unsigned groups) {
  std::ostringstream text;
  text << describe_groups(groups);
  return text.str();
}

}  // namespace guestclock::cli
