// Real time daemons on a machine of the test's own, a network and mount namespace: chronyd -x that
// follows another one, ntpd that may not set the time. The built program asks them.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fault/private_mounts.h"
#include "support/private_network.h"
#include "support/program.h"
#include "support/schema.h"
#include "support/scratch_directory.h"
#include "support/skip.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;
using support::Running;
using testing::HasSubstr;

const std::string kTools = GUESTCLOCK_TEST_TOOLS;
constexpr const char* kServer = "192.0.2.1";
constexpr const char* kGuest = "192.0.2.2";

/// Runs `body` on a machine that has nothing in /run, and this chronyc among its programs.
void on_own_machine(const std::function<void(const support::ScratchDirectory&)>& body) {
  const support::ScratchDirectory scratch;
  fault::in_private_mounts([&] {
    // ntpd takes no server at 127.x.y.z.
    support::in_private_network({kServer, kGuest}, [&] {
      const fault::Mount run("none", "/run", "tmpfs");
      const fault::Mount programs("none", "/usr/local/bin", "tmpfs");
      std::filesystem::create_directory("/run/chrony");
      const support::ScratchDirectory staged("/usr/local/bin");
      const auto wrapper =
          staged.write("chronyc", "#!/bin/sh\nexec " + kTools + "/usr/bin/chronyc \"$@\"\n");
      std::filesystem::permissions(wrapper, std::filesystem::perms::owner_all);
      std::filesystem::rename(wrapper, "/usr/local/bin/chronyc");
      body(scratch);
    });
  });
}

/// What serves the time here.
std::vector<std::string> server(const support::ScratchDirectory& scratch) {
  const auto conf = scratch.write(
      "server.conf", "local stratum 2\nallow\ncmdport 0\nbindcmdaddress /\nbindaddress " +
                         std::string(kServer) + "\npidfile " +
                         (scratch.path() / "server.pid").string() + "\n");
  return {kTools + "/usr/sbin/chronyd", "-4", "-x", "-d", "-u", "root", "-f", conf.string()};
}

json ask(const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{
      GUESTCLOCK_PROGRAM, "measure",  "--server", kServer, "--duration", "300ms",
      "--no-ticks",       "--format", "json"};
  words.insert(words.end(), more.begin(), more.end());
  const Finished run = support::run_program(words);
  EXPECT_EQ(support::schema_problems(run.out), "") << run.out << run.err;
  const json document = json::parse(run.out, nullptr, false);
  // None: it has not written its process id yet.
  if (!document.is_object() || document["daemons"].empty()) return json::object();
  EXPECT_EQ(document["daemons"].size(), 1U);
  return document["daemons"][0];
}

/// Asks until `enough`, at most 150 times.
json ask_until(const std::function<bool(const json&)>& enough) {
  json daemon;
  for (int attempt = 0; attempt < 150 && !testing::Test::HasFailure(); ++attempt) {
    daemon = ask();
    if (enough(daemon)) return daemon;
  }
  ADD_FAILURE() << "not so far: " << daemon;
  return daemon;
}

std::function<bool(const json&)> verdict_is(const char* verdict) {
  return [verdict](const json& daemon) { return daemon.value("verdict", "") == verdict; };
}

class LocalDaemon : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* const program : {"/usr/sbin/chronyd", "/usr/bin/chronyc", "/usr/sbin/ntpd"}) {
      if (!std::filesystem::exists(kTools + program)) {
        GUESTCLOCK_SKIP("the test tools lack " + std::string(program));
      }
    }
    if (const auto reason = fault::no_private_mounts_reason()) GUESTCLOCK_SKIP(*reason);
  }
};

