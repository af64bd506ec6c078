// A real NTP server (chronyd -x on a loopback port: it serves, it never sets this machine's clock)
// and known rates: the tool, never the server, runs under libfaketime.
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <thread>

#include <signal.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/ntp_daemons.h"
#include "support/program.h"
#include "support/schema.h"
#include "support/scratch_directory.h"
#include "support/skip.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;

const std::string& faketime_library() {
  static const std::string kPath = [] {
    for (const char* const path : {"/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
                                   "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"}) {
      if (std::filesystem::exists(path)) return std::string(path);
    }
    return std::string();
  }();
  return kPath;
}

class RealServer : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(support::chronyd()))
      GUESTCLOCK_SKIP("no chronyd to serve the time");
    scratch_.write("chrony.conf", std::string("local stratum 2\ncmdport 0\nallow\n"
                                              "bindaddress 127.0.0.1\nport ") +
                                      port_ + "\npidfile " +
                                      (scratch_.path() / "chronyd.pid").string() + "\n");
    server_ = std::make_unique<support::Running>(
        std::vector<std::string>{support::chronyd(), "-x", "-d", "-u", "root", "-f",
                                 (scratch_.path() / "chrony.conf").string()});
    ASSERT_TRUE(answers()) << "chronyd does not answer on port " << port_;
  }

  /// Asks until the server answers, at most 20 times.
  [[nodiscard]] bool answers() const {
    for (int attempt = 0; attempt < 20; ++attempt) {
      const Finished run =
          support::run_program({GUESTCLOCK_PROGRAM, "measure", "--server", server_name(),
                                "--duration", "500ms", "--no-ticks", "-q"});
      if (run.exit_code == 0) return true;
    }
    return false;
  }

  [[nodiscard]] std::string server_name() const { return "127.0.0.1:" + port_; }

  [[nodiscard]] json audit(const std::vector<std::string>& environment) const {
    const Finished run =
        support::run_program({GUESTCLOCK_PROGRAM, "audit", "--server", server_name(), "--duration",
                              "20s", "--format", "json"},
                             environment);
    EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 2 || run.exit_code == 3) << run.err;
    EXPECT_EQ(support::schema_problems(run.out), "");
    return json::parse(run.out, nullptr, false);
  }

  static json realtime(const json& report) {
    for (const json& clock : report["measurements"]["clocks"]) {
      if (clock["name"] == "realtime") return clock;
    }
    ADD_FAILURE() << "no clock realtime in " << report["measurements"]["clocks"];
    return {};
  }

  static std::vector<std::string> at_rate(const char* factor) {
    return {"LD_PRELOAD=" + faketime_library(), std::string("FAKETIME=+0 x") + factor,
            "FAKETIME_DONT_RESET=1"};
  }

  support::ScratchDirectory scratch_;
  std::string port_ = support::free_port();
  std::unique_ptr<support::Running> server_;
};

TEST_F(RealServer, TrueRateIsWithin1PpmAndKnownTo2) {
  const json report = audit({});
  const json clock = realtime(report);
  ASSERT_TRUE(clock["rate_error_ppm"].is_number()) << report["measurements"];
  EXPECT_LT(std::abs(clock["rate_error_ppm"].get<double>()), 1.0);
  const double low = clock["ci95_ppm"][0];
  const double high = clock["ci95_ppm"][1];
  EXPECT_LT((high - low) / 2, 2.0);
  EXPECT_EQ(report["measurements"]["servers"][0]["verdict"], "usable");
}

TEST_F(RealServer, FastClockIsPlus500) {
  if (faketime_library().empty()) GUESTCLOCK_SKIP("libfaketime is not installed");
  const json clock = realtime(audit(at_rate("1.0005")));
  ASSERT_TRUE(clock["rate_error_ppm"].is_number());
  EXPECT_NEAR(clock["rate_error_ppm"].get<double>(), 500.0, 2.0);
}

TEST_F(RealServer, SlowClockIsMinus500) {
  if (faketime_library().empty()) GUESTCLOCK_SKIP("libfaketime is not installed");
  const json clock = realtime(audit(at_rate("0.9995")));
  ASSERT_TRUE(clock["rate_error_ppm"].is_number());
  EXPECT_NEAR(clock["rate_error_ppm"].get<double>(), -500.0, 2.0);
}

TEST(Selftest, FindsTheKnownRateOnThisMachine) {
  const auto start = std::chrono::steady_clock::now();
  const Finished run = support::run_program({GUESTCLOCK_PROGRAM, "selftest", "--format", "json"});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(15));
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  EXPECT_EQ(support::schema_problems(run.out), "");
  const json result = json::parse(run.out);
  EXPECT_EQ(result["works"], true);
  EXPECT_LT(result["noise_floor_ppm"].get<double>(), 5);
  EXPECT_GT(result["round_trip_s"].get<double>(), 0);
}

TEST_F(RealServer, InterruptedMeasurementPrintsWhatItHas) {
  const std::string output = (scratch_.path() / "out.json").string();
  {
    support::Running tool({GUESTCLOCK_PROGRAM, "measure", "--server", server_name(), "--duration",
                           "1h", "--format", "json", "--output", output});
    std::this_thread::sleep_for(std::chrono::seconds(3));
    tool.signal(SIGINT);
    EXPECT_EQ(tool.wait(), 130);
  }
  const std::string text = scratch_.read("out.json");
  EXPECT_EQ(support::schema_problems(text), "");
  EXPECT_GT(json::parse(text)["servers"][0]["received"].get<int>(), 3);
}

}  // namespace
}  // namespace guestclock
