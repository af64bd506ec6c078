// loader.conf as augeas' Simplevars lens reads it, against our reading and our edits.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "base/text.h"
#include "freebsd/loader_conf_lines.h"
#include "freebsd_tree.h"
#include "support/skip.h"

namespace guestclock::freebsd {
namespace {

/// name -> values in file order, as augeas' Simplevars lens reads a file; nothing where it cannot.
std::map<std::string, std::vector<std::string>> augeas(const support::ScratchDirectory& root) {
  const auto finished = support::run_program(
      {"augtool", "-A", "-r", root.path().string(), "--transform",
       "Simplevars.lns incl /boot/loader.conf", "print", "/files/boot/loader.conf"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  std::map<std::string, std::vector<std::string>> values;
  static constexpr std::string_view kPrefix = "/files/boot/loader.conf/";
  for (std::string_view line : lines(finished.out)) {
    const std::size_t equals = line.find(" = ");
    if (!line.starts_with(kPrefix) || line.find("/#comment") != std::string_view::npos) continue;
    std::string name(line.substr(kPrefix.size(), equals - kPrefix.size()));
    name.resize(std::min(name.size(), name.find('[')));
    std::string value(equals == std::string_view::npos ? "" : line.substr(equals + 3));
    // It keeps the quotes and prints them with backslashes, between quotes of its own.
    for (const char* const quotes : {"\"", "\\\""}) {
      const std::size_t size = std::string_view(quotes).size();
      if (value.size() < 2 * size || !value.starts_with(quotes)) continue;
      value = value.substr(size, value.size() - 2 * size);
    }
    values[name].push_back(value);
  }
  return values;
}

TEST(Augeas, AgreesWhereItCanRead) {
  if (!has_program("augtool")) GUESTCLOCK_SKIP("no augtool (Debian package augeas-tools)");
  const auto files = corpus_files();
  if (files.empty()) GUESTCLOCK_SKIP("no corpus; GUESTCLOCK_CORPUS names it");
  std::size_t read = 0;
  for (const auto& file : files) {
    const support::ScratchDirectory root;
    root.write("/boot/loader.conf", support::bytes_of(file));
    if (place_of(file) != "/boot/defaults/loader.conf") {
      ASSERT_EQ(edit(root, {"kern.hz", {"250"}, ""}), "") << file;
    }
    const auto theirs = augeas(root);
    if (theirs.empty()) continue;
    ++read;
    std::map<std::string, std::vector<std::string>> own;
    for (const ConfLine& line : parse_conf_file(root.read("/boot/loader.conf")).lines) {
      if (line.kind == ConfLine::Kind::assignment) own[line.name].push_back(line.text);
    }
    EXPECT_EQ(theirs, own) << file;
  }
  EXPECT_GE(read, 9U);
}

}  // namespace
}  // namespace guestclock::freebsd
