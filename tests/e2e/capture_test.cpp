// A capture says of a guest what the guest says of itself, and nothing of the machine that reads
// it.
#include <filesystem>
#include <regex>
#include <sstream>

#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/corpus.h"
#include "support/program.h"
#include "support/schema.h"
#include "support/skip.h"
#include "support/trees.h"

namespace guestclock {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using support::Finished;
using support::ScratchDirectory;
using Words = std::vector<std::string>;

Finished guestclock(Words words) {
  words.insert(words.begin(), GUESTCLOCK_PROGRAM);
  return support::run_program(words);
}

/// The document of `detect`, or of what it looks at by `where`.
json detect(const Words& where) {
  Words words{"detect", "--format", "json"};
  words.insert(words.end(), where.begin(), where.end());
  const Finished run = guestclock(words);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return json::parse(run.out, nullptr, false);
}

/// Without the reasons of what is not known, which speak of where it was looked for, and without
/// what only a running system shows: that a daemon does not run, so does not set the clock.
json facts(json document) {
  document.erase("unknown");
  for (json& daemon : document["timesync"]["daemons"])
    daemon.erase("running");
  document["timesync"].erase("disciplining");
  document["timesync"].erase("perhaps_disciplining");
  return document;
}

fs::path fixture() {
  return fs::path(GUESTCLOCK_SOURCE_DIR) / "tests/fixtures/captures/firecracker-stale-dockerenv";
}

class Capture : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return (scratch_.path() / name).string();
  }
  /// Makes the capture `name`; the facts it shows.
  json capture(const std::string& name, Words words) {
    words.insert(words.begin(), {"capture", path(name), "--format", "json"});
    const Finished run = guestclock(words);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(support::schema_problems(run.out), "");
    document_ = json::parse(run.out, nullptr, false);
    return facts(detect({"--capture", path(name)}));
  }
  /// Everything in the capture, names too.
  [[nodiscard]] std::string all_of(const std::string& name) const {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(path(name))) {
      all += entry.path().string() + "\n";
      if (entry.is_symlink()) {
        all += fs::read_symlink(entry.path()).string() + "\n";
      } else if (entry.is_regular_file()) {
        all += support::bytes_of(entry.path());
      }
    }
    return all;
  }

  ScratchDirectory scratch_;
  json document_;
};

TEST_F(Capture, ThisGuestAsItIs) {
  const json live = facts(detect({}));
  EXPECT_EQ(capture("plain", {"--no-redact"}), live);
  EXPECT_EQ(facts(json::parse(scratch_.read("plain/facts.json"))), live);
  EXPECT_EQ(document_["redacted"], false);
  EXPECT_NE(scratch_.read("plain/README").find("NOT redacted"), std::string::npos);
}

TEST_F(Capture, ThisGuestRedacted) {
  const json live = facts(detect({}));
  const json redacted = capture("redacted", {});
  for (const char* const part : {"virtualization", "clock", "timesync"}) {
    EXPECT_EQ(redacted[part], live[part]) << part;
  }
  for (const char* const part : {"os", "distribution", "release", "arch", "hz", "tickless"}) {
    EXPECT_EQ(redacted["kernel"][part], live["kernel"][part]) << part;
  }
  EXPECT_EQ(redacted["boot"]["loader"], live["boot"]["loader"]);
  EXPECT_EQ(support::schema_problems(scratch_.read("redacted/facts.json")), "");
  EXPECT_NE(scratch_.read("redacted/README").find("Redacted:"), std::string::npos);
}

TEST_F(Capture, OfACaptureIsTheSameGuest) {
  const Words where{"--capture", fixture().string()};
  const json before = facts(detect(where));
  EXPECT_EQ(before["virtualization"]["platform"], "firecracker");
  EXPECT_EQ(capture("once", where), before);
  EXPECT_EQ(capture("twice", {"--capture", path("once")}), before);
}

TEST_F(Capture, OfEveryRecordedMachineIsTheSameGuest) {
  const fs::path corpus = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "virt-what";
  if (!fs::is_directory(corpus)) GUESTCLOCK_SKIP("no corpus of recorded machines");
  int machines = 0;
  for (const auto& machine : fs::directory_iterator(corpus)) {
    if (!machine.is_directory()) continue;
    const Words where{"--capture", machine.path().string()};
    const std::string name = machine.path().filename().string();
    EXPECT_EQ(capture(name, where), facts(detect(where))) << name;
    ++machines;
  }
  EXPECT_GT(machines, 20);
}

