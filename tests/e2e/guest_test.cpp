// The program on the very guest the tests run on.
#include <filesystem>

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

/// The reference guest: Firecracker has no SMBIOS and these two ACPI devices.
TEST(ThisGuest, FirecrackerWithAStaleDockerenvIsAVmAndNoContainer) {
  namespace fs = std::filesystem;
  if (!fs::exists("/sys/bus/acpi/devices/AMZNC10C:00") || fs::exists("/sys/class/dmi/id")) {
    GTEST_SKIP() << "this guest is no Firecracker microVM; the same case runs as a capture";
  }
  int code = -1;
  const json virtualization = run({"detect"}, &code)["virtualization"];
  for (const json& item : virtualization["evidence"]) {
    // Where CPUID is not intercepted (PVM) user space sees the name of the outer hypervisor.
    const std::string value = item["source"] == "cpuid 0x40000000" ? item["value"] : "";
    if (!value.empty() && !value.starts_with("KVMKVMKVM")) {
      GTEST_SKIP() << "the CPUID of this guest says \"" << value << "\", not KVM";
    }
  }
  EXPECT_EQ(virtualization["vm"], "kvm");
  EXPECT_EQ(virtualization["platform"], "firecracker");
  EXPECT_EQ(virtualization["container"], "none");
  EXPECT_EQ(virtualization["role"], "guest");
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
