#include "fault/killed_program.h"

#include <gtest/gtest.h>

#include "support/traced_program.h"

namespace guestclock::fault {
namespace {

using support::ChangingCall;
using support::TracedProgram;

std::string place(std::size_t at, Moment moment, const ChangingCall& call) {
  return std::string(moment == Moment::before ? "before" : "after") + " call " +
         std::to_string(at) + ", " + call.name + " " + call.path +
         (call.to.empty() ? "" : " -> " + call.to);
}

}  // namespace

std::optional<std::string> killed_at(const std::vector<std::string>& words,
                                     const std::filesystem::path& tree, std::size_t at,
                                     Moment moment) {
  TracedProgram program(words, tree);
  for (std::size_t count = 1;; ++count) {
    auto call = program.enter();
    if (!call) {
      EXPECT_EQ(program.finish(), 0) << program.output();
      return std::nullopt;
    }
    if (count < at) continue;
    if (moment == Moment::after && !program.leave(*call)) {
      ADD_FAILURE() << "ended within a call";
      return std::nullopt;
    }
    program.kill();
    return place(at, moment, *call);
  }
}

}  // namespace guestclock::fault
