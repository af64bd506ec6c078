#include "probe/distribution.h"

#include <gtest/gtest.h>

#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::probe {
namespace {

struct ReleaseLine {
  const char* line;
  const char* id;
  const char* version;
};

TEST(ReleaseLine, NamesTheFamilyAndTheMinor) {
  for (const ReleaseLine& sample : {
           ReleaseLine{"CentOS release 5.3 (Final)", "centos", "5.3"},
           ReleaseLine{"CentOS release 5 (Final)", "centos", "5.0"},
           ReleaseLine{"Red Hat Enterprise Linux Server release 5.11 (Tikanga)", "rhel", "5.11"},
           ReleaseLine{"Red Hat Enterprise Linux ES release 4 (Nahant Update 7)", "rhel", "4.7"},
           ReleaseLine{"CentOS Linux release 7.9.2009 (Core)", "centos", "7.9.2009"},
           ReleaseLine{"Scientific Linux SL release 5.3 (Boron)", "scientific", "5.3"},
           ReleaseLine{"Enterprise Linux Enterprise Linux Server release 5.3 (Carthage)", "ol",
                       "5.3"},
       }) {
    const auto name = parse_release_line(sample.line);
    ASSERT_TRUE(name.has_value()) << sample.line;
    EXPECT_EQ(name->id, sample.id) << sample.line;
    EXPECT_EQ(name->version, sample.version) << sample.line;
  }
  for (const char* const line :
       {"", "Some Linux 5.3", "CentOS", "CentOS release", "CentOS release x"}) {
    EXPECT_FALSE(parse_release_line(line).has_value()) << line;
  }
}

TEST(OsRelease, ValuesWithAndWithoutQuotes) {
  const char* const text = "NAME=\"x\"\n ID='centos'\nVERSION_ID=7\nIDENTITY=no\n";
  EXPECT_EQ(os_release_value(text, "ID"), "centos");
  EXPECT_EQ(os_release_value(text, "VERSION_ID"), "7");
  EXPECT_EQ(os_release_value(text, "MISSING"), std::nullopt);
}

TEST(FreeBsdVersion, IsMajorAndMinor) {
  EXPECT_EQ(freebsd_version(801000), "8.1");
  EXPECT_EQ(freebsd_version(900044), "9.0");
  EXPECT_EQ(freebsd_version(1401000), "14.1");
  EXPECT_EQ(freebsd_version(5), std::nullopt);
  EXPECT_EQ(freebsd_version(-801000), std::nullopt);
}

model::Distribution distribution_of(const support::ScratchDirectory& tree) {
  const auto system = system::open_tree(tree.path().string());
  EXPECT_TRUE(system.has_value());
  return probe_distribution(**system);
}

TEST(Distribution, TheReleaseFileKnowsTheMinorThatOsReleaseLacks) {
  const support::ScratchDirectory tree;
  tree.write("/etc/os-release", "ID=\"centos\"\nVERSION_ID=\"7\"\n");
  tree.write("/etc/redhat-release", "CentOS Linux release 7.9.2009 (Core)\n");
  const model::Distribution found = distribution_of(tree);
  EXPECT_EQ(found.id.value_or(""), "centos");
  EXPECT_EQ(found.version.value_or(""), "7.9.2009");
}

TEST(Distribution, OldSuseAndDebian) {
  const support::ScratchDirectory suse;
  suse.write("/etc/SuSE-release",
             "SUSE Linux Enterprise Server 10 (i586)\nVERSION = 10\nPATCHLEVEL = 1\n");
  EXPECT_EQ(distribution_of(suse).id.value_or(""), "sles");
  EXPECT_EQ(distribution_of(suse).version.value_or(""), "10.1");

  const support::ScratchDirectory debian;
  debian.write("/etc/debian_version", "4.0\n");
  EXPECT_EQ(distribution_of(debian).id.value_or(""), "debian");
  EXPECT_EQ(distribution_of(debian).version.value_or(""), "4.0");
}

TEST(Distribution, FreeBsdByItsVersionScript) {
  const support::ScratchDirectory tree;
  tree.write("/bin/freebsd-version", "#!/bin/sh\nUSERLAND_VERSION=\"14.1-RELEASE-p5\"\n");
  EXPECT_EQ(distribution_of(tree).id.value_or(""), "freebsd");
  EXPECT_EQ(distribution_of(tree).version.value_or(""), "14.1");
}

TEST(Distribution, AnEmptyTreeIsUnknownWithTheReason) {
  const support::ScratchDirectory tree;
  const model::Distribution found = distribution_of(tree);
  EXPECT_FALSE(found.id.known());
  EXPECT_NE(found.id.reason(), "");
}

}  // namespace
}  // namespace guestclock::probe