TEST_F(Capture, OfATreeIsTheSameTree) {
  const ScratchDirectory tree;
  make_centos5_tree(tree);
  tree.write("sys/class/dmi/id/sys_vendor", "VMware, Inc.\n");
  const Words where{"--root", tree.path().string()};
  const json before = facts(detect(where));
  ASSERT_FALSE(before["boot"]["entries"].empty());
  EXPECT_EQ(capture("tree", where), before);
  EXPECT_EQ(capture("again", {"--capture", path("tree")}), before);
}

/// Synthetic: a guest with something of each kind that is redacted.
void make_telltale_capture(const ScratchDirectory& made) {
  make_centos5_tree(made);
  fs::create_directory(made.path() / "root");
  for (const char* const part : {"boot", "etc"})
    fs::rename(made.path() / part, made.path() / "root" / part);
  made.write("cpuid-signature.txt", "XenVMMXenVMM\n");
  made.write("root/proc/version", "Linux version 2.6.18-128.el5 (x)\n");
  made.write("root/proc/cmdline",
             "ro root=UUID=2ff7b263-e147-4f83-8daf-9ecc41470f22 ip=dhcp:52:54:00:1a:b2:c3 "
             "hostname=web1 divider=10\n");
  made.write("root/etc/hostname", "web1\n");
  made.write("root/etc/ntp.conf", "server web1.ntp.example\nserver 192.0.2.1\n");
  made.write("root/sys/class/dmi/id/chassis_asset_tag", "A1234567\n");
  const std::string menu = made.read("root/boot/grub/grub.conf");
  made.write("root/boot/grub/grub.conf", "password --md5 $1$gLhU0/$aW78k\n" + menu);
}

TEST_F(Capture, TellsNothingOfItsOwner) {
  const ScratchDirectory made;
  make_telltale_capture(made);
  const Words where{"--capture", made.path().string()};
  const json before = facts(detect(where));
  EXPECT_EQ(capture("redacted", where)["virtualization"], before["virtualization"]);
  const std::string redacted = all_of("redacted");
  const json again = capture("again", {"--capture", path("redacted")});
  EXPECT_EQ(again, facts(detect({"--capture", path("redacted")})));

  Words plain = where;
  plain.emplace_back("--no-redact");
  EXPECT_EQ(capture("plain", plain), before);
  const std::string everything = all_of("plain");
  for (const char* const secret :
       {"2ff7b263", "52:54:00:1a:b2:c3", "web1", "A1234567", "$1$gLhU0/"}) {
    EXPECT_EQ(redacted.find(secret), std::string::npos) << secret;
    EXPECT_NE(everything.find(secret), std::string::npos) << secret;
  }
  EXPECT_NE(redacted.find("divider=10"), std::string::npos);
  EXPECT_NE(redacted.find("192.0.2.1"), std::string::npos);
}

TEST_F(Capture, TextNamesTheDirectoryAndCountsItsFiles) {
  const Finished run = guestclock({"capture", path("one"), "--capture", fixture().string()});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out.find(path("one") + ": "), 0U) << run.out;
  EXPECT_NE(run.out.find(" files, redacted."), std::string::npos) << run.out;
  const Finished quiet =
      guestclock({"capture", path("two"), "-q", "--capture", fixture().string()});
  EXPECT_EQ(quiet.exit_code, 0);
  EXPECT_EQ(quiet.out + quiet.err, "");
}

TEST_F(Capture, LeavesADirectoryThatIsNotEmptyAlone) {
  scratch_.write("full/file", "x");
  const Finished run = guestclock({"capture", path("full"), "--capture", fixture().string()});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.err.find("no empty directory"), std::string::npos) << run.err;
  EXPECT_EQ(std::distance(fs::recursive_directory_iterator(scratch_.path()), {}), 2);
  const Finished failed = guestclock({"capture", path("none"), "--capture", path("absent")});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_FALSE(fs::exists(path("none")));
}

TEST_F(Capture, SaysWhatAnOrdinaryUserCouldNotRead) {
  const ScratchDirectory tree;
  make_centos5_tree(tree);
  fs::permissions(tree.path() / "boot/grub/grub.conf", fs::perms::none);
  fs::permissions(tree.path(), fs::perms::all);
  fs::permissions(scratch_.path(), fs::perms::all);
  const fs::path program = scratch_.path() / "program";
  fs::copy_file(GUESTCLOCK_PROGRAM, program);
  Words as_user{program.string()};
  if (::geteuid() == 0) {
    as_user = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program.string()};
  }
  const auto run = [&](const Words& words) {
    Words all = as_user;
    all.insert(all.end(), words.begin(), words.end());
    return support::run_program(all);
  };
  const Words where{"--root", tree.path().string(), "--format", "json"};
  Words detect_words{"detect"};
  detect_words.insert(detect_words.end(), where.begin(), where.end());
  const json live = json::parse(run(detect_words).out, nullptr, false);
  Words capture_words{"capture", path("made")};
  capture_words.insert(capture_words.end(), where.begin(), where.end());
  const json made = json::parse(run(capture_words).out, nullptr, false);
  EXPECT_EQ(made["refused"], json({"/boot/grub/grub.conf"}));
  EXPECT_EQ(facts(detect({"--capture", path("made")})), facts(live));
}

