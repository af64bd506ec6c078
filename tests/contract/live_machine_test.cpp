// The machine the tests run on. Reads only; the one network is the loopback interface.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <thread>

#include <arpa/inet.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "system/linux/udev_devices.h"
#include "system/machines.h"

namespace guestclock::system {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

class LiveMachine : public ::testing::Test {
 protected:
  std::unique_ptr<System> machine_ = open_live().value();
};

TEST_F(LiveMachine, IsLive) {
  EXPECT_TRUE(machine_->live());
  EXPECT_EQ(machine_->root(), "/");
  EXPECT_TRUE(machine_->files().exists("/proc/self/status"));
  EXPECT_EQ(machine_->sysctl().get("kern.hz").error().code, ErrorCode::unsupported);
  EXPECT_EQ(machine_->sysctl().kenv("smbios.system.maker").error().code, ErrorCode::unsupported);
}

TEST_F(LiveMachine, ClocksRun) {
  const Clocks& clocks = machine_->clocks();
  for (const ClockId id : {ClockId::realtime, ClockId::monotonic, ClockId::monotonic_raw,
                           ClockId::boottime, ClockId::tai}) {
    EXPECT_TRUE(clocks.read(id));
  }
  for (const ClockId id : {ClockId::monotonic, ClockId::monotonic_raw, ClockId::boottime}) {
    Nanoseconds last = clocks.read(id).value();
    for (int i = 0; i < 1000; ++i) {
      const Nanoseconds now = clocks.read(id).value();
      ASSERT_GE(now, last);
      last = now;
    }
  }
  EXPECT_GT(clocks.read(ClockId::realtime).value(), 365 * 24h);
}

TEST_F(LiveMachine, SleepsToAnInstant) {
  const Clocks& clocks = machine_->clocks();
  const Nanoseconds instant = clocks.read(ClockId::monotonic).value() + 2ms;
  ASSERT_TRUE(clocks.sleep_until(ClockId::monotonic, instant));
  EXPECT_GE(clocks.read(ClockId::monotonic).value(), instant);
  EXPECT_TRUE(clocks.sleep_until(ClockId::realtime, 0ns)) << "the past is no wait";
  EXPECT_TRUE(clocks.sleep_until(ClockId::monotonic, -1ns));
  EXPECT_EQ(clocks.sleep_until(ClockId::tai, instant).error().code, ErrorCode::usage);
}

void ignore_signal(int) {}

TEST_F(LiveMachine, ASignalEndsASleepAndAWait) {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = ignore_signal;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  const pthread_t sleeper = ::pthread_self();
  std::atomic<bool> over{false};
  std::thread waker([&] {
    while (!over) {
      ::pthread_kill(sleeper, SIGUSR1);
      const timespec pause{0, 1'000'000};
      ::nanosleep(&pause, nullptr);
    }
  });
  const Clocks& clocks = machine_->clocks();
  const Nanoseconds start = clocks.read(ClockId::monotonic).value();
  const auto slept = clocks.sleep_until(ClockId::monotonic, start + 30s);
  const auto waited = machine_->network().wait({}, 30s);
  over = true;
  waker.join();
  ASSERT_EQ(::sigaction(SIGUSR1, &before, nullptr), 0);
  EXPECT_TRUE(slept);
  ASSERT_TRUE(waited);
  EXPECT_FALSE(*waited);
  EXPECT_LT(clocks.read(ClockId::monotonic).value(), start + 20s);
}

TEST_F(LiveMachine, Cpuid) {
#if defined(__x86_64__) || defined(__i386__)
  const CpuidRegisters vendor = machine_->cpuid().leaf(0).value();
  EXPECT_GE(vendor.eax, 1U);
  EXPECT_NE(vendor.ebx, 0U);
  EXPECT_EQ(machine_->cpuid().leaf(0).value(), vendor);
  EXPECT_TRUE(machine_->cpuid().leaf(1));
  EXPECT_GE(machine_->cpuid().leaf(0x80000000).value().eax, 0x80000000U);
  // Of leaf 1 EBX tells which CPU was asked.
  for (const std::uint32_t leaf : {1U, 7U, 0x80000001U, 0x80000007U}) {
    CpuidRegisters own;
    __cpuid_count(leaf, 0, own.eax, own.ebx, own.ecx, own.edx);
    const auto told = machine_->cpuid().leaf(leaf);
    if (!told) continue;
    EXPECT_EQ(told->eax, own.eax) << leaf;
    EXPECT_EQ(told->ecx, own.ecx) << leaf;
    EXPECT_EQ(told->edx, own.edx) << leaf;
  }
  EXPECT_EQ(machine_->cpuid().leaf(0x3fffffff).error().code, ErrorCode::unsupported);
  EXPECT_EQ(machine_->cpuid().leaf(0xbfffffff).error().code, ErrorCode::unsupported);
#else
  EXPECT_EQ(machine_->cpuid().leaf(0).error().code, ErrorCode::unsupported);
#endif
}

/// What a counter shows, or that the machine has it not: no third answer.
template <class T>
bool answered(const Result<T>& result) {
  if (result) return true;
  const ErrorCode code = result.error().code;
  std::printf("not on this machine: %s\n", describe(result.error()).c_str());
  return code == ErrorCode::unsupported || code == ErrorCode::permission ||
         code == ErrorCode::not_found;
}

TEST_F(LiveMachine, AReadingThroughTheKernelIsTheSameTime) {
  const Clocks& clocks = machine_->clocks();
  for (const ClockId id : {ClockId::monotonic, ClockId::monotonic_raw, ClockId::boottime}) {
    const Nanoseconds before = clocks.read(id).value();
    const auto now = clocks.read_in_kernel(id);
    ASSERT_TRUE(answered(now));
    if (!now) continue;
    EXPECT_GE(*now, before);
    EXPECT_LE(*now, clocks.read(id).value());
    const Nanoseconds resolution = clocks.resolution(id).value();
    EXPECT_GE(resolution, 1ns);
    EXPECT_LE(resolution, 20ms) << "a tick of 50 Hz";
  }
}

TEST_F(LiveMachine, CountersGrow) {
  const KernelCounters& counters = machine_->counters();
  const auto timex = counters.timex();
  ASSERT_TRUE(answered(timex));
  if (timex) {
    EXPECT_LE(std::abs(timex->frequency_ppm), 500.0);
    EXPECT_NEAR(static_cast<double>(timex->tick_us), 10'000, 1'000);
  }
  const auto before = counters.timer_interrupts();
  ASSERT_TRUE(answered(before));
  const auto delay = counters.run_delay();
  ASSERT_TRUE(answered(delay));
  const Clocks& clocks = machine_->clocks();
  ASSERT_TRUE(
      clocks.sleep_until(ClockId::monotonic, clocks.read(ClockId::monotonic).value() + 20ms));
  if (before) {
    const auto after = counters.timer_interrupts().value();
    std::uint64_t sum_before = 0;
    std::uint64_t sum_after = 0;
    for (const auto& [cpu, count] : *before)
      sum_before += count;
    for (const auto& [cpu, count] : after)
      sum_after += count;
    EXPECT_GT(sum_after, sum_before);
  }
  const auto ticked = counters.ticked();
  ASSERT_TRUE(answered(ticked));
  ASSERT_TRUE(
      clocks.sleep_until(ClockId::monotonic, clocks.read(ClockId::monotonic).value() + 40ms));
  if (ticked) {
    EXPECT_GE(counters.ticked().value() - *ticked, 20ms) << "40 ms less a tick and a unit";
    EXPECT_EQ(*ticked % 10ms, 0ms);
  }
  if (delay) {
    EXPECT_GE(counters.run_delay().value(), *delay);
  }
  const auto times = counters.cpu_times();
  ASSERT_TRUE(answered(times));
  if (times) {
    EXPECT_FALSE(times->empty());
    for (const auto& [cpu, time] : *times)
      EXPECT_GE(time.steal_s, 0.0) << cpu;
  }
}

TEST_F(LiveMachine, TheKernelsLogIsReadOrRefused) {
  const auto log = machine_->kernel_log();
  ASSERT_TRUE(answered(log));
  if (!log) {
    EXPECT_NE(log.error().hint.find("CAP_SYSLOG"), std::string::npos);
    return;
  }
  EXPECT_LE(log->size(), std::size_t{256} << 10U);
  EXPECT_EQ(machine_->kernel_log().value().empty(), log->empty()) << "reading takes nothing away";
}

TEST_F(LiveMachine, DevicesOfAMissingSubsystemAreNone) {
  const auto devices = machine_->devices().enumerate("guestclock_no_such_subsystem", {});
  ASSERT_TRUE(devices);
  EXPECT_THAT(*devices, IsEmpty());
}

TEST_F(LiveMachine, DevicesHaveNamesPathsAndAttributes) {
  constexpr std::array<std::string_view, 2> kAttributes = {"address", "no_such_attribute"};
  const auto devices = machine_->devices().enumerate("net", kAttributes);
  ASSERT_TRUE(devices);
  const auto loopback = std::find_if(devices->begin(), devices->end(),
                                     [](const Device& device) { return device.name == "lo"; });
  if (loopback == devices->end()) GTEST_SKIP() << "/sys shows no loopback interface here";
  EXPECT_TRUE(loopback->path.starts_with("/sys/devices/"));
  ASSERT_NE(loopback->attribute("address"), nullptr);
  EXPECT_EQ(*loopback->attribute("address"), "00:00:00:00:00:00");
  EXPECT_EQ(loopback->attribute("no_such_attribute"), nullptr);
  EXPECT_TRUE(std::is_sorted(devices->begin(), devices->end(),
                             [](const Device& a, const Device& b) { return a.name < b.name; }));
}

TEST_F(LiveMachine, WithoutLibudevSysfsIsReadAndSaysTheSame) {
  constexpr std::array<std::string_view, 1> kAttributes = {"address"};
  const UdevDevices without(machine_->files(), "libguestclock-no-such-library.so.1");
  const auto found = without.enumerate("net", kAttributes);
  const auto by_udev = machine_->devices().enumerate("net", kAttributes);
  ASSERT_TRUE(found);
  ASSERT_TRUE(by_udev);
  ASSERT_EQ(found->size(), by_udev->size());
  for (std::size_t i = 0; i < found->size(); ++i) {
    EXPECT_EQ((*found)[i].name, (*by_udev)[i].name);
    EXPECT_EQ((*found)[i].path, (*by_udev)[i].path);
    EXPECT_EQ((*found)[i].attributes, (*by_udev)[i].attributes);
  }
}

TEST_F(LiveMachine, Identity) {
  const Identity& identity = machine_->identity();
  EXPECT_EQ(identity.kernel().value().os, "linux");
  EXPECT_FALSE(identity.kernel().value().release.empty());
  EXPECT_FALSE(identity.kernel().value().machine.empty());
  EXPECT_FALSE(identity.host_name().value().empty());
  EXPECT_EQ(identity.effective_uid(), ::geteuid());
  EXPECT_FALSE(identity.online_cpus().value().empty());
  EXPECT_FALSE(identity.pin_thread(-1));
  EXPECT_FALSE(identity.pin_thread(1 << 20));
  const std::vector<int> cpus = identity.online_cpus().value();
  bool pinned = false;
  std::thread([&] {
    for (const int cpu : cpus) {
      pinned = pinned || (identity.pin_thread(cpu) && ::sched_getcpu() == cpu);
    }
  }).join();
  EXPECT_TRUE(pinned);
}

TEST_F(LiveMachine, RandomBitsDiffer) {
  const std::uint64_t one = machine_->network().random_u64().value();
  EXPECT_NE(machine_->network().random_u64().value(), one);
}

TEST_F(LiveMachine, ResolvesLiterals) {
  const Network& network = machine_->network();
  const auto ipv4 = network.resolve("127.0.0.1", 123);
  ASSERT_TRUE(ipv4);
  ASSERT_EQ(ipv4->size(), 1U);
  EXPECT_EQ(ipv4->front().text, "127.0.0.1:123");
  EXPECT_FALSE(ipv4->front().ipv6);
  EXPECT_TRUE(ipv4->front().is_loopback());
  const auto ipv6 = network.resolve("::1", 123);
  ASSERT_TRUE(ipv6);
  ASSERT_EQ(ipv6->size(), 1U);
  EXPECT_EQ(ipv6->front().text, "[::1]:123");
  EXPECT_TRUE(ipv6->front().ipv6);
  EXPECT_TRUE(ipv6->front().is_loopback());
  EXPECT_EQ(network.resolve("", 123).error().code, ErrorCode::usage);
  EXPECT_EQ(network.resolve(std::string_view("127.0.0.1\0x", 11), 123).error().code,
            ErrorCode::usage);
}

/// A socket that answers on a port of its own of the loopback interface.
class EchoServer {
 public:
  EchoServer() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no loopback socket");
    }
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void close() { fd_.reset(); }

