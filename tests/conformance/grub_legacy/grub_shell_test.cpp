// GRUB Legacy's own shell, the 32-bit program, boots every entry of a menu from a disk image as far
// as it can: what it calls the entry and which commands it runs is what we read in the menu.
#include <cstdint>
#include <filesystem>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "grub/legacy_kernel.h"
#include "grub/legacy_menu.h"
#include "menus.h"
#include "support/program.h"
#include "support/scratch_directory.h"
#include "support/skip.h"

namespace guestclock::grub {
namespace {

namespace fs = std::filesystem;

/// What GRUB said while it started an entry.
struct Boot {
  std::string title;
  std::string selected;            ///< its number
  std::set<std::string> commands;  ///< lines as they were run
  std::size_t listed = 0;          ///< entries in the menu that was shown
  bool crashed = false;            ///< it really starts a boot sector; nothing else is known then
};

void put(std::string& bytes, std::size_t at, std::uint32_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    bytes[at + i] = static_cast<char>(value >> (8 * i));
}

/// As much of a bzImage as GRUB looks at (linux Documentation/x86/boot: setup header).
std::string linux_image() {
  std::string image(std::size_t{16} << 10U, '\0');
  put(image, 0x1f1, 4, 1);  // sectors of setup code
  put(image, 0x1fe, 0xaa55, 2);
  image.replace(0x202, 4, "HdrS");
  put(image, 0x206, 0x0203, 2);  // protocol version
  put(image, 0x211, 1, 1);       // loaded high
  return image;
}

/// The least that is a kernel with modules (multiboot specification 0.6.96, 3.1).
std::string multiboot_image() {
  constexpr std::uint32_t kMagic = 0x1badb002;
  constexpr std::uint32_t kFlags = 0x00010000;  // the addresses that follow count
  constexpr std::uint32_t kLoad = 0x100000;
  std::string image(4096, '\0');
  const std::uint32_t fields[] = {kMagic, kFlags, 0U - kMagic - kFlags, kLoad, kLoad, 0, 0, kLoad};
  for (std::size_t i = 0; i < std::size(fields); ++i)
    put(image, 4 * i, fields[i], 4);
  return image;
}

/// One disk for all devices, and nothing that hides the menu or waits for a key.
std::string on_one_disk(const std::string& menu) {
  static const std::regex devices(R"(\(hd[0-9]+(,[0-9]+)?(,[a-z])?\))");
  static const std::regex waits("(^|\n)(hiddenmenu|pause)");
  return std::regex_replace(std::regex_replace(menu, devices, "(fd0)"), waits, "$1#$2");
}

/// With commands of the menu itself, in front of its first entry.
std::string with_commands(const LegacyMenu& menu, const std::string& commands) {
  std::string bytes;
  bool done = false;
  for (const LegacyLine& line : menu.lines) {
    if (!done && line.kind == LegacyLine::Kind::command && command_word(line.text) == "title") {
      bytes += commands;
      done = true;
    }
    bytes += line.raw;
  }
  return bytes;
}

class GrubShell : public testing::Test {
 protected:
  void SetUp() override {
    const fs::path tools = GUESTCLOCK_TEST_TOOLS;
    const fs::path loader = tools / "lib32/ld-linux.so.2";
    for (const char* path : {"usr/sbin/grub", "lib32/ld-linux.so.2", "lib32/libncurses.so.6"}) {
      if (!fs::exists(tools / path)) {
        GUESTCLOCK_SKIP("no GRUB Legacy below \"" + tools.string() + "\" (see bootstrap)");
      }
    }
    grub_ = {"timeout", "20"};
    if (support::run_program({loader.string(), "--version"}).exit_code != 0) {
      const fs::path emulator = tools / "usr/bin/qemu-i386";
      if (!fs::exists(emulator)) {
        GUESTCLOCK_SKIP("32-bit programs do not run here and " + emulator.string() +
                        " is missing (see bootstrap)");
      }
      grub_.push_back(emulator.string());
    }
    for (const std::string& word :
         {loader.string(), std::string("--library-path"),
          (tools / "lib32").string() + ":" + (tools / "usr/lib32").string(),
          (tools / "usr/sbin/grub").string(), std::string("--no-curses"),
          std::string("--no-pager")}) {
      grub_.push_back(word);
    }
  }

