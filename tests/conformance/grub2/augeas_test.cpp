// Real /etc/default/grub files and drop-ins, and what we make of them, as augeas reads them
// (Shellvars lens).
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "base/text.h"
#include "grub/shell_assignments.h"
#include "support/corpus.h"
#include "support/program.h"
#include "support/skip.h"
#include "unit/grub/grub2_machine.h"

namespace guestclock::grub {
namespace {

using Assignments = std::vector<std::pair<std::string, std::string>>;

/// NAME and value as written, of GRUB_CMDLINE_* in file order; nothing where augeas cannot read it.
std::optional<Assignments> as_augeas_reads(const std::string& path, const std::string& bytes) {
  const support::ScratchDirectory root;
  root.write(path.substr(1), bytes);
  const support::Finished run =
      support::run_program({"augtool", "-r", root.path().string(), "-A", "--transform",
                            "Shellvars.lns incl " + path, "print /files" + path});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  if (run.out.empty()) return std::nullopt;
  Assignments found;
  const std::string before = "/files" + path + "/";
  for (const std::string_view line : lines(run.out)) {
    if (!line.starts_with(before)) continue;
    const std::string_view node = line.substr(before.size());
    const std::size_t equals = node.find(" = \"");
    const std::string name(node.substr(0, std::min(node.find('['), equals)));
    // A comment on the line is a node of its own below the variable's.
    const bool below = node.substr(0, equals).find('/') != std::string_view::npos;
    if (equals == std::string_view::npos || below || !name.starts_with("GRUB_CMDLINE_")) continue;
    std::string value;
    for (std::size_t i = equals + 4; i + 1 < node.size(); ++i) {
      if (node[i] == '\\' && (node[i + 1] == '"' || node[i + 1] == '\\')) ++i;
      value += node[i];
    }
    found.emplace_back(name, value);
  }
  return found;
}

Assignments as_we_read(const std::string& bytes) {
  Assignments found;
  for (const ShellItem& item : parse_shell_assignments(bytes).items) {
    if (item.kind != ShellItem::Kind::assignment || !item.name.starts_with("GRUB_CMDLINE_")) {
      continue;
    }
    found.emplace_back(item.name,
                       bytes.substr(item.value_begin, item.value_end - item.value_begin));
  }
  return found;
}

TEST(Augeas, ReadsTheSameAssignmentsBeforeAndAfterAnEdit) {
  const auto folder = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "bootcfg";
  if (!std::filesystem::is_directory(folder)) GUESTCLOCK_SKIP("no corpus at " + folder.string());
  if (support::run_program({"augtool", "--version"}).exit_code != 0) {
    GUESTCLOCK_SKIP("no augtool (package augeas-tools)");
  }
  std::size_t read = 0;
  std::size_t edited = 0;
  for (const char* kind : {"etc-default-grub", "etc-default-grub.d"}) {
    for (const auto& file : support::corpus_files(folder / kind)) {
      const std::string name = file.filename().string();
      const bool main = std::string(kind) == "etc-default-grub";
      const std::string path =
          main ? kMain : "/etc/default/grub.d/" + name.substr(name.rfind("__") + 2);
      const std::string bytes = support::bytes_of(file);
      const auto before = as_augeas_reads(path, bytes);
      ASSERT_TRUE(before) << name;
      EXPECT_EQ(*before, as_we_read(bytes)) << name;
      ++read;
      Contents contents{{kMain, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash\"\n"}};
      contents[path] = bytes;
      const auto machine = Grub2Machine::debian(contents);
      for (const auto kind_of_entry :
           {model::EntrySelector::Kind::automatic, model::EntrySelector::Kind::all}) {
        const auto edition = machine.edit(
            {{"clocksource", {"acpi_pm"}, ""}, {"dyndbg", {"file a.c +p"}, ""}}, kind_of_entry);
        if (!edition) continue;
        for (const model::FileEdit& one : edition->files) {
          const auto after = as_augeas_reads(one.path, one.after);
          ASSERT_TRUE(after) << name << ": " << one.after;
          EXPECT_EQ(*after, as_we_read(one.after)) << name;
          ++edited;
        }
      }
    }
  }
  EXPECT_EQ(read, 14U);
  EXPECT_GE(edited, 20U);
}

}  // namespace
}  // namespace guestclock::grub