  /// Takes one datagram and sends `answer` (or the same bytes) back.
  void answer_one(std::vector<std::uint8_t> answer = {}) {
    answer_through(*this, std::move(answer));
  }

  /// The same from another's port.
  void answer_through(const EchoServer& other, std::vector<std::uint8_t> answer = {}) {
    std::array<std::uint8_t, 4096> bytes{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(fd_.get(), bytes.data(), bytes.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    ASSERT_GE(got, 0);
    if (answer.empty()) answer.assign(bytes.begin(), bytes.begin() + got);
    ASSERT_GE(::sendto(other.fd_.get(), answer.data(), answer.size(), 0,
                       reinterpret_cast<sockaddr*>(&from), size),
              0);
  }

 private:
  UniqueFd fd_;
  std::uint16_t port_ = 0;
};

class LiveUdp : public LiveMachine {
 protected:
  std::unique_ptr<UdpSocket> open(std::uint16_t port,
                                  Network::Answers answers = Network::Answers::from_endpoint) {
    const auto endpoints = machine_->network().resolve("127.0.0.1", port);
    return machine_->network().open(endpoints.value().front(), answers).value();
  }
  bool wait(UdpSocket& socket, Nanoseconds timeout) {
    UdpSocket* const one[] = {&socket};
    return machine_->network().wait(one, timeout).value();
  }
  Nanoseconds raw() { return machine_->clocks().read(ClockId::monotonic_raw).value(); }
};

TEST_F(LiveUdp, EchoComesWithStampsBetweenSendAndReceive) {
  EchoServer server;
  const auto socket = open(server.port());
  EXPECT_EQ(socket->receive().value(), std::nullopt);
  EXPECT_FALSE(wait(*socket, 0ns));
  int stamped = 0;
  constexpr int kRounds = 20;
  for (int i = 0; i < kRounds; ++i) {
    const std::vector<std::uint8_t> bytes = {1, 2, 3, static_cast<std::uint8_t>(i)};
    const Nanoseconds sent = raw();
    ASSERT_TRUE(socket->send(bytes));
    server.answer_one();
    ASSERT_TRUE(wait(*socket, 5s));
    const auto got = socket->receive().value();
    const Nanoseconds returned = raw();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->bytes, bytes);
    EXPECT_FALSE(got->truncated);
    EXPECT_GT(got->received_raw, sent);
    EXPECT_LT(got->received_raw, returned);
    if (!got->kernel_raw) continue;
    ++stamped;
    // REALTIME may be stepped or slewed by the machine's time daemon: a little slack.
    EXPECT_GT(*got->kernel_raw, sent - 1ms);
    EXPECT_LT(*got->kernel_raw, got->received_raw + 1ms);
  }
  std::printf("%d of %d datagrams had a kernel stamp\n", stamped, kRounds);
}

TEST_F(LiveUdp, LongDatagramsAreCut) {
  EchoServer server;
  const auto socket = open(server.port());
  ASSERT_TRUE(socket->send(std::array<std::uint8_t, 1>{1}));
  server.answer_one(std::vector<std::uint8_t>(3000, 7));
  ASSERT_TRUE(wait(*socket, 5s));
  const auto cut = socket->receive().value();
  ASSERT_TRUE(cut);
  EXPECT_TRUE(cut->truncated);
  EXPECT_EQ(cut->bytes.size(), 2048U);
}

TEST_F(LiveUdp, APortWhereNobodyListensIsANetworkError) {
  EchoServer server;
  const std::uint16_t port = server.port();
  server.close();
  const auto socket = open(port);
  const std::array<std::uint8_t, 1> bytes = {1};
  ASSERT_TRUE(socket->send(bytes));
  ASSERT_TRUE(wait(*socket, 5s)) << "the refusal wakes the wait";
  const auto refused = socket->receive();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::network);
  EXPECT_EQ(refused.error().system_errno, ECONNREFUSED);
  EXPECT_EQ(socket->receive().value(), std::nullopt) << "said once, the socket stays usable";

