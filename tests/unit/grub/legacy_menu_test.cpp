#include "grub/legacy_menu.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace guestclock::grub {
namespace {

std::vector<std::string> titles(const LegacyMenu& menu) {
  std::vector<std::string> all;
  for (const LegacyEntry& entry : menu.entries)
    all.push_back(entry.title);
  return all;
}

std::string parameters(const LegacyMenu& menu, std::size_t entry) {
  const LegacyEntry::Linux& linux = menu.entries.at(entry).linux.value();
  return menu.lines[linux.line].text.substr(linux.parameters_begin);
}

std::string kernel(const LegacyMenu& menu, std::size_t entry) {
  const auto& linux = menu.entries.at(entry).linux;
  return linux ? linux->path : "";
}

TEST(LegacyMenu, FirstWordEndsAtABlankOrAnEqualsSign) {
  const LegacyMenu menu = parse_legacy_menu(
      "default=1\n\ttitle = First\nkernel=/vmlinuz-1 a=1\ntitle\tSecond one\nkernel "
      "/vmlinuz-2\tb\n");
  EXPECT_EQ(titles(menu), (std::vector<std::string>{"First", "Second one"}));
  EXPECT_EQ(menu.default_entry(""), 1);
  EXPECT_EQ(kernel(menu, 0), "/vmlinuz-1");
  EXPECT_EQ(parameters(menu, 0), " a=1");
  EXPECT_EQ(parameters(menu, 1), " b");
}

TEST(LegacyMenu, CommandsAreCaseSensitiveAndUnknownOnesAreSkipped) {
  const LegacyMenu menu =
      parse_legacy_menu("Default 1\ntitle A\nfrobnicate\nkernel /vmlinuz\nTITLE B\n");
  EXPECT_EQ(titles(menu), (std::vector<std::string>{"A"}));
  EXPECT_EQ(menu.default_entry(""), 0);
}

TEST(LegacyMenu, BackslashJoinsLines) {
  const LegacyMenu menu =
      parse_legacy_menu("title A\nkernel /vmlinuz \\\n  ro \\\r\n quiet\nboot\n");
  ASSERT_EQ(menu.entries.size(), 1U);
  EXPECT_EQ(parameters(menu, 0), "    ro   quiet");
  EXPECT_EQ(menu.lines.size(), 3U);
  EXPECT_EQ(menu.lines[2].number, 5U);
}

TEST(LegacyMenu, ACommentEndingInABackslashSwallowsTheNextLine) {
  const LegacyMenu menu =
      parse_legacy_menu("# a comment \\\ndefault 1\ntitle A\nroot (hd0,0)\ntitle B\nboot\n");
  EXPECT_EQ(menu.default_entry(""), 0);
  EXPECT_EQ(menu.lines.front().kind, LegacyLine::Kind::comment);
  EXPECT_EQ(menu.lines.front().raw, "# a comment \\\ndefault 1\n");
}

TEST(LegacyMenu, AHashInsideOfALineIsNoComment) {
  const LegacyMenu menu = parse_legacy_menu("title A # one\nkernel /vmlinuz ro # text\n");
  EXPECT_EQ(titles(menu).front(), "A # one");
  EXPECT_EQ(parameters(menu, 0), " ro # text");
}

TEST(LegacyMenu, ABackslashAloneOnALineStartsNothing) {
  const LegacyMenu menu = parse_legacy_menu("\\\n# comment\ntitle A\nboot\n");
  EXPECT_EQ(menu.lines.front().kind, LegacyLine::Kind::comment);
  EXPECT_EQ(titles(menu).size(), 1U);
}

TEST(LegacyMenu, EmptyEntriesAreNotCounted) {
  const LegacyMenu menu = parse_legacy_menu(
      "default 1\ntitle Empty one\ntitle Real\nkernel /vmlinuz\n"
      "title Other operating systems:\nroot\ntitle Last, empty\n");
  EXPECT_EQ(titles(menu), (std::vector<std::string>{"Real", "Other operating systems:"}));
  EXPECT_EQ(menu.entries[1].index, 1);
  EXPECT_EQ(menu.default_entry(""), 1);
}

TEST(LegacyMenu, DefaultIsReadAsGrubReadsNumbers) {
  const std::string entries = "title A\nboot\ntitle B\nboot\ntitle C\nboot\n";
  const auto started = [&](const std::string& head, std::string_view saved = "") {
    return parse_legacy_menu(head + entries).default_entry(saved);
  };
  EXPECT_EQ(started(""), 0);
  EXPECT_EQ(started("default 2\n"), 2);
  EXPECT_EQ(started("default 0x2 rest\n"), 2);
  EXPECT_EQ(started("default 2x\n"), 2);
  EXPECT_EQ(started("default x\n"), 0);
  EXPECT_EQ(started("default 9\n"), 0);
  EXPECT_EQ(started("default 9\nfallback 7 2\n"), 2);
  EXPECT_EQ(started("default 1\ndefault 2\n"), 2);
  EXPECT_EQ(started("default saved\n", "1\n\n\n\n\n\n\n\n"), 1);
  EXPECT_EQ(started("default saved\n", ""), 0);
  EXPECT_EQ(started("default saved\n", "9"), 0);
  EXPECT_EQ(started("default 1\ntitle X\ndefault 2\n"), 1);
  EXPECT_EQ(parse_legacy_menu("default 3\n").default_entry(""), std::nullopt);
}

TEST(LegacyMenu, OptionsInFrontOfTheKernelAreNoPath) {
  const LegacyMenu menu = parse_legacy_menu(
      "title A\nkernel --type=linux --no-mem-option (hd0,0)/vmlinuz ro\n"
      "title B\nkernel --type=netbsd /vmlinuz ro\n");
  EXPECT_EQ(kernel(menu, 0), "(hd0,0)/vmlinuz");
  EXPECT_EQ(parameters(menu, 0), " ro");
  EXPECT_EQ(kernel(menu, 1), "");
}

TEST(LegacyMenu, XenCarriesLinuxOnItsFirstKernelModule) {
  const LegacyMenu menu = parse_legacy_menu(
      "title Xen\nkernel /xen.gz dom0_mem=1G\nmodule /vmlinuz-2.6.18-xen ro root=/dev/sda\n"
      "module /initrd-2.6.18-xen.img\ntitle Bare\nkernel /xen.gz\n"
      "title Hurd\nkernel /boot/gnumach.gz\nmodule /hurd/ext2fs.static --x\n");
  EXPECT_EQ(kernel(menu, 0), "/vmlinuz-2.6.18-xen");
  EXPECT_EQ(parameters(menu, 0), " ro root=/dev/sda");
  EXPECT_EQ(kernel(menu, 1), "");
  EXPECT_EQ(kernel(menu, 2), "");
}

TEST(LegacyMenu, OtherThingsThanLinuxHaveNoKernel) {
  for (const char* line :
       {"chainloader +1", "kernel /memtest86+.bin", "kernel /boot/loader", "root (hd0,0)",
        "kernel /boot/grub/i386-pc/core.img", "kernel", "kernel /vmlinuz\nchainloader +1"}) {
    const LegacyMenu menu = parse_legacy_menu(std::string("title A\n") + line + "\n");
    ASSERT_EQ(menu.entries.size(), 1U) << line;
    EXPECT_EQ(kernel(menu, 0), "") << line;
  }
}

TEST(LegacyMenu, AutomagicBlockIsMarked) {
  const LegacyMenu menu = parse_legacy_menu(
      "title A\nkernel /vmlinuz\n### BEGIN AUTOMAGIC KERNELS LIST\n# kopt=ro\ntitle B\n"
      "kernel /vmlinuz ro\n### END DEBIAN AUTOMAGIC KERNELS LIST\ntitle C\nkernel /vmlinuz\n");
  ASSERT_EQ(menu.entries.size(), 3U);
  EXPECT_FALSE(menu.lines[menu.entries[0].linux->line].in_automagic);
  EXPECT_TRUE(menu.lines[menu.entries[1].linux->line].in_automagic);
  EXPECT_FALSE(menu.lines[menu.entries[2].linux->line].in_automagic);
}

TEST(LegacyMenu, LinesAreCutWhereGrubCutsThem) {
  const std::string line = "kernel /vmlinuz " + std::string(2000, 'a');
  const LegacyMenu menu = parse_legacy_menu("title A\n" + line + "\ntitle B\nkernel /v\n");
  EXPECT_EQ(menu.lines[1].text.size(), LegacyMenu::kLineLimit);
  EXPECT_TRUE(menu.lines[1].cut);
  EXPECT_EQ(menu.entries.size(), 2U);
  const std::string nul("kernel /vmlinuz a\0b\n", 20);
  EXPECT_TRUE(parse_legacy_menu("title A\n" + nul).lines[1].cut);
}

// --- properties

rc::Gen<std::string> menus() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
          rc::gen::element<std::string>("\n", "\r\n", "\\\n", "\\\r\n", "\\", "#", "# c \\\n", " ",
                                        "\t", "title A\n", "title\n", "kernel /vmlinuz ro\n",
                                        "kernel /xen.gz\n", "module /vmlinuz x\n", "default 1\n",
                                        "default saved\n", "boot\n", "fallback 1 0\n", "=", "\"",
                                        "### BEGIN AUTOMAGIC KERNELS LIST\n", "# kopt=ro\n"),
          rc::gen::arbitrary<std::string>())),
      [](const std::vector<std::string>& parts) {
        std::string menu;
        for (const std::string& part : parts)
          menu += part;
        return menu;
      });
}

TEST(LegacyMenuProperty, PrintingGivesTheBytesBack) {
  EXPECT_TRUE(rc::check([] {
    const std::string bytes = *menus();
    const LegacyMenu menu = parse_legacy_menu(bytes);
    RC_ASSERT(menu.print() == bytes);
    for (const LegacyLine& line : menu.lines) {
      RC_ASSERT(line.origin.size() == line.text.size());
      RC_ASSERT(!line.raw.empty());
    }
  }));
}

}  // namespace
}  // namespace guestclock::grub
