#include "change/diff.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/text.h"

namespace guestclock::change {
namespace {

std::string diff(const std::string& before, const std::string& after) {
  return unified_diff("/f", &before, after);
}

TEST(UnifiedDiff, NothingWhereNothingDiffers) {
  EXPECT_EQ(diff("a\n", "a\n"), "");
  EXPECT_EQ(diff("", ""), "");
}

TEST(UnifiedDiff, ThreeLinesOfContext) {
  EXPECT_EQ(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, FarChangesAreHunksOfTheirOwn) {
  EXPECT_EQ(diff("a\n2\n3\n4\n5\n6\n7\n8\nb\n", "A\n2\n3\n4\n5\n6\n7\n8\nB\n"),
            "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-a\n+A\n 2\n 3\n 4\n"
            "@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-b\n+B\n");
  EXPECT_EQ(diff("a\n2\n3\n4\n5\n6\n7\nb\n", "A\n2\n3\n4\n5\n6\n7\nB\n"),
            "--- a/f\n+++ b/f\n@@ -1,8 +1,8 @@\n-a\n+A\n 2\n 3\n 4\n 5\n 6\n 7\n-b\n+B\n");
}

TEST(UnifiedDiff, CreationAndEmptying) {
  EXPECT_EQ(unified_diff("/boot/loader.conf", nullptr, "kern.hz=\"100\"\n"),
            "--- /dev/null\n+++ b/boot/loader.conf\n@@ -0,0 +1 @@\n+kern.hz=\"100\"\n");
  EXPECT_EQ(diff("a\nb\n", ""), "--- a/f\n+++ b/f\n@@ -1,2 +0,0 @@\n-a\n-b\n");
}

TEST(UnifiedDiff, AMissingFinalNewlineIsSaid) {
  EXPECT_EQ(diff("a", "a\n"),
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
  EXPECT_EQ(diff("a\nb", "A\nb"),
            "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n");
}

TEST(UnifiedDiff, APathCannotForgeALine) {
  const std::string before = "a\n";
  EXPECT_EQ(unified_diff("/f\n+++ x", &before, "b\n"),
            "--- a/f\\x0a+++ x\n+++ b/f\\x0a+++ x\n@@ -1 +1 @@\n-a\n+b\n");
}

/// Applies a diff by its line numbers.
std::string patched(const std::string& before, const std::string& difference) {
  const auto old_lines = lines(before);
  std::string out;
  std::size_t taken = 0;
  const auto take = [&] {
    const bool last = taken + 1 == old_lines.size();
    out += std::string(old_lines.at(taken++)) + (last && !before.ends_with('\n') ? "" : "\n");
  };
  char sign = ' ';
  for (const std::string_view line : lines(difference)) {
    if (line.starts_with("---") || line.starts_with("+++")) {
      if (out.empty() && taken == 0) continue;
    }
    if (line.starts_with("@@ -")) {
      const std::string_view range = line.substr(4, line.find(' ', 4) - 4);
      const std::size_t comma = range.find(',');
      const auto start = static_cast<std::size_t>(*parse_int(range.substr(0, comma)));
      const bool empty = range.substr(std::min(comma, range.size())) == ",0";
      while (taken < (empty ? start : start - 1))
        take();
    } else if (line.starts_with("\\")) {
      if (sign == '+' && out.ends_with('\n')) out.pop_back();
    } else {
      sign = line.empty() ? '?' : line.front();
      if (sign == ' ') take();
      if (sign == '-') ++taken;
      if (sign == '+') out += std::string(line.substr(1)) + "\n";
    }
  }
  while (taken < old_lines.size())
    take();
  return out;
}

TEST(UnifiedDiffProperty, ApplyingItGivesTheOtherSide) {
  EXPECT_TRUE(rc::check([] {
    const auto text = rc::gen::container<std::string>(rc::gen::element('a', 'b', '\n', '\n'));
    const std::string before = *text;
    const std::string after = *text;
    RC_ASSERT(patched(before, diff(before, after)) == after);
  }));
}

TEST(UnifiedDiff, LargeFilesAreQuick) {
  std::string before;
  std::string after;
  for (int i = 0; i < 60000; ++i) {
    before += "line " + std::to_string(i) + "\n";
    after += "other " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(patched(before, diff(before, after)), after);
  after = before;
  after.insert(after.find("line 30000"), "new\n");
  EXPECT_EQ(lines(diff(before, after)).size(), 10U);
}

}  // namespace
}  // namespace guestclock::change
