// Several real servers at once, in a network namespace of the test's own: each must be told for
// what it is.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/unique_fd.h"
#include "support/ntp_daemons.h"
#include "support/private_network.h"
#include "support/program.h"
#include "support/schema.h"
#include "support/scratch_directory.h"
#include "support/skip.h"
#include "system/machines.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;

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

/// A port that takes what comes and says nothing.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
      throw std::runtime_error("no UDP port of 127.0.0.1 can be bound");
    }
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] std::string name() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  UniqueFd socket_;
  std::uint16_t port_ = 0;
};

class AllServers {
 public:
  /// What `audit` measured against all of them.
  [[nodiscard]] json audited() const { return audit(names_, "12s"); }

  void wait_until_good_ones_are_synchronised() const {
    for (int attempt = 0; attempt < 30; ++attempt) {
      const json servers = audit({good_.name(), better_.name()}, "500ms")["servers"];
      if (servers[0]["leap"] == 0 && servers[1]["leap"] == 0) return;
    }
  }

  [[nodiscard]] std::string believed() const {
    return local_.name() + ", " + good_.name() + ", " + better_.name();
  }

 private:
  [[nodiscard]] static json audit(const std::vector<std::string>& names, const char* duration) {
    std::vector<std::string> words{GUESTCLOCK_PROGRAM, "audit", "--no-ticks", "--format", "json",
                                   "--target-ppm",     "0",     "--duration", duration};
    for (const std::string& name : names)
      words.insert(words.end(), {"--server", name});
    const Finished run = support::run_program(words);
    EXPECT_EQ(support::schema_problems(run.out), "") << run.err;
    return json::parse(run.out, nullptr, false)["measurements"];
  }

  using Chronyd = support::Chronyd;
  using Ntpd = support::Ntpd;

  support::ScratchDirectory scratch_;
  Chronyd local_{scratch_, "local", "local stratum 10\n"};
  Chronyd good_{scratch_, "good", local_.as_source()};
  Chronyd better_{scratch_, "better", local_.as_source()};
  Chronyd lost_{scratch_, "lost", ""};
  GainingServer gaining_;
  SilentServer silent_;
  Ntpd started_{scratch_, "started", "127.0.0.2", ""};
  Ntpd strict_{scratch_, "strict", "127.0.0.3",
               "limit average 0.5 burst 2 kod 100\nrestrict default limited kod\n"};
  std::vector<std::string> names_{local_.name(),   good_.name(),   better_.name(),  lost_.name(),
                                  gaining_.name(), silent_.name(), started_.name(), strict_.name()};
};

std::string reasons_of(const json& server) {
  return server["reasons"].dump();
}

void expect_verdicts(const json& measured, const std::string& believed) {
  const json& servers = measured["servers"];
  EXPECT_EQ(servers[0]["verdict"], "usable") << servers[0];
  EXPECT_NE(reasons_of(servers[0]).find("undisciplined"), std::string::npos) << servers[0];
  EXPECT_EQ(servers[1]["verdict"], "usable") << servers[1];
  EXPECT_EQ(servers[2]["verdict"], "usable") << servers[2];
  EXPECT_EQ(servers[3]["verdict"], "unsynchronised") << servers[3];
  EXPECT_EQ(servers[4]["verdict"], "falseticker") << servers[4];
  EXPECT_EQ(servers[5]["verdict"], "unreachable") << servers[5];
  EXPECT_GT(servers[5]["sent"], 5);
  EXPECT_EQ(servers[6]["verdict"], "unsynchronised") << servers[6];
  EXPECT_EQ(servers[6]["refid"], "INIT");
  EXPECT_EQ(servers[6]["stratum"], 0);
  EXPECT_NE(reasons_of(servers[6]).find("never synchronised since it started"), std::string::npos);
  EXPECT_EQ(servers[7]["verdict"], "kiss") << servers[7];
  EXPECT_NE(reasons_of(servers[7]).find("kiss code RATE"), std::string::npos) << servers[7];
  EXPECT_LE(servers[7]["sent"], 5) << "left alone at once";
  EXPECT_LT(std::abs(measured["drift"]["rate_error_ppm"].get<double>()), 5) << measured["drift"];
  EXPECT_EQ(measured["drift"]["reference"], believed);
}

TEST(SeveralServers, EachIsToldForWhatItIs) {
  for (const std::string& program : {support::chronyd(), support::ntpd()}) {
    if (!std::filesystem::exists(program)) GUESTCLOCK_SKIP("there is no " + program);
  }
  if (const auto reason = support::no_private_network_reason()) GUESTCLOCK_SKIP(*reason);
  support::in_private_network({"127.0.0.2", "127.0.0.3"}, [] {
    const AllServers all;
    all.wait_until_good_ones_are_synchronised();
    expect_verdicts(all.audited(), all.believed());
  });
}

}  // namespace
}  // namespace guestclock
