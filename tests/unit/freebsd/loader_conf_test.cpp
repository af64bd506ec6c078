#include "freebsd/loader_conf.h"

#include <gtest/gtest.h>

#include "change/edition_check.h"
#include "change/plan.h"
#include "freebsd_machine.h"

namespace guestclock::freebsd {
namespace {

using model::ParameterEdit;

TEST(FreebsdLoader, CreatesLoaderConf) {
  const Machine machine({});
  const auto edition = machine.edit({kHz});
  ASSERT_TRUE(edition);
  ASSERT_EQ(edition->files.size(), 1U);
  EXPECT_EQ(edition->files[0].path, "/boot/loader.conf");
  EXPECT_EQ(edition->files[0].loader, "freebsd-loader");
  EXPECT_FALSE(edition->files[0].before);
  EXPECT_EQ(edition->files[0].after, "kern.hz=\"100\"\n");
  ASSERT_EQ(edition->entries.size(), 1U);
  EXPECT_EQ(edition->entries[0].title, "FreeBSD");
  EXPECT_TRUE(edition->entries[0].before.empty());
  EXPECT_EQ(edition->entries[0].after, (std::vector<std::string>{"kern.hz=100"}));
}

TEST(FreebsdLoader, AppendsBehindWhatIsThere) {
  EXPECT_EQ(changed(Machine(loader_conf("a=\"1\"\n")).edit({kHz})),
            loader_conf("a=\"1\"\nkern.hz=\"100\"\n"));
  EXPECT_EQ(changed(Machine(loader_conf("a=\"1\"")).edit({kHz})),
            loader_conf("a=\"1\"\nkern.hz=\"100\""));
  EXPECT_EQ(changed(Machine(loader_conf("")).edit({kHz})), loader_conf("kern.hz=\"100\"\n"));
}

TEST(FreebsdLoader, SetsInPlaceAndKeepsTheRestOfTheLine) {
  EXPECT_EQ(changed(Machine(loader_conf("kern.hz = 1000 # fast\r\nb=\"2\"\n")).edit({kHz})),
            loader_conf("kern.hz = \"100\" # fast\r\nb=\"2\"\n"));
  EXPECT_EQ(changed(Machine(loader_conf("kern.hz=1\nkern.hz=2\n")).edit({kHz})),
            loader_conf("kern.hz=1\nkern.hz=\"100\"\n"));
}

TEST(FreebsdLoader, WhatIsThereAlreadyChangesNothing) {
  for (const char* bytes : {"kern.hz=100\n", "kern.hz=\"100\"", "x=\"100\"\nkern.hz=\"$x\"\n"}) {
    EXPECT_EQ(changed(Machine(loader_conf(bytes)).edit({kHz})), Contents()) << bytes;
  }
  EXPECT_EQ(changed(Machine(loader_conf("a=\"1\"\n")).edit({kNoHz})), Contents());
}

TEST(FreebsdLoader, RemovesEveryLineOfTheName) {
  EXPECT_EQ(changed(Machine(loader_conf("kern.hz=1\na=\"1\"\n kern.hz=\"2\" # c\n")).edit({kNoHz})),
            loader_conf("a=\"1\"\n"));
  EXPECT_EQ(changed(Machine(loader_conf("a=\"1\"\nkern.hz=2")).edit({kNoHz})),
            loader_conf("a=\"1\""));
  Contents both = loader_conf("kern.hz=1\n");
  both["/boot/loader.conf.local"] = "b=\"2\"\nkern.hz=3\n";
  EXPECT_EQ(changed(Machine(both).edit({kNoHz})),
            (Contents{{"/boot/loader.conf", ""}, {"/boot/loader.conf.local", "b=\"2\"\n"}}));
}

TEST(FreebsdLoader, TheFileThatWinsIsTheOneThatIsEdited) {
  const Contents common{{"/boot/device.hints", "kern.hz=\"50\"\nhint.x.0.at=\"isa\"\n"},
                        {"/boot/loader.conf", "kern.hz=\"400\"\n"},
                        {"/boot/loader.conf.local", "kern.hz=\"600\"\n"},
                        {"/boot/loader.conf.d/a.conf", "kern.hz=\"500\"\n"}};
  struct Case {
    const char* defaults;
    const char* effective;
    const char* winner;
  };
  for (const Case& one : {Case{kOldOrder, "kern.hz=600", "/boot/loader.conf.local"},
                          Case{kMiddleOrder, "kern.hz=500", "/boot/loader.conf.d/a.conf"},
                          Case{kNewOrder, "kern.hz=600", "/boot/loader.conf.local"},
                          Case{nullptr, "kern.hz=600", "/boot/loader.conf.local"}}) {
    Contents contents = common;
    if (one.defaults != nullptr) contents["/boot/defaults/loader.conf"] = one.defaults;
    const Machine machine(contents);
    EXPECT_EQ(machine.tunables(), (std::vector<std::string>{"hint.x.0.at=isa", one.effective}));
    EXPECT_EQ(changed(machine.edit({kHz})), (Contents{{one.winner, "kern.hz=\"100\"\n"}}));
  }
}

TEST(FreebsdLoader, DropInsOfOneDirectoryHaveNoOrder) {
  Contents contents{{"/boot/defaults/loader.conf", kNewOrder},
                    {"/boot/loader.conf.d/a.conf", "kern.hz=\"1\"\n"},
                    {"/boot/loader.conf.d/b.conf", "kern.hz=\"100\"\n"},
                    {"/boot/loader.conf.d/c.txt", "kern.hz=\"3\"\n"}};
  EXPECT_EQ(changed(Machine(contents).edit({kHz})),
            (Contents{{"/boot/loader.conf.d/a.conf", "kern.hz=\"100\"\n"}}));
}

TEST(FreebsdLoader, FilesMayNameFiles) {
  const Machine machine(
      {{"/boot/loader.conf", "loader_conf_files=\"/boot/more /boot/loader.conf\""},
       {"/boot/more", "kern.hz=\"7\"\nloader_conf_files=\"/boot/more\"\n"}});
  EXPECT_EQ(machine.located(), (std::vector<std::string>{"/boot/loader.conf", "/boot/more"}));
  EXPECT_EQ(changed(machine.edit({kHz})).count("/boot/more"), 1U);
}

TEST(FreebsdLoader, TunablesAreUnquotedAndInOrderWithoutTheLoadersOwn) {
  Contents contents{
      {"/boot/defaults/loader.conf", std::string(kNewOrder) + "autoboot_delay=\"10\"\n"},
      {"/boot/device.hints", "hint.fdc.0.at=\"isa\"\n"},
      {"/boot/lua/loader.lua", ""},
      {"/boot/loader.conf", "exec=\"beep\"\na=\"1 2\"\nbad line\nb=3\na=\"${b}x\"\nc=\"$none\"\n"}};
  EXPECT_EQ(Machine(contents).tunables(),
            (std::vector<std::string>{"hint.fdc.0.at=isa", "b=3", "a=3x", "c="}));
}

TEST(FreebsdLoader, TheForthLoaderStopsAtABadLine) {
  const Contents bad = loader_conf("a=\"1\"\nthis is bad\nb=\"2\"\n");
  EXPECT_EQ(changed(Machine(bad).edit({kHz})),
            loader_conf("a=\"1\"\nkern.hz=\"100\"\nthis is bad\nb=\"2\"\n"));
  const auto refused = Machine(loader_conf("bad line\nkern.hz=\"1\"\n")).edit({kHz});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::malformed);
  EXPECT_EQ(refused.error().path, "/boot/loader.conf:1");
  // The Lua loader only skips it.
  Contents lua = loader_conf("bad line\nkern.hz=\"1\"\n");
  lua["/boot/lua/loader.lua"] = "";
  EXPECT_EQ(changed(Machine(lua).edit({kHz})), loader_conf("bad line\nkern.hz=\"100\"\n"));
}

TEST(FreebsdLoader, RefusesLinesThatReleasesReadDifferently) {
  for (const char* bytes : {"a=1\nkern.hz=\"1\" # \"x\"\n", "a=1\nkern.hz=a,b\n"}) {
    for (const ParameterEdit& edit : {kHz, kNoHz}) {
      const auto refused = Machine(loader_conf(bytes)).edit({edit});
      ASSERT_FALSE(refused) << bytes;
      EXPECT_EQ(refused.error().code, ErrorCode::malformed);
      EXPECT_EQ(refused.error().path, "/boot/loader.conf:2");
    }
  }
}

TEST(FreebsdLoader, RefusesWhatItsGrammarCannotCarry) {
  const Machine machine({});
  const std::vector<ParameterEdit> edits{{"kern.hz", {"1\"0"}, ""},
                                         {"kern.hz", {"1\\0"}, ""},
                                         {"kern.hz", {"$x"}, ""},
                                         {"kern.hz", {"1\n0"}, ""},
                                         {"kern.hz", {"a", "b"}, ""},
                                         {"kern.hz", {std::nullopt}, ""},
                                         {"4kern", {"1"}, ""},
                                         {"_kern", {"1"}, ""},
                                         {"_kern_load", {"1"}, ""},
                                         {"exec", {"1"}, ""},
                                         {"kern hz", {"1"}, ""},
                                         {"", {"1"}, ""},
                                         {"kern.hz=1", {"1"}, ""},
                                         {"kern.hz\n", {"1"}, ""},
                                         {std::string(129, 'k'), {"1"}, ""},
                                         {"k", {std::string(129, '1')}, ""}};
  for (const ParameterEdit& edit : edits) {
    const auto refused = machine.edit({edit});
    ASSERT_FALSE(refused) << edit.key;
    EXPECT_EQ(refused.error().code, ErrorCode::unsafe) << edit.key;
  }
  EXPECT_TRUE(machine.edit({{"k", {std::string(128, '1')}, ""}}));
  EXPECT_FALSE(machine.edit({kHz, kHz}));
}

TEST(FreebsdLoader, AddsOnlyWhereNoOtherValueStands) {
  const ParameterEdit add{"kern.hz", {"100"}, "", ParameterEdit::Action::add};
  EXPECT_EQ(changed(Machine(loader_conf("a=\"1\"\n")).edit({add})),
            loader_conf("a=\"1\"\nkern.hz=\"100\"\n"));
  EXPECT_EQ(changed(Machine(loader_conf("kern.hz=1\nkern.hz=100\n")).edit({add})), Contents());
  const auto refused = Machine(loader_conf("a=\"1\"\nkern.hz=\"250\"\n")).edit({add});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsafe);
  EXPECT_EQ(refused.error().path, "/boot/loader.conf:2");
  Contents by_default{{"/boot/defaults/loader.conf", std::string(kNewOrder) + "kern.hz=\"1\"\n"}};
  EXPECT_EQ(changed(Machine(by_default).edit({add})), loader_conf("kern.hz=\"100\"\n"));
}

