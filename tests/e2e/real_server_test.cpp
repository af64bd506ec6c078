// A real NTP server (chronyd -x on a loopback port: it serves, it never sets this machine's clock)
// and known rates: the tool, never the server, runs under libfaketime.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/unique_fd.h"
#include "support/program.h"
#include "support/schema.h"
#include "support/scratch_directory.h"
#include "support/skip.h"
#include "system/machines.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;

/// A UDP port of 127.0.0.1 that nobody used a moment ago.
std::string free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("no UDP port of 127.0.0.1 can be bound");
  }
  return std::to_string(ntohs(address.sin_port));
}

std::string chronyd() {
  const std::string fetched = std::string(GUESTCLOCK_TEST_TOOLS) + "/usr/sbin/chronyd";
  return std::filesystem::exists(fetched) ? fetched : "/usr/sbin/chronyd";
}

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
    if (!std::filesystem::exists(chronyd())) GUESTCLOCK_SKIP("no chronyd to serve the time");
    scratch_.write("chrony.conf", std::string("local stratum 2\ncmdport 0\nallow\n"
                                              "bindaddress 127.0.0.1\nport ") +
                                      port_ + "\npidfile " +
                                      (scratch_.path() / "chronyd.pid").string() + "\n");
    server_ = std::make_unique<support::Running>(std::vector<std::string>{
        chronyd(), "-x", "-d", "-u", "root", "-f", (scratch_.path() / "chrony.conf").string()});
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
  std::string port_ = free_port();
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

/// A chronyd that only serves; `lines` say where its time comes from.
class Chronyd {
 public:
  Chronyd(const support::ScratchDirectory& scratch, const std::string& name,
          const std::string& lines)
      : port_(free_port()) {
    const auto conf = scratch.write(
        name + ".conf", lines + "cmdport 0\nallow\nbindaddress 127.0.0.1\nport " + port_ +
                            "\npidfile " + (scratch.path() / (name + ".pid")).string() + "\n");
    server_ = std::make_unique<support::Running>(
        std::vector<std::string>{chronyd(), "-x", "-d", "-u", "root", "-f", conf.string()});
  }

  [[nodiscard]] std::string name() const { return "127.0.0.1:" + port_; }
  /// A line that makes another chronyd follow this one as fast as it can.
  [[nodiscard]] std::string as_source() const {
    return "server 127.0.0.1 port " + port_ + " iburst minpoll -2 maxpoll -2\n";
  }

 private:
  std::string port_;
  std::unique_ptr<support::Running> server_;
};

/// An NTP server of our own whose clock gains 500 ppm.
class GainingServer {
 public:
  GainingServer()
      : listener_(machine_->network().listen_on_loopback().value()), thread_([this] { serve(); }) {}
  ~GainingServer() {
    done_ = true;
    thread_.join();
  }
  GainingServer(const GainingServer&) = delete;
  GainingServer& operator=(const GainingServer&) = delete;

  [[nodiscard]] std::string name() const { return listener_->endpoint().text; }

 private:
  void serve() {
    const auto start = now();
    while (!done_) {
      const auto request = listener_->receive(std::chrono::milliseconds(20));
      if (!request || !*request || (*request)->datagram.bytes.size() < 48) continue;
      std::vector<std::uint8_t> bytes((*request)->datagram.bytes.begin(),
                                      (*request)->datagram.bytes.begin() + 48);
      std::copy(bytes.begin() + 40, bytes.end(), bytes.begin() + 24);  // origin
      bytes[0] = 0x24;  // version 4, a server's answer
      bytes[1] = 2;
      bytes[3] = 0xEC;
      for (std::size_t i = 4; i < 16; ++i)
        bytes[i] = i < 12 ? 0 : 10;
      const auto elapsed = now() - start;
      const auto shown = start + elapsed + elapsed / 2000;
      for (const std::size_t at : {std::size_t{16}, std::size_t{32}, std::size_t{40}})
        put_timestamp(bytes, at, shown);
      static_cast<void>(listener_->answer((*request)->from, bytes));
    }
  }

  [[nodiscard]] Nanoseconds now() const {
    return machine_->clocks().read(system::ClockId::realtime).value();
  }

  static void put_timestamp(std::vector<std::uint8_t>& bytes, std::size_t at, Nanoseconds time) {
    constexpr std::uint64_t k1900To1970 = 2'208'988'800;
    const auto count = static_cast<std::uint64_t>(time.count());
    const std::uint64_t value = (count / 1'000'000'000 + k1900To1970) << 32U |
                                (count % 1'000'000'000 << 32U) / 1'000'000'000;
    for (std::size_t i = 0; i < 8; ++i)
      bytes[at + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  }

  std::unique_ptr<system::System> machine_ = system::open_live().value();
  std::unique_ptr<system::UdpListener> listener_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

TEST(RealServers, EachIsToldForWhatItIs) {
  if (!std::filesystem::exists(chronyd())) GUESTCLOCK_SKIP("no chronyd to serve the time");
  const support::ScratchDirectory scratch;
  const Chronyd local(scratch, "local", "local stratum 10\n");
  const Chronyd good(scratch, "good", local.as_source());
  const Chronyd better(scratch, "better", local.as_source());
  const Chronyd lost(scratch, "lost", "");
  const GainingServer gaining;
  const std::string silent = "127.0.0.1:" + free_port();

  std::vector<std::string> words{GUESTCLOCK_PROGRAM, "measure", "--no-ticks", "--format", "json",
                                 "--target-ppm",     "0"};
  for (const std::string& name :
       {local.name(), good.name(), better.name(), lost.name(), gaining.name(), silent}) {
    words.insert(words.end(), {"--server", name});
  }
  const auto measured = [&words](const char* duration) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--duration", duration});
    const Finished run = support::run_program(all);
    EXPECT_EQ(support::schema_problems(run.out), "");
    return json::parse(run.out);
  };
  // The two that follow need some seconds until they say that they are synchronised.
  json report;
  for (int attempt = 0; attempt < 30; ++attempt) {
    report = measured("500ms");
    if (report["servers"][1]["leap"] == 0 && report["servers"][2]["leap"] == 0) break;
  }
  report = measured("12s");
  const json& servers = report["servers"];
  EXPECT_EQ(servers[0]["verdict"], "usable") << servers[0];
  EXPECT_NE(servers[0]["reasons"].dump().find("undisciplined"), std::string::npos) << servers[0];
  EXPECT_EQ(servers[1]["verdict"], "usable") << servers[1];
  EXPECT_EQ(servers[2]["verdict"], "usable") << servers[2];
  EXPECT_EQ(servers[3]["verdict"], "unsynchronised") << servers[3];
  EXPECT_EQ(servers[4]["verdict"], "falseticker") << servers[4];
  EXPECT_EQ(servers[5]["verdict"], "unreachable") << servers[5];
  EXPECT_LT(std::abs(report["drift"]["rate_error_ppm"].get<double>()), 5) << report["drift"];
  EXPECT_EQ(report["drift"]["reference"], local.name() + ", " + good.name() + ", " + better.name());
}

}  // namespace
}  // namespace guestclock
