// The program on the very guest the tests run on.
#include <filesystem>

#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/schema.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;

json run(std::vector<std::string> words, int* code) {
  words.insert(words.begin(), GUESTCLOCK_PROGRAM);
  words.insert(words.end(), {"--format", "json"});
  const Finished finished = support::run_program(words);
  *code = finished.exit_code;
  EXPECT_EQ(support::schema_problems(finished.out), "") << finished.err;
  return json::parse(finished.out, nullptr, false);
}

TEST(ThisGuest, DetectKnowsTheKernelAndItsClock) {
  int code = -1;
  const json detect = run({"detect"}, &code);
  EXPECT_EQ(code, 0);
  EXPECT_EQ(detect["kernel"]["os"], "linux");
  EXPECT_NE(detect["kernel"]["release"], nullptr);
  EXPECT_NE(detect["clock"]["source"], nullptr);
  EXPECT_FALSE(detect["virtualization"]["evidence"].empty());
  for (const json& item : detect["virtualization"]["evidence"]) {
    EXPECT_NE(std::string(item["source"]), "");
    EXPECT_NE(std::string(item["says"]), "");
    EXPECT_NE(std::string(item["why"]), "");
  }
}

/// The reference guest: Firecracker has no SMBIOS and these two ACPI devices. Under PVM the CPUID
/// of user space is that of the outer machine.
bool on_the_reference_guest() {
  namespace fs = std::filesystem;
  return fs::exists("/sys/bus/acpi/devices/AMZNC10C:00") && !fs::exists("/sys/class/dmi/id");
}

TEST(ThisGuest, FirecrackerWithAStaleDockerenvIsAVmAndNoContainer) {
  if (!on_the_reference_guest()) {
    GTEST_SKIP() << "this guest is no Firecracker microVM; the same case runs as a capture";
  }
  int code = -1;
  const json virtualization = run({"detect"}, &code)["virtualization"];
  EXPECT_EQ(virtualization["vm"], "kvm");
  EXPECT_EQ(virtualization["platform"], "firecracker");
  EXPECT_EQ(virtualization["container"], "none");
  EXPECT_EQ(virtualization["role"], "guest");
  const Finished ours = support::run_program({GUESTCLOCK_PROGRAM, "detect", "--format", "systemd"});
  EXPECT_EQ(ours.out, "kvm\n");
}

TEST(ThisGuest, AnOrdinaryUserGetsTheVerdictOfRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  int code = -1;
  const json root = run({"detect"}, &code)["virtualization"];
  const Finished user =
      support::run_program({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                            GUESTCLOCK_PROGRAM, "detect", "--format", "json"});
  if (user.exit_code == 127 || user.exit_code == 126) {
    GTEST_SKIP() << "no setpriv, or the program lies where nobody may run it: " << user.err;
  }
  ASSERT_EQ(user.exit_code, 0) << user.err;
  const json nobody = json::parse(user.out, nullptr, false)["virtualization"];
  for (const char* const part :
       {"role", "vm", "container", "platform", "nested", "mode", "confidential", "interfaces"}) {
    EXPECT_EQ(nobody[part], root[part]) << part;
  }
}

TEST(ThisGuest, AuditCompletesWithoutNetwork) {
  int code = -1;
  const json report =
      run({"audit", "--no-network", "--duration", "1s", "--fail-on", "never"}, &code);
  EXPECT_TRUE(code == 0 || code == 3) << code;
  const json& measurements = report["measurements"];
  EXPECT_EQ(measurements["drift"]["rate_error_ppm"], nullptr);
  EXPECT_NE(measurements["unknown"]["drift.rate_error_ppm"], nullptr);
  EXPECT_FALSE(measurements["ticks"]["per_cpu"].empty());
  EXPECT_FALSE(measurements["clocks"].empty());
}

TEST(ThisGuest, SilentServerIsExit3AndNamed) {
  int code = -1;
  const json measure =
      run({"measure", "--server", "127.0.0.1:1", "--duration", "1s", "--no-ticks"}, &code);
  EXPECT_EQ(code, 3);
  ASSERT_EQ(measure["servers"].size(), 1U);
  EXPECT_EQ(measure["servers"][0]["address"], "127.0.0.1:1");
  EXPECT_EQ(measure["servers"][0]["verdict"], "unreachable");
  EXPECT_EQ(measure["drift"]["rate_error_ppm"], nullptr);
}

}  // namespace
}  // namespace guestclock
