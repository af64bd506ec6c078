// The include lines of the product obey the design's table, and a planted violation of each kind is
// found.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "include_rules.h"

namespace guestclock::layering {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

std::vector<Include> includes_of_product() {
  const std::filesystem::path root = GUESTCLOCK_SOURCE_DIR;
  std::vector<Include> all;
  for (const char* directory : {"src", "grub", "freebsd"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / directory)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      const std::string name = std::filesystem::relative(entry.path(), root).string();
      const auto includes = includes_in(name, read(entry.path()));
      all.insert(all.end(), includes.begin(), includes.end());
    }
  }
  return all;
}

TEST(Layering, TheProductObeys) {
  const std::vector<Include> includes = includes_of_product();
  EXPECT_GT(includes.size(), 200U) << "the scan found the sources";
  EXPECT_THAT(violations(includes), IsEmpty());
}

TEST(Layering, EveryModuleIsInTheTable) {
  const std::filesystem::path root = GUESTCLOCK_SOURCE_DIR;
  for (const auto& entry : std::filesystem::directory_iterator(root / "src")) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(name == "cli" || allowed_modules().count(name) == 1) << name;
  }
}

/// The names after DEPENDS in guestclock_module(...).
std::set<std::string> linked_modules(const std::filesystem::path& cmake_file) {
  std::string text = read(cmake_file);
  const std::size_t start = text.find("guestclock_module(");
  text = start == std::string::npos ? "" : text.substr(start, text.find(')', start) - start);
  std::set<std::string> names;
  bool depends = false;
  for (const std::string& word : words(text)) {
    if (word == "DEPENDS") {
      depends = true;
    } else if (word == "PRIVATE" || word == "SOURCES") {
      depends = false;
    } else if (depends) {
      names.insert(word);
    }
  }
  return names;
}

TEST(Layering, LibrariesLinkWhatTheirModuleMayInclude) {
  const std::filesystem::path root = GUESTCLOCK_SOURCE_DIR;
  for (const auto& [module, allowed] : allowed_modules()) {
    const bool at_top = module == "grub" || module == "freebsd";
    const auto directory = at_top ? root / module : root / "src" / module;
    EXPECT_EQ(linked_modules(directory / "CMakeLists.txt"), allowed) << module;
  }
}

