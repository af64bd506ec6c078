// Parameters that an image is better off without: found in a tree, taken out, left where wanted.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/schema.h"
#include "support/trees.h"

namespace guestclock {
namespace {

using nlohmann::json;
using support::Finished;
using support::ScratchDirectory;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;

class Relics : public testing::Test {
 protected:
  json run(std::vector<std::string> words, const std::vector<std::string>& assumed,
           int expected_code) {
    words.insert(words.begin(), GUESTCLOCK_PROGRAM);
    words.insert(words.end(), {"--root", tree_.path().string(), "--format", "json"});
    for (const std::string& one : assumed)
      words.insert(words.end(), {"--assume", one});
    const Finished finished = support::run_program(words);
    EXPECT_EQ(finished.exit_code, expected_code) << finished.out << finished.err;
    EXPECT_EQ(support::schema_problems(finished.out), "");
    return json::parse(finished.out, nullptr, false);
  }

  void make_rhel48() {
    tree_.write("/etc/redhat-release", "Red Hat Enterprise Linux AS release 4 (Nahant Update 8)\n");
    tree_.write("/boot/grub/grub.conf",
                "default=0\ntimeout=5\ntitle RHEL (2.6.9-89.EL)\n\troot (hd0,0)\n"
                "\tkernel /vmlinuz-2.6.9-89.EL ro root=LABEL=/ divider=10\n");
  }

  void make_centos7(const std::string& parameters) {
    tree_.write("/etc/os-release", "ID=\"centos\"\nVERSION_ID=\"7\"\n");
    tree_.write("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"" + parameters + "\"\n");
    tree_.write("/boot/grub2/grub.cfg",
                "menuentry 'CentOS Linux' {\n"
                "\tlinux16 /vmlinuz-3.10.0-1160.el7.x86_64 root=/dev/vda1 ro " +
                    parameters + "\n}\n");
  }

  static std::vector<std::string> rules_of(const json& findings) {
    std::vector<std::string> names;
    for (const json& finding : findings)
      names.push_back(finding["rule"]);
    return names;
  }

  ScratchDirectory tree_;
};

TEST_F(Relics, Rhel48OnKvmSwapsDividerForTheRightClock) {
  make_rhel48();
  const json i386 = run({"plan"}, {"vm=kvm", "arch=i386"}, 2);
  EXPECT_EQ(i386["entries"][0]["after"], json({"ro", "root=LABEL=/", "clock=pmtmr"}));
  const json x86_64 = run({"plan"}, {"vm=kvm", "arch=x86_64"}, 2);
  EXPECT_EQ(x86_64["entries"][0]["after"], json({"ro", "root=LABEL=/", "notsc"}));
  run({"apply", "--yes"}, {"vm=kvm", "arch=i386"}, 0);
  EXPECT_EQ(run({"plan"}, {"vm=kvm", "arch=i386"}, 0)["changed"], false);
}

TEST_F(Relics, Centos7OnKvmLosesThemAllAtOnce) {
  make_centos7("quiet no-kvmclock notsc clocksource=acpi_pm divider=10");
  const json plan = run({"plan"}, {"vm=kvm", "arch=x86_64"}, 2);
  EXPECT_THAT(std::string(plan["changes"][0]["diff"]),
              testing::HasSubstr("\n+GRUB_CMDLINE_LINUX=\"quiet\"\n"));
}

TEST_F(Relics, AModernImageWithoutAnyIsToldNothing) {
  make_centos7("quiet");
  const std::vector<std::string> assumed{"vm=kvm", "arch=x86_64"};
  EXPECT_THAT(run({"plan"}, assumed, 0)["changes"], IsEmpty());
  const json report = run({"audit"}, assumed, 0);
  EXPECT_THAT(report["findings"], IsEmpty());
  EXPECT_THAT(rules_of(report["not_judged"]), Contains("linux-tickless-nothing-to-change"));
}

TEST_F(Relics, AnImageForAnyCloudNeedsNoPlatformNamed) {
  make_centos7("quiet");
  tree_.write("/etc/chrony.conf", "pool pool.example iburst\nmakestep 1 -1\n");
  tree_.write("/usr/sbin/chronyd", "");
  tree_.write("/usr/lib/systemd/system/chronyd.service", "[Service]\n");
  tree_.write("/etc/systemd/system/multi-user.target.wants/chronyd.service", "[Service]\n");
  const std::vector<std::string> assumed{"vm=kvm", "arch=x86_64"};
  const json report = run({"audit"}, assumed, 0);
  EXPECT_THAT(report["findings"], IsEmpty());
  EXPECT_THAT(rules_of(report["not_judged"]), Contains("ec2-link-local-server-not-used"));
  EXPECT_THAT(rules_of(run({"audit"}, {"vm=kvm", "arch=x86_64", "platform=aws"}, 0)["findings"]),
              Contains("ec2-link-local-server-not-used"));
}

TEST_F(Relics, ADividerThatOurOwnTransactionWroteStays) {
  support::make_centos5_tree(tree_);
  const std::vector<std::string> assumed{"vm=vmware", "arch=i386"};
  const auto complains = Contains("rhel-vmware-divider-may-panic");
  run({"apply", "--yes", "--accept-risk", "V-01"}, assumed, 0);
  EXPECT_EQ(run({"plan"}, assumed, 0)["changed"], false);
  EXPECT_THAT(rules_of(run({"audit"}, assumed, 0)["findings"]), Not(complains));
  const json forgotten = run({"audit", "--state-dir", "/var/lib/another"}, assumed, 0);
  EXPECT_THAT(rules_of(forgotten["findings"]), complains);
}

}  // namespace
}  // namespace guestclock
