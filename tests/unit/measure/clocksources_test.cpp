#include "measure/clocksources.h"

#include <map>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/runtime_clocksource.h"

namespace guestclock::measure {
namespace {

using std::chrono::seconds;
using system::ClockId;
using testing::ElementsAre;
using testing::HasSubstr;

/// A machine whose RAW runs at another rate by each clocksource, and goes on without a jump.
struct Machine {
  std::map<std::string, double> rates_ppm;
  std::string current;
  std::vector<std::string> available;
  std::vector<std::string> chosen;
  std::string refused;  ///< taken without a word, and not used
  bool stuck = false;   ///< whatever is chosen, the last one stays
  Nanoseconds now{};    ///< true time
  double raw_ns = 1e12;

  void pass(Nanoseconds duration) {
    now += duration;
    raw_ns += static_cast<double>(duration.count()) * (1 + rates_ppm.at(current) * 1e-6);
  }
};

class FakeClocks final : public system::Clocks {
 public:
  explicit FakeClocks(Machine& machine) : machine_(machine) {}
  Result<Nanoseconds> read(ClockId) const override {
    machine_.pass(Nanoseconds(20));
    return Nanoseconds(static_cast<std::int64_t>(machine_.raw_ns));
  }
  Result<std::uint64_t> read_counter() const override {
    if (broken) throw std::runtime_error("broken");
    return static_cast<std::uint64_t>(static_cast<double>(machine_.now.count()) * 2.5);
  }
  Result<void> sleep_until(ClockId, Nanoseconds) const override { return {}; }

  bool broken = false;

 private:
  Machine& machine_;
};

class FakeWaits final : public system::Network {
 public:
  FakeWaits(Machine& machine, StopFlag& stop) : machine_(machine), stop_(stop) {}
  Result<std::vector<system::Endpoint>> resolve(std::string_view, std::uint16_t) const override {
    return fail(ErrorCode::unsupported, "none");
  }
  Result<std::unique_ptr<system::UdpSocket>> open(const system::Endpoint&, Answers) const override {
    return fail(ErrorCode::unsupported, "none");
  }
  Result<bool> wait(std::span<system::UdpSocket* const>, Nanoseconds timeout) const override {
    machine_.pass(timeout);
    if (machine_.current == stop_by) stop_.request(15);
    return false;
  }
  Result<std::uint64_t> random_u64() const override { return 1; }

  std::string stop_by;  ///< a signal comes while this one is in use

 private:
  Machine& machine_;
  StopFlag& stop_;
};

class FakeControl final : public system::ClocksourceControl {
 public:
  explicit FakeControl(Machine& machine) : machine_(machine) {}
  Result<std::string> current() const override { return machine_.current; }
  Result<std::vector<std::string>> available() const override { return machine_.available; }
  Result<void> choose(std::string_view name) override {
    machine_.chosen.emplace_back(name);
    if (name == "forbidden") return fail(ErrorCode::permission, "not permitted");
    if (name != machine_.refused && !(machine_.stuck && machine_.chosen.size() > 1)) {
      machine_.current = name;
    }
    return {};
  }

 private:
  Machine& machine_;
};

struct Compared {
  std::vector<model::ClocksourceRate> rows;
  std::string not_restored;
};

class Clocksources : public testing::Test {
 protected:
  Clocksources() {
    machine_.rates_ppm = {{"tsc", 10}, {"kvm-clock", 9.675}, {"acpi_pm", 10.302}, {"hpet", 0}};
    machine_.current = "kvm-clock";
    machine_.available = {"tsc", "kvm-clock", "acpi_pm"};
    raw_.rate_error_ppm = 9.675;
    raw_.ci95_ppm = model::Interval{9.575, 9.775};
  }

  Compared compare() { return compare(clocks_, control_); }

  Compared compare(const system::Clocks& clocks, system::ClocksourceControl& control) {
    const ClockPolicy policy{200, {}, std::chrono::milliseconds(300), seconds(4)};
    ClocksourceComparison comparison(clocks, waits_, raw_, policy, stop_);
    const auto restored = settings::on_each_clocksource(
        control,
        [&](const std::string& name, const Result<void>& taken) { comparison.add(name, taken); });
    return {comparison.rows(), restored ? "" : restored.error().message};
  }