TEST(FreebsdLoader, RemovesAValueOnlyWhereItIsInEffect) {
  const ParameterEdit gone{"kern.hz", {"7", "100"}, "", ParameterEdit::Action::remove};
  EXPECT_EQ(changed(Machine(loader_conf("kern.hz=1\na=\"1\"\nkern.hz=\"100\"\n")).edit({gone})),
            loader_conf("a=\"1\"\n"));
  for (const char* bytes : {"kern.hz=100\nkern.hz=1\n", "a=\"1\"\n", ""}) {
    EXPECT_EQ(changed(Machine(loader_conf(bytes)).edit({gone})), Contents()) << bytes;
  }
  const ParameterEdit bare{"kern.hz", {}, "", ParameterEdit::Action::remove};
  EXPECT_EQ(changed(Machine(loader_conf("kern.hz=100\nkern.hz=1\n")).edit({bare})),
            loader_conf(""));
}

TEST(FreebsdLoader, WhatAnActionComesToIsWhatThePlanChecks) {
  using Action = ParameterEdit::Action;
  const FreebsdLoader loader;
  for (const char* bytes : {"", "kern.hz=\"100\"\n", "kern.hz=\"1\"\nkern.hz=100\n"}) {
    for (const ParameterEdit& edit : {ParameterEdit{"kern.hz", {"100"}, "", Action::add},
                                      ParameterEdit{"kern.hz", {"100"}, "", Action::remove},
                                      ParameterEdit{"kern.hz", {"1"}, "", Action::remove},
                                      ParameterEdit{"kern.hz", {}, "", Action::remove}}) {
      const Machine machine(loader_conf(bytes));
      const auto edition = machine.edit({edit});
      ASSERT_TRUE(edition) << bytes;
      const auto files = machine.files();
      const auto checked =
          change::check_edition({&loader, {}}, files, *edition, std::vector{edit}, {});
      EXPECT_TRUE(checked) << bytes << (checked ? "" : describe(checked.error()));
    }
  }
}

