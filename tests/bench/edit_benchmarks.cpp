// How long planning, applying and whole runs of an edit take, beside other programs that make the
// same edit. Prints medians; the exit code only says whether everything could be run.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

#include <benchmark/benchmark.h>

#include "base/unique_fd.h"
#include "bench/median_table.h"
#include "change/plan.h"
#include "freebsd/loader_conf.h"
#include "grub/grub2.h"
#include "grub/grub_legacy.h"
#include "support/corpus.h"
#include "support/program.h"
#include "tables/tables.h"
#include "unit/change/change_sets.h"

namespace guestclock::bench {
namespace {

namespace fs = std::filesystem;
using support::ScratchDirectory;

constexpr double kPlanBound = 5;    // ms
constexpr double kApplyBound = 50;  // ms
constexpr const char* kMenu = "/boot/grub/menu.lst";

struct Folder {
  const char* name;
  const char* prefix;  ///< of the files meant
};

/// A kind of boot file: where the corpus has some, where one stands, and a parameter to add.
struct Kind {
  std::shared_ptr<const boot::BootLoader> loader;
  std::vector<Folder> folders;
  std::string path;
  model::ParameterEdit edit;
};

std::vector<Kind> kinds() {
  return {{std::make_shared<grub::GrubLegacy>(),
           {{"grub-legacy", ""}, {"grubby/in", "grub."}},
           kMenu,
           {"clocksource", {"acpi_pm"}, ""}},
          {std::make_shared<freebsd::FreebsdLoader>(),
           {{"freebsd-loader.conf", ""}},
           "/boot/loader.conf",
           {"kern.timecounter.hardware", {"ACPI-fast"}, ""}},
          {std::make_shared<grub::Grub2>(),
           {{"etc-default-grub", ""}},
           "/etc/default/grub",
           {"clocksource", {"acpi_pm"}, ""}}};
}

fs::path largest(const fs::path& corpus, const std::vector<Folder>& folders) {
  std::vector<fs::path> all;
  for (const Folder& folder : folders) {
    const auto some = support::corpus_files(corpus / folder.name, folder.prefix);
    all.insert(all.end(), some.begin(), some.end());
  }
  if (all.empty()) throw std::runtime_error("no files to edit in " + corpus.string());
  return *std::max_element(all.begin(), all.end(), [](const fs::path& a, const fs::path& b) {
    return fs::file_size(a) < fs::file_size(b);
  });
}

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Adding a parameter: the edit, its check and its diff, from the file on disk (in the page cache).
/// Nothing where this kind of file cannot be edited.
std::vector<Row> register_plan(const Kind& kind, const fs::path& corpus) {
  const fs::path file = largest(corpus, kind.folders);
  const auto tree = std::make_shared<ScratchDirectory>();
  tree->write(kind.path, support::bytes_of(file));
  const std::shared_ptr<const system::System> system =
      value_of(system::open_tree(tree->path().string()));
  const auto thresholds =
      std::make_shared<const tables::Thresholds>(value_of(tables::load({})).thresholds);
  const boot::LoaderInUse loader{kind.loader.get(), {{kind.path}}};

  const auto plan = [=] {
    return change::plan_parameters(std::span(&kind.edit, 1), model::Facts{}, *system, loader, {},
                                   *thresholds);
  };
  const auto first = plan();
  if (!first && first.error().code == ErrorCode::unsupported) return {};
  if (value_of(first).files.size() != 1) throw std::runtime_error(file.string() + ": no change");

  const Row row{
      "plan, " + file.filename().string() + " (" + std::to_string(fs::file_size(file)) + " bytes)",
      kPlanBound, ""};
  benchmark::RegisterBenchmark(row.name.c_str(), [plan, tree](benchmark::State& state) {
    for (auto _ : state)
      benchmark::DoNotOptimize(plan());
  })->Unit(benchmark::kMillisecond);
  return {row};
}

constexpr std::array<const char*, 5> kFiveFiles{kMenu, "/boot/loader.conf", "/etc/default/grub",
                                                "/etc/sysctl.conf", "/etc/ntp.conf"};
const std::string kBefore(5000, 'a');
const std::string kAfter(5000, 'b');

/// Times `change` alone, each time on new files.
template <class Change>
void register_five_files(const Row& row, Change change) {
  benchmark::RegisterBenchmark(row.name.c_str(),
                               [change](benchmark::State& state) {
                                 for (auto _ : state) {
                                   const ScratchDirectory tree;
                                   for (const char* const name : kFiveFiles)
                                     tree.write(name, kBefore);
                                   state.SetIterationTime(change(tree));
                                   if (tree.read(kFiveFiles.back()) != kAfter)
                                     throw std::runtime_error("not all were written");
                                 }
                               })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

/// One transaction, the first of its state directory.
double apply_five(const ScratchDirectory& tree) {
  model::ChangeSet changes;
  for (const char* const name : kFiveFiles)
    changes.files.push_back(change::edit_of(name, kBefore, kAfter));
  const change::OpenTree open(tree);
  const auto start = Clock::now();
  value_of(change::apply(open.store(), *open.writer, changes, change::kNow));
  return seconds_since(start);
}

void sync_to_disk(const fs::path& path) {
  const UniqueFd opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (::fsync(opened.get()) != 0) throw std::runtime_error("cannot sync " + path.string());
}

/// What this disk takes for the same files without journal and backups: each written beside,
/// synced, renamed, and its directory synced.
double replace_five(const ScratchDirectory& tree) {
  const auto start = Clock::now();
  for (const char* const name : kFiveFiles) {
    const fs::path file = tree.path().string() + name;
    const fs::path beside = tree.write(std::string(name) + ".new", kAfter);
    sync_to_disk(beside);
    fs::rename(beside, file);
    sync_to_disk(file.parent_path());
  }
  return seconds_since(start);
}

std::vector<Row> register_apply() {
  const Row apply{"apply, five files", kApplyBound, ""};
  const Row replace{"write, sync, rename, sync; five files", 0, apply.name};
  register_five_files(apply, apply_five);
  register_five_files(replace, replace_five);
  return {apply, replace};
}

/// A program that adds clocksource=acpi_pm to the default (first) entry of kMenu below a directory.
struct Program {
  std::string name;
  std::vector<std::string> argv;  ///< "ROOT" at a word's start stands for the directory
  bool writes = true;             ///< else it only plans: exit code 2, "changes pending"
  bool keeps_history = false;     ///< in its user's home directory
};

std::vector<Program> programs() {
  const std::string in_augtool = std::string("/files") + kMenu + "/title[1]/kernel/clocksource";
  return {
      {"guestclock params set --yes",
       {GUESTCLOCK_PROGRAM, "params", "set", "clocksource=acpi_pm", "--root", "ROOT", "--yes"}},
      {"guestclock params set --dry-run",
       {GUESTCLOCK_PROGRAM, "params", "set", "clocksource=acpi_pm", "--root", "ROOT", "--dry-run"},
       false},
      {"augtool set, all lenses",
       {"augtool", "-r", "ROOT", "-s", "set", in_augtool, "acpi_pm"},
       true,
       true},
      {"augtool set, one lens",
       {"augtool", "-r", "ROOT", "-s", "-A", "-t", std::string("Grub incl ") + kMenu,
        "set " + in_augtool + " acpi_pm"},
       true,
       true},
      {"sed -i",
       {"sed", "-i", "0,/^\\s*kernel\\s/{/^\\s*kernel\\s/s/$/ clocksource=acpi_pm/}",
        std::string("ROOT") + kMenu}}};
}

/// The command line, where needed in a namespace whose home directory is an empty one of its own.
std::vector<std::string> command(const Program& program, std::vector<std::string> argv) {
  if (program.keeps_history) {
    const char* const script = "mount -t tmpfs none /root && exec \"$@\"";
    argv.insert(argv.begin(), {"unshare", "-Urm", "sh", "-c", script, "sh"});
  }
  return argv;
}

/// The contents of kMenu after the program ran on `menu`, and how long that took.
std::string run_on(const std::string& menu, Program program, double& seconds) {
  const ScratchDirectory tree;
  tree.write(kMenu, menu);
  for (std::string& word : program.argv) {
    if (word.starts_with("ROOT")) word.replace(0, 4, tree.path().string());
  }
  const auto start = Clock::now();
  const support::Finished finished = support::run_program(command(program, program.argv));
  seconds = seconds_since(start);
  if (finished.exit_code != (program.writes ? 0 : 2)) {
    throw std::runtime_error(program.name + ": " + finished.err);
  }
  return tree.read(kMenu);
}

bool can_run(const Program& program) {
  return support::run_program(
             command(program, {"sh", "-c", "command -v \"$0\"", program.argv.front()}))
             .exit_code == 0;
}

/// Whole processes, all with the same outcome but the dry run.
std::vector<Row> register_programs(const fs::path& corpus) {
  const std::string menu = support::bytes_of(largest(corpus, kinds().front().folders));
  std::vector<Row> rows;
  std::string expected;
  for (const Program& program : programs()) {
    if (!can_run(program)) {
      std::cout << program.name << ": cannot be run here, left out\n";
      continue;
    }
    double seconds = 0;
    const std::string edited = run_on(menu, program, seconds);
    if (rows.empty()) expected = edited;
    if (edited != (program.writes ? expected : menu)) {
      throw std::runtime_error(program.name + " does not make the same edit");
    }
    rows.push_back({"process, " + program.name, 0, rows.empty() ? "" : rows.front().name});
    benchmark::RegisterBenchmark(rows.back().name.c_str(),
                                 [=](benchmark::State& state) {
                                   double took = 0;
                                   for (auto _ : state) {
                                     benchmark::DoNotOptimize(run_on(menu, program, took));
                                     state.SetIterationTime(took);
                                   }
                                 })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  }
  return rows;
}

/// Everything that can be run here. Without the corpus: what needs no real file.
std::vector<Row> register_all() {
  std::vector<Row> rows;
  const fs::path corpus = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "bootcfg";
  const bool has_corpus = fs::is_directory(corpus);
  if (!has_corpus) {
    const std::string why = "no corpus at " + corpus.string() + "; GUESTCLOCK_CORPUS names another";
    if (std::getenv("CI") != nullptr) throw std::runtime_error(why);
    std::cout << why << ": planning and other programs are left out\n";
  }
  const auto add = [&](const std::vector<Row>& more) {
    rows.insert(rows.end(), more.begin(), more.end());
  };
  if (has_corpus) {
    for (const Kind& kind : kinds())
      add(register_plan(kind, corpus));
  }
  add(register_apply());
  if (has_corpus) add(register_programs(corpus));
  return rows;
}

/// Options given come last, and so win over ours.
int run(int argc, char** argv) {
  std::string program = argc > 0 ? argv[0] : "edit_benchmarks";
  std::string repetitions = "--benchmark_repetitions=9";
  std::string time = "--benchmark_min_time=0.2";
  std::vector<char*> words{program.data(), repetitions.data(), time.data()};
  for (int i = 1; i < argc; ++i)
    words.push_back(argv[i]);
  int count = static_cast<int>(words.size());
  words.push_back(nullptr);
  benchmark::Initialize(&count, words.data());
  if (benchmark::ReportUnrecognizedArguments(count, words.data())) return 64;

  const std::vector<Row> rows = register_all();
  MedianTable table;
  benchmark::RunSpecifiedBenchmarks(&table);
  table.print(rows);
  return 0;
}

}  // namespace
}  // namespace guestclock::bench

int main(int argc, char** argv) {
  try {
    return guestclock::bench::run(argc, argv);
  } catch (const std::exception& problem) {
    std::cerr << "edit_benchmarks: " << problem.what() << '\n';
    return 1;
  }
}