  Machine machine_;
  StopFlag stop_;
  FakeClocks clocks_{machine_};
  FakeWaits waits_{machine_, stop_};
  FakeControl control_{machine_};
  model::ClockRate raw_;
};

TEST_F(Clocksources, EachHasItsRateAndTheFirstIsRestored) {
  const Compared done = compare();
  ASSERT_EQ(done.rows.size(), 3U);
  EXPECT_EQ(done.rows[0].name, "kvm-clock");
  EXPECT_NEAR(done.rows[0].rate_error_ppm.value(), 9.675, 0.02);
  EXPECT_EQ(done.rows[0].against_current_ppm.value(), 0);
  EXPECT_EQ(done.rows[1].name, "tsc");
  EXPECT_NEAR(done.rows[1].rate_error_ppm.value(), 10, 0.02);
  EXPECT_NEAR(done.rows[1].against_current_ppm.value(), 0.325, 0.02);
  EXPECT_NEAR(done.rows[1].ci95_ppm.value().half_width(), 0.1, 0.01);
  EXPECT_NEAR(done.rows[1].read_cost_ns.value(), 20, 1);
  EXPECT_NEAR(done.rows[2].rate_error_ppm.value(), 10.302, 0.02);
  EXPECT_THAT(machine_.chosen, ElementsAre("tsc", "acpi_pm", "kvm-clock"));
  EXPECT_EQ(machine_.current, "kvm-clock");
  EXPECT_EQ(done.not_restored, "");
}

TEST_F(Clocksources, WithoutADriftTheyAreStillComparedWithEachOther) {
  raw_.rate_error_ppm = model::Fact<double>::unknown("no server");
  const Compared done = compare();
  EXPECT_EQ(done.rows[1].rate_error_ppm.reason(), "no server");
  EXPECT_NEAR(done.rows[1].against_current_ppm.value(), 0.325, 0.02);
}

TEST_F(Clocksources, ASignalEndsItAndTheFirstIsRestored) {
  waits_.stop_by = "tsc";
  const Compared done = compare();
  EXPECT_EQ(done.rows[1].rate_error_ppm.reason(), "interrupted");
  EXPECT_EQ(machine_.current, "kvm-clock");
  EXPECT_THAT(machine_.chosen, testing::Contains("tsc"));
}

TEST_F(Clocksources, AnExceptionDoesNotLeaveAnotherOneInUse) {
  machine_.available = {"kvm-clock", "tsc"};
  waits_.stop_by = "none";
  // Breaks once the kernel has been switched.
  class Breaking final : public system::ClocksourceControl {
   public:
    Breaking(FakeControl& control, FakeClocks& clocks) : control_(control), clocks_(clocks) {}
    Result<std::string> current() const override { return control_.current(); }
    Result<std::vector<std::string>> available() const override { return control_.available(); }
    Result<void> choose(std::string_view name) override {
      clocks_.broken = name == "tsc";
      return control_.choose(name);
    }

   private:
    FakeControl& control_;
    FakeClocks& clocks_;
  };
  Breaking breaking(control_, clocks_);
  EXPECT_THROW(compare(clocks_, breaking), std::runtime_error);
  EXPECT_THAT(machine_.chosen, ElementsAre("tsc", "kvm-clock"));
  EXPECT_EQ(machine_.current, "kvm-clock");
}

TEST_F(Clocksources, OneThatTheKernelDoesNotTakeSaysSo) {
  machine_.available = {"kvm-clock", "hpet", "forbidden", "tsc"};
  machine_.refused = "hpet";
  const Compared done = compare();
  EXPECT_EQ(done.rows[1].rate_error_ppm.reason(), "the kernel did not take it");
  EXPECT_THAT(done.rows[2].rate_error_ppm.reason(), HasSubstr("not permitted"));
  EXPECT_TRUE(done.rows[3].rate_error_ppm.known());
  EXPECT_EQ(machine_.current, "kvm-clock");
}

TEST_F(Clocksources, ACounterThatIsMissingLeavesEverythingUnknown) {
  class NoCounter final : public system::Clocks {
   public:
    explicit NoCounter(const FakeClocks& clocks) : clocks_(clocks) {}
    Result<Nanoseconds> read(ClockId id) const override { return clocks_.read(id); }
    Result<void> sleep_until(ClockId, Nanoseconds) const override { return {}; }

   private:
    const FakeClocks& clocks_;
  };
  const NoCounter clocks(clocks_);
  const Compared done = compare(clocks, control_);
  for (const auto& row : done.rows)
    EXPECT_FALSE(row.rate_error_ppm.known()) << row.name;
  EXPECT_EQ(machine_.current, "kvm-clock");
}

TEST_F(Clocksources, WhereTheFirstIsNotTakenBackThatIsSaid) {
  machine_.stuck = true;
  machine_.available = {"kvm-clock", "tsc"};
  EXPECT_THAT(compare().not_restored, HasSubstr("the kernel uses tsc, not kvm-clock"));
}

}  // namespace
}  // namespace guestclock::measure