  /// Starts every entry, and whichever is the default; the default is the last one.
  [[nodiscard]] std::vector<Boot> boots(const std::string& bytes) const {
    const LegacyMenu menu = parse_legacy_menu(bytes);
    const support::ScratchDirectory scratch;
    for (const LegacyLine& line : menu.lines) {
      if (line.kind != LegacyLine::Kind::command) continue;
      const std::string_view command = command_word(line.text);
      if (command != "kernel" && command != "module") continue;
      const std::string_view rest = std::string_view(line.text).substr(argument_offset(line.text));
      std::string path(rest.substr(0, rest.find(' ')));
      if (path.starts_with("(fd0)")) path.erase(0, 5);
      if (!path.starts_with('/')) continue;
      const bool xen = path.find("/xen") != std::string::npos;
      scratch.write("disk" + path, xen ? multiboot_image() : linux_image());
    }
    for (std::size_t i = 0; i <= menu.entries.size(); ++i) {
      const std::string chosen =
          i < menu.entries.size() ? "default " + std::to_string(i) + "\n" : "";
      scratch.write("disk/menu." + std::to_string(i), with_commands(menu, chosen + "timeout 0\n"));
    }
    const std::string root = scratch.path().string();
    const auto made = support::run_program(
        {"sh", "-c",
         "PATH=$PATH:/sbin:/usr/sbin; cd '" + root +
             "' && truncate -s 8M image && "
             "mke2fs -q -F -t ext2 -I 128 -O ^dir_index,^resize_inode,^ext_attr -d disk image"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    scratch.write("devices", "(fd0) " + root + "/image\n");
    std::vector<Boot> all;
    for (std::size_t i = 0; i <= menu.entries.size(); ++i)
      all.push_back(boot(root, i));
    return all;
  }

  /// Every entry is started under the title and with the line that we read.
  void expect_same(const std::string& name, const std::string& original) {
    const std::string bytes = on_one_disk(original);
    const support::LegacyMachine machine(bytes);
    const LegacyMenu menu = parse_legacy_menu(bytes);
    const auto entries = machine.entries();
    const std::vector<Boot> all = boots(bytes);
    ASSERT_EQ(all.size(), entries.size() + 1);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (all[i].crashed && entries[i].kernel.empty()) continue;
      EXPECT_EQ(all[i].title, entries[i].title) << name;
      EXPECT_EQ(all[i].selected, std::to_string(i)) << name;
      if (entries.size() <= kListed) {
        EXPECT_EQ(all[i].listed, entries.size()) << name;
      }
      if (entries[i].is_default) {
        EXPECT_EQ(all.back().title, entries[i].title) << name;
      }
      const auto& linux = menu.entries[i].linux;
      if (!linux) continue;
      EXPECT_EQ(all[i].commands.count(menu.lines[linux->line].text), 1U)
          << name << ": " << menu.lines[linux->line].text;
      ++compared_;
    }
  }

  std::size_t compared_ = 0;

 private:
  /// Entries that GRUB lists at once.
  static constexpr std::size_t kListed = 12;

  [[nodiscard]] Boot boot(const std::string& root, std::size_t number) const {
    std::vector<std::string> argv = grub_;
    argv.push_back("--device-map=" + root + "/devices");
    argv.push_back("--config-file=(fd0)/menu." + std::to_string(number));
    const support::Finished run = support::run_program(argv);
    Boot boot;
    static const std::regex listed("^ ?[0-9]+: ");
    for (const std::string_view line : lines(run.out)) {
      const std::string text(line);
      constexpr std::string_view kTitle = "  Booting '";
      constexpr std::string_view kSelected = "The selected entry is ";
      if (text.starts_with(kTitle)) {
        if (!boot.title.empty()) break;  // it failed, this is what `fallback` names
        boot.title = text.substr(kTitle.size(), text.rfind('\'') - kTitle.size());
      } else if (text.starts_with(kSelected)) {
        boot.selected = words(line.substr(kSelected.size())).front();
      } else if (std::regex_search(text, listed) && boot.title.empty()) {
        ++boot.listed;
      } else if (!boot.title.empty()) {
        boot.commands.insert(text);
      }
    }
    constexpr int kSignal = 128;
    boot.crashed = run.exit_code > kSignal;
    EXPECT_TRUE(boot.crashed || !boot.title.empty()) << run.out << run.err;
    return boot;
  }

  std::vector<std::string> grub_;  ///< the command, without its menu and its devices
};

TEST_F(GrubShell, StartsWhatWeReadInRealMenus) {
  const auto menus = corpus_menus();
  if (menus.empty()) GUESTCLOCK_SKIP("no corpus; GUESTCLOCK_CORPUS names one");
  for (const NamedMenu& menu : menus)
    expect_same(menu.name, menu.bytes);
  EXPECT_GE(compared_, 40U);
}

TEST_F(GrubShell, StartsWhatWeWroteIntoRealMenus) {
  const auto menus = corpus_menus();
  if (menus.empty()) GUESTCLOCK_SKIP("no corpus; GUESTCLOCK_CORPUS names one");
  for (const NamedMenu& menu : menus) {
    const auto edited = edited_menu(menu.bytes);
    ASSERT_TRUE(edited) << menu.name;
    expect_same(menu.name, *edited);
  }
  EXPECT_GE(compared_, 40U);
}

TEST_F(GrubShell, StartsWhatWeReadAndWriteInOddMenus) {
  const std::string menus[] = {
      "# swallowed \\\ndefault 2\ndefault=1\ntitle Empty one\ntitle = First  one = x\n"
      "\troot\t(hd0,0)\n\tkernel\t/vmlinuz\tro \\\n   a=\"b c\" # text \n"
      "title Other systems:\r\nroot\r\nfrobnicate\r\ntitle Xen\r\nroot (hd0,0)\r\nkernel /xen.gz "
      "x\r\n"
      "module (hd0,1)/vmlinuz-2 ro\r\nmodule /initrd\r\ntitle Last, empty\nfrobnicate\n",
      "default 7\nfallback 1\ntitle A\nkernel --type=linux /vmlinuz-1 -- x\nboot\n"
      "title B\nkernel=/vmlinuz-2 ro\\\nquiet\nTitle no command\ntitle\tC # c\n"
      "kernel --no-mem-option /vmlinuz vga=normal mem=64M"};
  for (const std::string& menu : menus) {
    expect_same(menu, menu);
    const auto edited = edited_menu(menu);
    ASSERT_TRUE(edited);
    EXPECT_NE(*edited, menu);
    expect_same(*edited, *edited);
  }
  EXPECT_EQ(compared_, 10U);
}

}  // namespace
}  // namespace guestclock::grub