  // The refusal of the first may come out of the second send: that one is sent all the same.
  ASSERT_TRUE(socket->send(bytes));
  ASSERT_TRUE(socket->send(bytes));
  ASSERT_TRUE(wait(*socket, 5s));
  EXPECT_EQ(socket->receive().error().code, ErrorCode::network);
}

TEST_F(LiveUdp, DatagramsOfOthersNeverArrive) {
  EchoServer server;
  EchoServer stranger;
  const auto socket = open(server.port());
  ASSERT_TRUE(socket->send(std::array<std::uint8_t, 1>{1}));
  const auto other = open(stranger.port());
  ASSERT_TRUE(other->send(std::array<std::uint8_t, 1>{2}));
  stranger.answer_one();
  ASSERT_TRUE(wait(*other, 5s));
  EXPECT_FALSE(wait(*socket, 0ns));
  server.answer_one();
  ASSERT_TRUE(wait(*socket, 5s));
  EXPECT_EQ(socket->receive().value()->bytes.front(), 1);
}

TEST_F(LiveUdp, WhereAnyoneMayAnswerTheSenderIsTold) {
  EchoServer server;
  const EchoServer stranger;
  const auto socket = open(server.port(), Network::Answers::from_anyone);
  ASSERT_TRUE(socket->send(std::array<std::uint8_t, 1>{1}));
  server.answer_through(stranger);
  ASSERT_TRUE(wait(*socket, 5s));
  const auto foreign = socket->receive().value();
  ASSERT_TRUE(foreign && foreign->stranger);
  EXPECT_EQ(foreign->stranger->text, "127.0.0.1:" + std::to_string(stranger.port()));
  ASSERT_TRUE(socket->send(std::array<std::uint8_t, 1>{2}));
  server.answer_one();
  ASSERT_TRUE(wait(*socket, 5s));
  const auto own = socket->receive().value();
  ASSERT_TRUE(own);
  EXPECT_FALSE(own->stranger);
  EXPECT_EQ(own->bytes.front(), 2);
}

class ForeignSocket final : public UdpSocket {
 public:
  Result<void> send(std::span<const std::uint8_t> /*bytes*/) override { return {}; }
  Result<std::optional<Datagram>> receive() override { return std::optional<Datagram>(); }
};

TEST_F(LiveUdp, WaitsOnlyForItsOwnSockets) {
  ForeignSocket foreign;
  UdpSocket* const one[] = {&foreign};
  EXPECT_EQ(machine_->network().wait(one, 1s).error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace guestclock::system