TEST_F(LocalDaemon, ChronydFromItsStartUntilItsSourceIsGone) {
  on_own_machine([](const support::ScratchDirectory& scratch) {
    // One answer a second, and no burst: it stays unsynchronised for long enough to be asked.
    const auto conf =
        scratch.write("guest.conf", "server " + std::string(kServer) +
                                        " minpoll 1 maxpoll 1\nport 0\nbindcmdaddress 127.0.0.1\n"
                                        "bindcmdaddress /\npidfile /run/chrony/chronyd.pid\n");
    const Running chronyd(
        {kTools + "/usr/sbin/chronyd", "-x", "-d", "-u", "root", "-f", conf.string()});
    json daemon = ask_until(verdict_is("unsynchronised"));
    EXPECT_EQ(daemon["name"], "chronyd");
    EXPECT_EQ(daemon["stratum"], 16);
    EXPECT_THAT(daemon["reasons"].dump(), HasSubstr("has not answered it"));
    {
      const Running source(server(scratch));
      daemon = ask_until(verdict_is("not-yet"));
      EXPECT_GT(daemon["sources"][0]["answered"], 0);
      EXPECT_EQ(daemon["sources"][0]["name"], kServer);
      daemon = ask_until(verdict_is("synchronised"));
      EXPECT_EQ(daemon["stratum"], 3);
      EXPECT_EQ(daemon["refid"], kServer);
      EXPECT_EQ(daemon["sources"][0]["state"], "selected");
      // How far it thinks it may be is its own affair: with few samples on a busy machine, a
      // second.
      EXPECT_NEAR(
          daemon["root_distance_s"].get<double>(),
          daemon["root_delay_s"].get<double>() / 2 + daemon["root_dispersion_s"].get<double>(),
          1e-6);
    }
    daemon = ask_until(verdict_is("stale"));
    EXPECT_EQ(daemon["leap"], 0);
    EXPECT_EQ(daemon["sources"][0]["reach"], 0);
  });
}

TEST_F(LocalDaemon, ChronydWithoutItsCommandPortIsUnknown) {
  on_own_machine([](const support::ScratchDirectory& scratch) {
    const auto conf = scratch.write(
        "guest.conf",
        "server 192.0.2.7\nport 0\ncmdport 0\nbindcmdaddress /\npidfile /run/chrony/chronyd.pid\n");
    const Running chronyd(
        {kTools + "/usr/sbin/chronyd", "-x", "-d", "-u", "root", "-f", conf.string()});
    const json daemon = ask_until(verdict_is("unknown"));
    EXPECT_THAT(daemon["reasons"].dump(), HasSubstr("chronyc"));
    EXPECT_THAT(ask({"--no-network"})["reasons"].dump(), HasSubstr("--no-network"));
  });
}

TEST_F(LocalDaemon, NtpdThatHasJustStarted) {
  if (support::run_program({"setpriv", "--version"}).exit_code != 0) {
    GUESTCLOCK_SKIP("no setpriv to take the right to set the time away");
  }
  on_own_machine([](const support::ScratchDirectory& scratch) {
    const Running source(server(scratch));
    const auto conf = scratch.write(
        "ntp.conf", "interface ignore wildcard\ninterface ignore " + std::string(kServer) +
                        "\ninterface listen " + kGuest + "\ninterface listen 127.0.0.1\nserver " +
                        kServer + "\nrestrict 127.0.0.1\n");
    const Running ntpd({"setpriv", "--bounding-set", "-sys_time", "--inh-caps", "-sys_time",
                        kTools + "/usr/sbin/ntpd", "-n", "-p", "/run/ntpd.pid", "-c",
                        conf.string()});
    const json daemon = ask_until(verdict_is("not-yet"));
    EXPECT_EQ(daemon["name"].get<std::string>().substr(0, 3), "ntp");
    EXPECT_EQ(daemon["stratum"], 16);
    EXPECT_EQ(daemon["leap"], 3);
    EXPECT_EQ(daemon["refid"], "INIT");
    EXPECT_EQ(daemon["sources"][0]["answered"], 1);
    // One sample: dispersion 7.94 s, three more answers at 64 s each.
    EXPECT_NEAR(daemon["sources"][0]["dispersion_s"].get<double>(), 7.94, 0.1);
    EXPECT_EQ(daemon["selectable_in_s"], 192);
    EXPECT_EQ(daemon["will_step"], false);
  });
}

}  // namespace
}  // namespace guestclock