TEST(FreebsdLoader, APlanOfOwnParametersRemovesOneValue) {
  const support::ScratchDirectory tree;
  tree.write("/boot/loader.conf", "a=\"1\"\nkern.hz=\"100\"\n");
  const auto machine = system::open_tree(tree.path().string());
  ASSERT_TRUE(machine);
  const FreebsdLoader loader;
  const auto planned = [&](const char* value, ParameterEdit::Action action) {
    const ParameterEdit edit{"kern.hz", {value}, "", action};
    return change::plan_parameters(std::span(&edit, 1), {}, **machine, {&loader, {}}, {}, {});
  };
  const auto removed = planned("100", ParameterEdit::Action::remove);
  ASSERT_TRUE(removed) << describe(removed.error());
  ASSERT_EQ(removed->files.size(), 1U);
  EXPECT_EQ(removed->files[0].edit.after, "a=\"1\"\n");
  const auto other = planned("250", ParameterEdit::Action::remove);
  ASSERT_TRUE(other) << describe(other.error());
  EXPECT_FALSE(other->changes_files());
  const auto added = planned("250", ParameterEdit::Action::add);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().path, "/boot/loader.conf:2");
}

TEST(FreebsdLoader, AnImageThatDoesNotReadLoaderConfIsRefused) {
  const auto refused =
      Machine(Contents{{"/boot/defaults/loader.conf", "loader_conf_files=\"/boot/other\"\n"}})
          .edit({kHz});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
}

