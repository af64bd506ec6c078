#include "fault/legacy_tree.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

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

std::vector<std::string> LegacyTree::states() const {
  const support::Finished past = support::run_program(words({"history", "--format", "json"}));
  EXPECT_EQ(past.exit_code, 0) << past.err;
  const auto document = nlohmann::json::parse(past.out, nullptr, false);
  std::vector<std::string> states;
  for (const auto& transaction : document["transactions"])
    states.push_back(transaction["state"]);
  return states;
}

}  // namespace guestclock::fault
