// What a crash in the middle of overwriting a file may leave, and what somebody else must have
// written.
#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "change/file_restore.h"

namespace guestclock::change {
namespace {

constexpr std::size_t kBlock = 512;

/// `before` with those blocks of `after` that `choices` says, the file not cut off yet.
std::string mixture(const std::string& before, const std::string& after,
                    const std::vector<bool>& choices) {
  std::string now = before;
  now.resize(std::max(before.size(), after.size()), '\0');
  for (std::size_t block = 0; block * kBlock < now.size(); ++block) {
    if (block >= choices.size() || !choices[block]) continue;
    std::string fresh = after.substr(std::min(after.size(), block * kBlock), kBlock);
    now.replace(block * kBlock, fresh.size(), fresh);
  }
  return now;
}

TEST(TornFile, BothVersionsAndEveryMixtureOfTheirBlocks) {
  const std::string before(1300, 'o');
  const std::string after(2000, 'n');
  EXPECT_TRUE(is_torn(before, before, after));
  EXPECT_TRUE(is_torn(after, before, after));
  for (unsigned bits = 0; bits < 16; ++bits) {
    std::vector<bool> choices;
    for (unsigned block = 0; block < 4; ++block)
      choices.push_back((bits >> block & 1U) != 0);
    EXPECT_TRUE(is_torn(mixture(before, after, choices), before, after)) << bits;
    EXPECT_TRUE(is_torn(mixture(after, before, choices), before, after)) << bits;
  }
}

TEST(TornFile, WhatSomebodyElseWroteIsNot) {
  const std::string before(1300, 'o');
  const std::string after(2000, 'n');
  std::string now = before;
  now[700] = 'x';
  EXPECT_FALSE(is_torn(now, before, after));
  EXPECT_FALSE(is_torn(before.substr(1), before, after)) << "shorter than both";
  EXPECT_FALSE(is_torn(after + "n", before, after)) << "longer than both";
  EXPECT_FALSE(is_torn(std::string(1500, 'x'), before, after));
  now = before;
  now.replace(0, 256, std::string(256, 'n'));
  EXPECT_FALSE(is_torn(now, before, after)) << "disks write whole blocks";
}

TEST(TornFileProperty, EveryMixtureIsRecognised) {
  EXPECT_TRUE(rc::check(
      [](const std::string& one, const std::string& two, const std::vector<bool>& choices) {
        std::string before;
        std::string after;
        for (int i = 0; i < 40; ++i)
          before += one + char('a' + i % 26);
        for (int i = 0; i < 30; ++i)
          after += two + char('A' + i % 26);
        RC_ASSERT(is_torn(mixture(before, after, choices), before, after));
        RC_ASSERT(is_torn(mixture(after, before, choices), before, after));
      }));
}

}  // namespace
}  // namespace guestclock::change
