#include "measure/local_daemon.h"

#include <csignal>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ntpd_answers.h"
#include "support/sim_world.h"

namespace guestclock::measure {
namespace {

using std::chrono::seconds;
using support::control_packet;
using support::SimConfig;
using support::SimWorld;
using testing::HasSubstr;

/// What ntpd says: text by operation and association; what is not in it is not answered.
using NtpdTexts = std::map<std::pair<std::uint8_t, std::uint16_t>, std::string>;

/// The socket of ntpd on this machine. Long texts come in fragments, the last one first, behind a
/// datagram that answers nobody.
class NtpdSocket final : public system::UdpSocket {
 public:
  explicit NtpdSocket(const NtpdTexts& texts) : texts_(texts) {}

  Result<void> send(std::span<const std::uint8_t> bytes) override {
    EXPECT_EQ(bytes.size(), 12U);
    const std::uint8_t operation = bytes[1];
    const auto sequence = static_cast<std::uint16_t>(bytes[2] << 8U | bytes[3]);
    const auto association = static_cast<std::uint16_t>(bytes[6] << 8U | bytes[7]);
    const auto text = texts_.find({operation, association});
    if (text == texts_.end()) return {};
    const auto fragment = [&](std::size_t from, std::size_t length, bool more) {
      return control_packet(operation, sequence, association,
                            std::string_view(text->second).substr(from, length), from, more);
    };
    constexpr std::size_t kFragment = 468;
    for (std::size_t from = 0; from == 0 || from < text->second.size(); from += kFragment) {
      arrived_.push_back(fragment(from, kFragment, from + kFragment < text->second.size()));
    }
    arrived_.push_back({0x24, 0, 0});
    return {};
  }

  Result<std::optional<system::Datagram>> receive() override {
    if (arrived_.empty()) return std::optional<system::Datagram>();
    system::Datagram datagram;
    datagram.bytes = arrived_.back();
    arrived_.pop_back();
    return std::optional(datagram);
  }

 private:
  const NtpdTexts& texts_;
  std::vector<std::vector<std::uint8_t>> arrived_;
};

class NtpdNetwork final : public system::Network {
 public:
  NtpdNetwork(NtpdTexts texts, support::SimTime& time) : texts_(std::move(texts)), time_(time) {}

  Result<std::vector<system::Endpoint>> resolve(std::string_view, std::uint16_t) const override {
    return fail(ErrorCode::network, "nothing is resolved");
  }
  Result<std::unique_ptr<system::UdpSocket>> open(const system::Endpoint& endpoint,
                                                  Answers /*answers*/) const override {
    EXPECT_TRUE(endpoint.is_loopback());
    EXPECT_EQ(endpoint.port, 123);
    return std::make_unique<NtpdSocket>(texts_);
  }
  Result<bool> wait(std::span<system::UdpSocket* const>, Nanoseconds timeout) const override {
    time_.sleep_to(time_.now() + timeout);
    return false;
  }
  Result<std::uint64_t> random_u64() const override { return 4; }

 private:
  NtpdTexts texts_;
  support::SimTime& time_;
};

/// A simulated machine with an ntpd on its loopback interface.
class NtpdMachine final : public system::System {
 public:
  explicit NtpdMachine(NtpdTexts texts)
      : world_(SimConfig::with_rate(0)), network_(std::move(texts), world_.time()) {}

  [[nodiscard]] bool live() const override { return true; }
  [[nodiscard]] const std::string& root() const override { return world_.root(); }
  [[nodiscard]] const system::Files& files() const override { return world_.files(); }
  [[nodiscard]] const system::Cpuid& cpuid() const override { return world_.cpuid(); }
  [[nodiscard]] const system::Sysctl& sysctl() const override { return world_.sysctl(); }
  [[nodiscard]] const system::Clocks& clocks() const override { return world_.clocks(); }
  [[nodiscard]] const system::KernelCounters& counters() const override {
    return world_.counters();
  }
  [[nodiscard]] const system::Devices& devices() const override { return world_.devices(); }
  [[nodiscard]] const system::Network& network() const override { return network_; }
  [[nodiscard]] const system::Queries& queries() const override { return world_.queries(); }
  [[nodiscard]] const system::Identity& identity() const override { return world_.identity(); }
  [[nodiscard]] Result<std::string_view> kernel_log() const override { return world_.kernel_log(); }

  [[nodiscard]] Nanoseconds now() const { return world_.time().now(); }

