#include "change/diff.h"

#include <algorithm>
#include <vector>

#include <dtl/dtl.hpp>
#include <fmt/format.h>

#include "base/text.h"

namespace guestclock::change {
namespace {

constexpr std::size_t kContext = 3;
/// Above so many differing lines the two sides are shown one after the other: comparing them line
/// by line takes time and memory by the square of their number, and nobody reads the outcome.
constexpr std::size_t kLargest = 1000;

using Lines = std::vector<std::string>;

/// One line of the whole comparison: ' ' in both, '-' before only, '+' after only.
struct Step {
  char sign = ' ';
  const std::string* line = nullptr;
};

/// Lines with their newline, so that a missing one makes a difference.
Lines split(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::size_t size = newline == std::string_view::npos ? text.size() : newline + 1;
    out.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

void compare(const Lines& before, const Lines& after, std::vector<Step>& steps) {
  if (before.size() + after.size() > kLargest) {
    for (const std::string& line : before)
      steps.push_back({'-', &line});
    for (const std::string& line : after)
      steps.push_back({'+', &line});
    return;
  }
  dtl::Diff<std::string, Lines> difference(before, after);
  difference.compose();
  std::size_t old_at = 0;
  std::size_t new_at = 0;
  for (const auto& element : difference.getSes().getSequence()) {
    switch (element.second.type) {
      case dtl::SES_DELETE:
        steps.push_back({'-', &before[old_at++]});
        break;
      case dtl::SES_ADD:
        steps.push_back({'+', &after[new_at++]});
        break;
      default:
        steps.push_back({' ', &before[old_at++]});
        ++new_at;
        break;
    }
  }
}

std::string range(std::size_t start, std::size_t count) {
  // An empty range names the line in front of it.
  const std::size_t first = count == 0 ? start : start + 1;
  return count == 1 ? fmt::format("{}", first) : fmt::format("{},{}", first, count);
}

struct Position {
  std::size_t before = 0;
  std::size_t after = 0;
};

void print_hunk(std::string& out, const std::vector<Step>& steps, std::size_t begin,
                std::size_t end, Position start) {
  std::size_t old_count = 0;
  std::size_t new_count = 0;
  std::string body;
  for (std::size_t i = begin; i < end; ++i) {
    const Step& step = steps[i];
    old_count += step.sign != '+' ? 1 : 0;
    new_count += step.sign != '-' ? 1 : 0;
    body += step.sign;
    body += *step.line;
    if (!step.line->ends_with('\n')) body += "\n\\ No newline at end of file\n";
  }
  out +=
      fmt::format("@@ -{} +{} @@\n", range(start.before, old_count), range(start.after, new_count));
  out += body;
}

/// Hunks: runs of changes that are closer than twice the context to each other.
std::string hunks(const std::vector<Step>& steps) {
  std::string out;
  Position at;  // lines in front of steps[i]
  std::size_t i = 0;
  while (i < steps.size()) {
    std::size_t change = i;
    while (change < steps.size() && steps[change].sign == ' ')
      ++change;
    if (change == steps.size()) break;
    const std::size_t begin = change - std::min(change - i, kContext);
    at.before += begin - i;
    at.after += begin - i;
    std::size_t last = change;
    for (std::size_t j = change; j < steps.size() && j - last <= 2 * kContext + 1; ++j) {
      if (steps[j].sign != ' ') last = j;
    }
    const std::size_t end = std::min(steps.size(), last + 1 + kContext);
    print_hunk(out, steps, begin, end, at);
    for (std::size_t j = begin; j < end; ++j) {
      at.before += steps[j].sign != '+' ? 1 : 0;
      at.after += steps[j].sign != '-' ? 1 : 0;
    }
    i = end;
  }
  return out;
}

}  // namespace

std::string unified_diff(std::string_view path, const std::string* before, std::string_view after) {
  if (before != nullptr && *before == after) return {};
  const Lines old_lines = before == nullptr ? Lines() : split(*before);
  const Lines new_lines = split(after);
  const std::size_t shorter = std::min(old_lines.size(), new_lines.size());
  std::size_t head = 0;
  while (head < shorter && old_lines[head] == new_lines[head])
    ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail]) {
    ++tail;
  }
  const Lines old_middle(old_lines.begin() + static_cast<std::ptrdiff_t>(head),
                         old_lines.end() - static_cast<std::ptrdiff_t>(tail));
  const Lines new_middle(new_lines.begin() + static_cast<std::ptrdiff_t>(head),
                         new_lines.end() - static_cast<std::ptrdiff_t>(tail));
  std::vector<Step> steps;
  for (std::size_t i = 0; i < head; ++i)
    steps.push_back({' ', &old_lines[i]});
  compare(old_middle, new_middle, steps);
  for (std::size_t i = old_lines.size() - tail; i < old_lines.size(); ++i) {
    steps.push_back({' ', &old_lines[i]});
  }
  const std::string name = printable(path, path.size());
  return (before == nullptr ? std::string("--- /dev/null\n") : "--- a" + name + "\n") + "+++ b" +
         name + "\n" + hunks(steps);
}

}  // namespace guestclock::change