TEST(Layering, IncludeLinesAreFound) {
  const auto found = includes_in("src/base/x.cpp",
                                 "// #include \"no/comment.h\"\n"
                                 "#include \"base/text.h\"\n"
                                 "  #  include <nlohmann/json.hpp>  // why\n"
                                 "#define include\n"
                                 "#include MACRO\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].target, "base/text.h");
  EXPECT_EQ(found[0].line, 2);
  EXPECT_EQ(found[1].target, "nlohmann/json.hpp");
  EXPECT_EQ(found[1].file, "src/base/x.cpp");
}

std::vector<std::string> planted(const std::string& file, const std::string& target) {
  return violations({{file, target, 7}});
}

TEST(Layering, WhatIsAllowedIsNotFound) {
  for (const auto& [file, target] : std::vector<std::pair<std::string, std::string>>{
           {"src/model/fact.h", "base/result.h"},
           {"src/system/linux/cpuid.cpp", "system/linux/cpuid.h"},
           {"src/system/unavailable.cpp", "model/fact.h"},
           {"src/probe/clock.cpp", "settings/ntp_config.h"},
           {"src/probe/clock.cpp", "system/system.h"},
           {"src/change/transaction.cpp", "system/writer.h"},
           {"src/change/plan.cpp", "advise/advise.h"},
           {"src/cli/main.cpp", "grub/grub_legacy.h"},
           {"src/cli/main.cpp", "system/machines.h"},
           {"grub/grub_legacy.cpp", "boot/boot_loader.h"},
           {"freebsd/loader_conf.cpp", "base/text.h"},
           {"src/model/facts_json.cpp", "nlohmann/json.hpp"},
           {"src/model/facts_json.h", "nlohmann/json_fwd.hpp"},
           {"src/tables/embed/embed_rules.cpp", "nlohmann/json.hpp"},
           {"src/report/json.cpp", "nlohmann/json.hpp"},
           {"src/change/journal_json.cpp", "nlohmann/json.hpp"},
           {"src/cli/options.cpp", "boost/program_options.hpp"},
           {"src/system/linux/udev_devices.cpp", "libudev.h"},
           {"src/base/text.cpp", "sys/stat.h"}}) {
    EXPECT_THAT(planted(file, target), IsEmpty()) << file << " " << target;
  }
}

TEST(Layering, UpwardEdgesAreFound) {
  EXPECT_THAT(planted("src/base/text.cpp", "model/fact.h"),
              ElementsAre("src/base/text.cpp:7: base may not include model"));
  for (const auto& [file, target] : std::vector<std::pair<std::string, std::string>>{
           {"src/model/facts.cpp", "tables/tables.h"},
           {"src/model/facts.cpp", "system/system.h"},
           {"src/tables/load.cpp", "system/system.h"},
           {"src/system/system.cpp", "tables/tables.h"},
           {"src/system/linux/clocks.cpp", "measure/drift.h"},
           {"src/settings/ntp_config.cpp", "boot/boot_loader.h"},
           {"src/boot/boot_loader.cpp", "grub/grub_legacy.h"},
           {"src/boot/boot_loader.cpp", "freebsd/loader_conf.h"},
           {"grub/grub_legacy.cpp", "freebsd/loader_conf.h"},
           {"freebsd/loader_conf.cpp", "change/plan.h"},
           {"src/probe/clock.cpp", "measure/measure.h"},
           {"src/measure/measure.cpp", "probe/probe.h"},
           {"src/measure/measure.cpp", "settings/editable.h"},
           {"src/advise/advise.cpp", "system/system.h"},
           {"src/advise/advise.cpp", "probe/probe.h"},
           {"src/report/text.cpp", "system/system.h"},
           {"src/report/text.cpp", "tables/tables.h"},
           {"src/change/plan.cpp", "probe/probe.h"},
           {"src/change/plan.cpp", "report/format.h"},
           {"src/report/text.cpp", "cli/main.h"},
           {"src/unheard_of/x.cpp", "base/text.h"}}) {
    ASSERT_EQ(planted(file, target).size(), 1U) << file << " " << target;
    EXPECT_THAT(planted(file, target)[0], HasSubstr(" may not include ")) << file;
  }
  EXPECT_THAT(planted("src/base/text.cpp", "../model/fact.h"),
              ElementsAre(HasSubstr("from the source root")));
}

TEST(Layering, TheWritingHalfIsFoundInReaders) {
  for (const char* module : {"probe", "measure"}) {
    for (const char* header : {"system/writer.h", "system/sink.h"}) {
      const std::string file = std::string("src/") + module + "/x.cpp";
      EXPECT_THAT(planted(file, header),
                  ElementsAre(file + ":7: reaches the writing half: " + header));
    }
  }
  for (const char* module : {"advise", "report"}) {
    EXPECT_EQ(planted(std::string("src/") + module + "/x.cpp", "system/writer.h").size(), 2U);
  }
}

TEST(Layering, TheWritingHalfIsFoundThroughOtherHeaders) {
  const std::vector<Include> includes = {
      {"src/probe/boot_entries.cpp", "boot/boot_loader.h", 3},
      {"src/boot/boot_loader.h", "settings/editable.h", 1},
      {"src/settings/editable.h", "boot/boot_loader.h", 1},  // a circle must not hang it
      {"src/settings/editable.h", "system/machines.h", 2},
      {"src/system/machines.h", "system/sink.h", 1},
  };
  EXPECT_THAT(violations(includes),
              ::testing::Contains("src/probe/boot_entries.cpp:3: reaches the writing half: "
                                  "boot/boot_loader.h -> settings/editable.h -> "
                                  "system/machines.h -> system/sink.h"));
}

TEST(Layering, ThirdPartyHeadersAreFoundOutsideTheirFence) {
  for (const auto& [file, target] : std::vector<std::pair<std::string, std::string>>{
           {"src/model/facts.cpp", "nlohmann/json.hpp"},
           {"src/model/facts.h", "nlohmann/json_fwd.hpp"},
           {"src/change/transaction.cpp", "nlohmann/json.hpp"},
           {"src/system/capture.cpp", "nlohmann/json.hpp"},
           {"src/cli/main.cpp", "nlohmann/json.hpp"},
           {"src/report/text.cpp", "boost/program_options.hpp"},
           {"src/system/linux/clocks.cpp", "boost/program_options/options_description.hpp"},
           {"src/probe/clock.cpp", "libudev.h"},
           {"src/cli/main.cpp", "libudev.h"},
           {"src/cli/main.cpp", "gtest/gtest.h"},
           {"src/system/system.h", "gmock/gmock.h"},
           {"grub/grub_legacy.cpp", "rapidcheck.h"},
           {"src/measure/drift.cpp", "benchmark/benchmark.h"}}) {
    EXPECT_THAT(planted(file, target), ElementsAre(HasSubstr(" stay"))) << file << " " << target;
  }
  EXPECT_THAT(planted("src/cli/main.cpp", "support/fault_writer.h"),
              ElementsAre(HasSubstr("nothing of tests/")));
}

}  // namespace
}  // namespace guestclock::layering