TEST(FreebsdLoader, EndlessListsOfFilesAreRefused) {
  Contents contents;
  std::string list;
  for (int i = 0; i < 300; ++i)
    list += "/b" + std::to_string(i) + " ";
  contents["/boot/loader.conf"] = "loader_conf_files=\"" + list + "\"\n";
  const auto entries = FreebsdLoader().entries(Machine(contents).files(), {});
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().code, ErrorCode::malformed);
}

TEST(FreebsdLoader, SelectorsKnowOneEntry) {
  const Machine machine({});
  EXPECT_TRUE(machine.edit({kHz}, {model::EntrySelector::Kind::index, 0, ""}));
  const auto refused = machine.edit({kHz}, {model::EntrySelector::Kind::index, 1, ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
}

TEST(FreebsdLoaderLocate, NeedsEvidence) {
  const auto found = [](const Contents& contents, const settings::LocateHints& hints = {}) {
    return FreebsdLoader().locate(Machine(contents).files(), hints).has_value();
  };
  EXPECT_FALSE(found({}));
  EXPECT_TRUE(found({}, {"freebsd"}));
  EXPECT_FALSE(found(loader_conf("kern.hz=\"100\"\n"), {"linux"}));
  EXPECT_TRUE(found(loader_conf("kern.hz=\"100\"\n")));
  EXPECT_FALSE(found(loader_conf("default arch.conf\n")));
  EXPECT_FALSE(found({{"/boot/loader/loader.conf", "kern.hz=\"100\"\n"}}));
  EXPECT_TRUE(found({{"/boot/defaults/loader.conf", ""}}));
  EXPECT_TRUE(found({{"/boot/device.hints", ""}}));
  EXPECT_TRUE(found({{"/bin/freebsd-version", ""}}));
  EXPECT_TRUE(found({{"/usr/include/sys/param.h", "#define __FreeBSD_version 801000\n"}}));
  EXPECT_FALSE(found({{"/usr/include/sys/param.h", "#define NOFILE 256\n"}}));
  EXPECT_TRUE(found({{"/boot/kernel/kernel", ""}}));
  EXPECT_FALSE(found({{"/boot/kernel/kernel", ""}, {"/etc/redhat-release", ""}}));
}

TEST(FreebsdLoaderLocate, ATreeWithoutABootDirectoryGetsOneLater) {
  const support::ScratchDirectory tree;
  tree.write("/usr/include/sys/param.h", "#define __FreeBSD_version 801000\n");
  const auto machine = system::open_tree(tree.path().string());
  ASSERT_TRUE(machine);
  const auto located = FreebsdLoader().locate((*machine)->files(), {});
  ASSERT_TRUE(located);
  EXPECT_EQ(located->files, (std::vector<std::string>{"/boot/loader.conf"}));
  EXPECT_EQ(changed(FreebsdLoader().edit((*machine)->files(), *located, std::vector{kHz}, {})),
            loader_conf("kern.hz=\"100\"\n"));
}

}  // namespace
}  // namespace guestclock::freebsd
