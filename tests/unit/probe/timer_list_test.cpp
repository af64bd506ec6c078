// Texts are synthetic, in the form of kernels from 2.6.21 on.
#include "probe/timer_list.h"

#include <string>

#include <gtest/gtest.h>

namespace guestclock::probe {
namespace {

constexpr const char* kDevices =
    "Tick Device: mode:     0\n"
    "Broadcast device\n"
    "Clock Event Device: hpet\n"
    "tick_broadcast_mask: 0\n"
    "\n"
    "Tick Device: mode:     1\n"
    "Per CPU device: 0\n"
    "Clock Event Device: lapic\n"
    " mode:           3\n"
    "\n"
    "Tick Device: mode:     0\n"
    "Per CPU device: 1\n"
    "Clock Event Device: lapic\n";

std::string cpu(const std::string& state) {
  return "Timer List Version: v0.8\nnow at 77 nsecs\n\ncpu: 0\n clock 0:\n  .resolution: 1 nsecs\n"
         "active timers:\n #0: <0000>, nohz : 1, S:01\n" +
         state + "  .tick_stopped   : 0\njiffies: 4295\n\n";
}

TEST(TimerList, OneModeOfOlderKernels) {
  auto state = parse_timer_list(cpu("  .nohz_mode      : 2\n") + kDevices);
  EXPECT_EQ(state.stops, true);
  EXPECT_EQ(state.high_resolution, true);
  EXPECT_EQ(state.one_shot, true) << "neither the broadcast device's nor the second CPU's";

  state = parse_timer_list(cpu("  .nohz_mode      : 1\n"));
  EXPECT_EQ(state.stops, true);
  EXPECT_EQ(state.high_resolution, false);
  EXPECT_FALSE(state.one_shot.has_value());

  state = parse_timer_list(cpu("  .nohz_mode      : 0\n") + "Tick Device: mode:     0\n" +
                           "Per CPU device: 0\n");
  EXPECT_EQ(state.stops, false);
  EXPECT_EQ(state.high_resolution, false);
  EXPECT_EQ(state.one_shot, false);
}

TEST(TimerList, FlagsOfLaterKernels) {
  const auto state = parse_timer_list(cpu("  .nohz           : 0\n  .highres        : 1\n") +
                                      cpu("  .nohz           : 1\n  .highres        : 0\n"));
  EXPECT_EQ(state.stops, false);
  EXPECT_EQ(state.high_resolution, true);
}

TEST(TimerList, AnyBytesAreTaken) {
  for (const std::string& text :
       {std::string(), std::string("\n\n"), std::string(".nohz"), std::string(".nohz : \n"),
        std::string(".nohz : x\n.highres : 99999999999999999999\n"), std::string(5000, '\xff'),
        std::string("Per CPU device: 0\nTick Device: mode:")}) {
    const auto state = parse_timer_list(text);
    EXPECT_FALSE(state.stops.has_value()) << text;
    EXPECT_FALSE(state.one_shot.has_value()) << text;
    EXPECT_FALSE(state.high_resolution.has_value()) << text;
  }
}

}  // namespace
}  // namespace guestclock::probe
