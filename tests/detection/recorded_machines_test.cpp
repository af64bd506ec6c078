// The machines that virt-what's authors recorded, in virt-what's words: from dmidecode's text and
// from the files made of it alike.
#include <fstream>

#include <gtest/gtest.h>

#include "base/text.h"
#include "machines.h"
#include "report/peer_words.h"
#include "support/corpus.h"
#include "support/scratch_directory.h"
#include "support/skip.h"

namespace guestclock::detection {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> recorded_machines() {
  const fs::path folder = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "virt-what";
  std::vector<fs::path> all;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (entry.is_directory()) all.push_back(entry.path());
  }
  return all;
}

std::vector<std::string> virt_what(const fs::path& capture) {
  const Machine machine = look_at(capture);
  model::Facts facts;
  facts.kernel = machine.kernel;
  facts.virtualization = judge(machine, shipped_table());
  return report::virt_what_lines(facts);
}

/// The capture without one of its parts.
void copy_without(const fs::path& from, const char* left_out, const fs::path& to) {
  for (const auto& entry : fs::directory_iterator(from)) {
    if (entry.path().filename() == left_out) continue;
    fs::copy(entry.path(), to / entry.path().filename(),
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  }
}

TEST(RecordedMachines, AreNamedAsVirtWhatNamesThem) {
  const std::vector<fs::path> machines = recorded_machines();
  if (machines.empty()) GUESTCLOCK_SKIP("GUESTCLOCK_CORPUS has no virt-what");
  EXPECT_GE(machines.size(), 31U);
  for (const fs::path& machine : machines) {
    const auto expected = words(support::bytes_of(machine / "expected.txt"));
    EXPECT_EQ(virt_what(machine), expected) << machine;
    for (const char* const part : {"dmi-derived", "dmidecode.txt"}) {
      if (!fs::exists(machine / part)) continue;
      const support::ScratchDirectory copy;
      copy_without(machine, part, copy.path());
      const bool other =
          fs::exists(copy.path() / "dmi-derived/sys") || fs::exists(copy.path() / "dmidecode.txt");
      if (!other) continue;
      EXPECT_EQ(virt_what(copy.path()), expected) << machine << " without " << part;
    }
  }
}

}  // namespace
}  // namespace guestclock::detection