/// Calls of a trace (strace -y) that look at files outside of `directory`, but for what a program
/// needs to start.
Words looks_outside(const std::string& trace, const std::string& directory) {
  static const std::regex kPath(R"re((AT_FDCWD|\d+)(?:<([^>]*)>)?, "([^"]*)")re");
  static const std::regex kFirst(R"re(\(\"([^\"]*)\")re");
  static const std::regex kLoader(R"(^(/usr)?/lib|^/etc/ld\.so|^/usr/share/locale|/locale)");
  static const std::regex kOther(R"(\b(uname|sysinfo|adjtimex|clock_adjtime|socket|connect)\()");
  Words found;
  std::istringstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    std::string seen;
    if (std::regex_search(line, kOther)) {
      found.push_back(line);
      continue;
    }
    if (line.find("execve(") != std::string::npos) continue;
    if (std::regex_search(line, match, kPath)) {
      const std::string name = match[3];
      if (name.empty()) continue;  // of a file that is open already
      const bool in_root = line.find("RESOLVE_IN_ROOT") != std::string::npos;
      seen = !in_root && name.starts_with("/") ? name : match[2].str() + "/" + name;
    } else if (std::regex_search(line, match, kFirst)) {
      seen = match[1];
    }
    if (seen.empty() || seen.starts_with(directory)) continue;
    if (!std::regex_search(seen, kLoader)) found.push_back(line);
  }
  return found;
}

TEST(LooksOutside, FindsEachWayOut) {
  for (const char* const line :
       {R"(openat(AT_FDCWD</x>, "/proc/cpuinfo", O_RDONLY) = 3</proc/cpuinfo>)",
        R"(openat2(3</>, "/proc/cpuinfo", {flags=O_RDONLY, resolve=RESOLVE_IN_ROOT}, 24) = 4)",
        R"(openat(3</>, "sys", O_RDONLY) = 4</sys>)", R"(access("/etc/hostname", R_OK) = 0)",
        R"(readlink("/proc/self/ns/pid", "x", 9) = 1)", R"(uname({sysname="Linux"}) = 0)"}) {
    EXPECT_EQ(looks_outside(line, "/capture").size(), 1U) << line;
  }
  for (const char* const line :
       {R"(openat(AT_FDCWD</x>, "/capture", O_RDONLY) = 3</capture>)",
        R"(openat2(3</capture>, "/proc/cpuinfo", {resolve=RESOLVE_IN_ROOT}, 24) = 4)",
        R"(newfstatat(4</capture/root/proc/x>, "", {st_mode=S_IFREG}, AT_EMPTY_PATH) = 0)",
        R"(openat(AT_FDCWD</x>, "/etc/ld.so.cache", O_RDONLY) = 3)"}) {
    EXPECT_TRUE(looks_outside(line, "/capture").empty()) << line;
  }
}

TEST_F(Capture, NothingOfThisMachineIsLookedAt) {
#ifdef GUESTCLOCK_INSTRUMENTED
  GTEST_SKIP() << "sanitizers and coverage open files by themselves";
#endif
  if (support::run_program({"strace", "-V"}).exit_code != 0) {
    GUESTCLOCK_SKIP("strace is not installed");
  }
  const ScratchDirectory tree;
  make_centos5_tree(tree);
  const std::vector<std::pair<std::string, std::string>> places{{"--capture", fixture().string()},
                                                                {"--root", tree.path().string()}};
  for (const auto& [option, directory] : places) {
    const Finished run = support::run_program(
        {"strace", "-f", "-y", "-s", "256", "-e",
         "trace=%file,openat2,uname,sysinfo,adjtimex,clock_adjtime,%network", "-o", path("trace"),
         GUESTCLOCK_PROGRAM, "detect", option, directory, "--format", "json"});
    EXPECT_EQ(support::schema_problems(run.out), "") << run.err;
    std::istringstream lines(scratch_.read("trace"));
    std::string trace;  // without the process ids in front
    for (std::string line; std::getline(lines, line);)
      trace += line.substr(line.find(' ') + 1) + "\n";
    ASSERT_NE(trace.find("/etc/os-release"), std::string::npos);
    EXPECT_EQ(looks_outside(trace, directory), Words{}) << option;
  }
}

}  // namespace
}  // namespace guestclock