 private:
  SimWorld world_;
  NtpdNetwork network_;
};

model::LocalDaemon ask_one(const system::System& system, const std::string& name) {
  const StopFlag stop;
  const auto daemons = ask_local_daemons(system, {name}, stop);
  EXPECT_EQ(daemons.size(), 1U);
  EXPECT_EQ(daemons.at(0).name, name);
  return daemons.at(0);
}

NtpdTexts starting() {
  return {{{support::kReadVariables, 0}, support::kStartingSystem},
          {{support::kReadStatus, 0}, support::association_list(0xb014)},
          {{support::kReadVariables, 17767}, support::kPeerAfterTwoAnswers},
          {{support::kReadVariables, 17768}, support::kPeerSilent}};
}

TEST(LocalDaemons, NtpdThatHasJustStarted) {
  const NtpdMachine machine(starting());
  const model::LocalDaemon daemon = ask_one(machine, "ntpsec");
  EXPECT_EQ(daemon.verdict, "not-yet");
  ASSERT_EQ(daemon.sources.size(), 2U);
  EXPECT_EQ(daemon.sources[0].name, "192.0.2.1");
  EXPECT_EQ(daemon.sources[1].name, "192.0.2.7");
  EXPECT_DOUBLE_EQ(daemon.selectable_in_s.value(), 32);
  EXPECT_TRUE(daemon.will_step.value());
  EXPECT_THAT(daemon.reasons.at(0), HasSubstr("INIT"));
}

TEST(LocalDaemons, NtpdThatFollows) {
  NtpdTexts texts = starting();
  texts[{support::kReadVariables, 0}] = support::kFollowingSystem;
  texts[{support::kReadStatus, 0}] = support::association_list(0xb61a);
  texts[{support::kReadVariables, 17767}] = support::kPeerFollowed;
  const model::LocalDaemon daemon = ask_one(NtpdMachine(std::move(texts)), "ntpd");
  EXPECT_EQ(daemon.verdict, "synchronised");
  EXPECT_EQ(daemon.reasons, std::vector<std::string>{"it follows 192.0.2.1"});
}

TEST(LocalDaemons, NtpdThatDoesNotAnswerHasTwoSeconds) {
  const NtpdMachine machine({});
  const model::LocalDaemon daemon = ask_one(machine, "ntpd");
  EXPECT_EQ(daemon.verdict, "unknown");
  EXPECT_THAT(daemon.reasons.at(0), HasSubstr("noquery"));
  EXPECT_EQ(machine.now(), seconds(2));
}

TEST(LocalDaemons, AnAssociationThatIsGoneCostsOnlyItself) {
  NtpdTexts texts = starting();
  texts.erase({support::kReadVariables, 17768});
  const model::LocalDaemon daemon = ask_one(NtpdMachine(std::move(texts)), "ntpd");
  EXPECT_EQ(daemon.verdict, "not-yet");
  EXPECT_EQ(daemon.sources.size(), 1U);
}

TEST(LocalDaemons, APoolLineIsNoSource) {
  NtpdTexts texts = starting();
  texts[{support::kReadVariables, 17768}] =
      "srcadr=0.0.0.0, srchost=pool.example, refid=POOL, stratum=16, reach=0x0";
  EXPECT_EQ(ask_one(NtpdMachine(std::move(texts)), "ntpd").sources.size(), 1U);
}

TEST(LocalDaemons, InterruptedBeforeTheAnswer) {
  StopFlag stop;
  stop.request(SIGINT);
  const NtpdMachine machine({});
  const auto daemons = ask_local_daemons(machine, {"ntpd"}, stop);
  EXPECT_EQ(daemons.at(0).verdict, "unknown");
  EXPECT_EQ(machine.now(), seconds(0));
}

TEST(LocalDaemons, ChronydByItsProgram) {
  SimConfig config = SimConfig::with_rate(0);
  config.timex = {{seconds(0), system::Timex{0, 10000, true}}};
  config.answers = {
      {system::Query::chrony_tracking,
       "C0000201,192.0.2.1,3,1795391990.0,-0.001,0.0,0.0,12.5,0.0,0.0,0.0,0.0001,64.0,Normal\n"},
      {system::Query::chrony_sources, "^,*,192.0.2.1,2,6,377,10,0.0001,0.0001,0.0002\n"}};
  const SimWorld world(std::move(config));
  const model::LocalDaemon daemon = ask_one(world, "chronyd");
  EXPECT_EQ(daemon.verdict, "synchronised");
  EXPECT_NEAR(daemon.reference_age_s.value(), 10, 1e-3);
  EXPECT_TRUE(daemon.kernel_synchronised.value());
  EXPECT_EQ(daemon.sources.size(), 1U);
}

TEST(LocalDaemons, TimesyncdByTimedatectl) {
  SimConfig config = SimConfig::with_rate(0);
  config.answers = {{system::Query::timesyncd_state,
                     "ServerName=ntp.example\nServerAddress=192.0.2.1\nPollIntervalUSec=32s\n"}};
  const model::LocalDaemon daemon = ask_one(SimWorld(std::move(config)), "systemd-timesyncd");
  EXPECT_EQ(daemon.verdict, "unsynchronised");
  EXPECT_FALSE(daemon.kernel_synchronised.known());
}

TEST(LocalDaemons, WhatCannotBeAskedOrTalksNonsenseIsUnknown) {
  SimConfig config = SimConfig::with_rate(0);
  config.answers = {{system::Query::chrony_tracking, "\xff\x01"}};
  const SimWorld world(std::move(config));
  for (const char* const name : {"chronyd", "systemd-timesyncd", "openntpd", "ntpd"}) {
    const model::LocalDaemon daemon = ask_one(world, name);
    EXPECT_EQ(daemon.verdict, "unknown") << name;
    EXPECT_FALSE(daemon.reasons.at(0).empty()) << name;
    EXPECT_TRUE(daemon.sources.empty()) << name;
  }
}

TEST(LocalDaemons, NoneRunsNoneIsAsked) {
  const StopFlag stop;
  EXPECT_TRUE(ask_local_daemons(SimWorld(SimConfig::with_rate(0)), {}, stop).empty());
}

}  // namespace
}  // namespace guestclock::measure
