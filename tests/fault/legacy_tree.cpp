#include "fault/legacy_tree.h"

#include <gtest/gtest.h>

#include "support/trees.h"

namespace guestclock::fault {

LegacyTree::LegacyTree(const std::filesystem::path& parent) : ScratchDirectory(parent) {
  support::make_centos5_tree(*this);
  // Two trees are then alike to the last time.
  std::filesystem::last_write_time(path() / "etc/redhat-release", {});
}

std::vector<std::string> LegacyTree::words(std::vector<std::string> verb) const {
  verb.insert(verb.begin(), GUESTCLOCK_PROGRAM);
  verb.insert(verb.end(), {"--root", path().string()});
  return verb;
}

std::size_t LegacyTree::transactions(const std::string& state) const {
  const support::Finished past = support::run_program(words({"history", "--format", "json"}));
  EXPECT_EQ(past.exit_code, 0) << past.err;
  std::size_t count = 0;
  const std::string wanted = "\"" + state + "\"";
  for (std::size_t at = past.out.find(wanted); at != std::string::npos;
       at = past.out.find(wanted, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace guestclock::fault
