#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/guest.h"
#include "cli/output.h"
#include "report/format.h"
#include "system/capture_tree.h"
#include "system/recorder.h"

namespace guestclock::cli {
namespace {

/// What the guest calls itself; empty where it does not say.
std::string host_name_of(const system::System& system) {
  if (auto name = system.identity().host_name()) return *name;
  const auto file = system.files().read("/etc/hostname");
  return file ? std::string(trim(*file)) : std::string();
}

/// The words that the hypervisor table looks for.
std::vector<std::string> words_of(const tables::Hypervisors& table) {
  std::vector<std::string> words;
  const auto add_conditions = [&words](const std::vector<tables::ClueCondition>& conditions) {
    for (const tables::ClueCondition& condition : conditions)
      words.emplace_back(condition.text);
  };
  for (const tables::Clue& clue : table.clues) {
    words.insert(words.end(), {std::string(clue.vm), std::string(clue.platform)});
    add_conditions(clue.when);
  }
  for (const tables::SignatureRow& row : table.signatures)
    words.emplace_back(row.vm);
  for (const tables::ContainerClue& clue : table.containers) {
    words.emplace_back(clue.container);
    add_conditions(clue.when);
  }
  for (const auto& [word, id] : table.container_names.ids)
    words.insert(words.end(), {std::string(word), std::string(id)});
  return words;
}

std::string read_me(bool redacted) {
  std::string text = fmt::format(
      "A guest as guestclock {} saw it. To look at it:\n"
      "\n"
      "    guestclock detect --capture DIR\n"
      "\n"
      "root/ holds what was read of its files and only that; unread.txt lists those that are\n"
      "there without their content. facts.json is what detect said on the guest itself.\n"
      "\n",
      GUESTCLOCK_VERSION);
  text +=
      redacted
          ? "Redacted: serial numbers, UUIDs and machine ids, MAC addresses, the guest's host\n"
            "name, passwords of boot loaders, process environments, crontabs but for commands\n"
            "that set the clock. Equal ids have equal stand-ins. A host name that is a\n"
            "common word (\"vm\", \"debian\") was left as it is.\n"
            "Not redacted: IP addresses, names of servers, users and kernel parameters.\n"
          : "NOT redacted (--no-redact): serial numbers, UUIDs, addresses, host names, process\n"
            "environments, crontabs and passwords of boot loaders are in it as they were read.\n";
  return text;
}

system::TreeEntry file_entry(std::string name, std::string bytes) {
  return {std::move(name), system::TreeEntry::Kind::file, std::move(bytes)};
}

Result<ExitCode> run(const Invocation& invocation) {
  const Options& options = invocation.options;
  if (options.arguments.empty()) {
    return fail(ErrorCode::usage, "capture needs the name of the directory to make");
  }
  const auto system = open_system(options);
  if (!system) return tl::make_unexpected(system.error());
  const auto table = load_hypervisors(options);
  if (!table) return tl::make_unexpected(table.error());
  const system::Recorder recorder(**system);
  auto probed = probe_guest(recorder, *table, options);
  if (!probed) return tl::make_unexpected(probed.error());

  const bool redacted = !options.no_redact;
  system::Redaction redaction(host_name_of(**system), words_of(*table));
  auto tree = system::capture_tree(recorder, redacted ? &redaction : nullptr);
  std::string facts = report::render_json(
      model::DetectDocument{std::move(probed->facts), std::move(probed->assumptions)});
  if (redacted) facts = redaction.bytes("/facts.json", facts);
  tree.entries.push_back(file_entry("facts.json", std::move(facts)));
  tree.entries.push_back(file_entry("README", read_me(redacted)));

  if (invocation.stop.requested()) return ExitCode::good;
  const std::string& directory = options.arguments.front();
  if (auto written = system::open_sink()->write_tree(directory, tree.entries); !written) {
    return tl::make_unexpected(written.error());
  }
  const auto files =
      std::count_if(tree.entries.begin(), tree.entries.end(), [](const system::TreeEntry& entry) {
        return entry.kind != system::TreeEntry::Kind::directory;
      });
  const model::CaptureDocument document{directory, files, redacted, std::move(tree.refused),
                                        recorder.files().incomplete()};
  if (auto put = put_out(document, options); !put) return tl::make_unexpected(put.error());
  return ExitCode::good;
}

}  // namespace

const Verb kCapture{
    "capture",           "DIR", "record this guest for a bug report or for judging elsewhere",
    kWhere | kRedacting, 1,     run};

}  // namespace guestclock::cli
