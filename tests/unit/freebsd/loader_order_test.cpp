// Who decides about a name: device.hints, drop-ins without an order, products, nextboot.conf, Lua.
#include <filesystem>

#include <gtest/gtest.h>

#include "change/edition_check.h"
#include "freebsd_machine.h"

namespace guestclock::freebsd {
namespace {

using model::ParameterEdit;
using Action = ParameterEdit::Action;

const ParameterEdit kAddHz{"kern.hz", {"100"}, "", Action::add};
const ParameterEdit kNoHz100{"kern.hz", {"100"}, "", Action::remove};

/// Edits, and has the outcome checked the way a plan does.
Result<settings::Edition> checked(const Machine& machine, const std::vector<ParameterEdit>& edits) {
  static const FreebsdLoader kLoader;
  auto edition = machine.edit(edits);
  if (!edition) return edition;
  const auto files = machine.files();
  auto right = change::check_edition({&kLoader, {}}, files, *edition, edits, {});
  if (!right) return tl::make_unexpected(right.error());
  return edition;
}

std::string why_refused(const Machine& machine, const ParameterEdit& edit) {
  const auto edition = machine.edit({edit});
  return edition ? std::string() : describe(edition.error());
}

// --- device.hints

const Contents kHintsOnly{{"/boot/device.hints", "hint.x.0.at=\"isa\"\nkern.hz=\"50\"\n"}};

TEST(DeviceHints, AreTunablesLikeAnyOther) {
  EXPECT_EQ(Machine(kHintsOnly).tunables(),
            (std::vector<std::string>{"hint.x.0.at=isa", "kern.hz=50"}));
  EXPECT_EQ(Machine(kHintsOnly).located(),
            (std::vector<std::string>{"/boot/device.hints", "/boot/loader.conf"}));
}

TEST(DeviceHints, AreOverriddenInLoaderConf) {
  EXPECT_EQ(changed(checked(Machine(kHintsOnly), {kHz})), loader_conf("kern.hz=\"100\"\n"));
  EXPECT_EQ(changed(checked(Machine(kHintsOnly), {{"hint.x.0.at", {"acpi"}, ""}})),
            loader_conf("hint.x.0.at=\"acpi\"\n"));
}

TEST(DeviceHints, WhatTheySayAlreadyChangesNothing) {
  EXPECT_EQ(changed(checked(Machine(kHintsOnly), {{"kern.hz", {"50"}, ""}})), Contents());
  EXPECT_EQ(changed(checked(Machine(kHintsOnly), {{"kern.hz", {"50"}, "", Action::add}})),
            Contents());
  EXPECT_NE(why_refused(Machine(kHintsOnly), kAddHz).find("/boot/device.hints:2"),
            std::string::npos);
}

TEST(DeviceHints, AreRemovedWhereTheyStand) {
  EXPECT_EQ(changed(checked(Machine(kHintsOnly), {kNoHz})),
            (Contents{{"/boot/device.hints", "hint.x.0.at=\"isa\"\n"}}));
  Contents both = kHintsOnly;
  both["/boot/loader.conf"] = "kern.hz=\"100\"\na=\"1\"\n";
  EXPECT_EQ(changed(checked(Machine(both), {kNoHz100})),
            (Contents{{"/boot/device.hints", "hint.x.0.at=\"isa\"\n"},
                      {"/boot/loader.conf", "a=\"1\"\n"}}));
}

TEST(DeviceHints, AreEditedInPlaceWhereTheyAreReadLast) {
  Contents contents = kHintsOnly;
  contents["/boot/defaults/loader.conf"] =
      "loader_conf_files=\"/boot/loader.conf /boot/device.hints\"\n";
  EXPECT_EQ(changed(checked(Machine(contents), {kHz})),
            (Contents{{"/boot/device.hints", "hint.x.0.at=\"isa\"\nkern.hz=\"100\"\n"}}));
}

TEST(DeviceHints, AreIgnoredWhereTheImageDoesNotReadThem) {
  Contents contents = kHintsOnly;
  contents["/boot/defaults/loader.conf"] = "loader_conf_files=\"/boot/loader.conf\"\n";
  EXPECT_TRUE(Machine(contents).tunables().empty());
  EXPECT_EQ(changed(checked(Machine(contents), {kNoHz})), Contents());
}

// --- drop-ins of one directory

Contents drop_ins(const char* a, const char* b) {
  return {{"/boot/defaults/loader.conf", kNewOrder},
          {"/boot/loader.conf.d/a.conf", std::string("kern.hz=\"") + a + "\"\n"},
          {"/boot/loader.conf.d/b.conf", std::string("x=\"1\"\nkern.hz=\"") + b + "\"\n"}};
}

TEST(DropIns, ThatDisagreeLeaveAddAndRemoveUndecided) {
  for (const auto& [a, b] : {std::pair{"1", "100"}, {"100", "1"}}) {
    const Machine machine(drop_ins(a, b));
    for (const ParameterEdit& edit : {kAddHz, kNoHz100}) {
      const std::string why = why_refused(machine, edit);
      EXPECT_NE(why.find("/boot/loader.conf.d/a.conf:1"), std::string::npos) << why;
      EXPECT_NE(why.find("/boot/loader.conf.d/b.conf:2"), std::string::npos) << why;
    }
    EXPECT_EQ(changed(checked(machine, {{"kern.hz", {"7"}, "", Action::remove}})), Contents());
    EXPECT_EQ(changed(checked(machine, {kNoHz})),
              (Contents{{"/boot/loader.conf.d/a.conf", ""},
                        {"/boot/loader.conf.d/b.conf", "x=\"1\"\n"}}));
  }
}

TEST(DropIns, ThatDisagreeAreBothSetAndNamed) {
  const auto edition = checked(Machine(drop_ins("1", "2")), {kHz});
  EXPECT_EQ(changed(edition),
            (Contents{{"/boot/loader.conf.d/a.conf", "kern.hz=\"100\"\n"},
                      {"/boot/loader.conf.d/b.conf", "x=\"1\"\nkern.hz=\"100\"\n"}}));
  ASSERT_EQ(edition->warnings.size(), 1U);
  EXPECT_NE(edition->warnings[0].find("/boot/loader.conf.d/a.conf:1"), std::string::npos);
}

TEST(DropIns, ThatAgreeAreOneValue) {
  const Machine machine(drop_ins("100", "100"));
  EXPECT_EQ(changed(checked(machine, {kAddHz})), Contents());
  EXPECT_EQ(changed(checked(machine, {kNoHz100})).size(), 2U);
}

TEST(DropIns, AFileThatADropInNamesHasNoOrderEither) {
  Contents contents = drop_ins("1", "2");
  contents["/boot/loader.conf.d/a.conf"] = "loader_conf_files=\"/boot/more\"\n";
  contents["/boot/more"] = "kern.hz=\"3\"\n";
  EXPECT_EQ(changed(checked(Machine(contents), {kHz})).size(), 2U);
}

TEST(DropIns, WhatIsNoConfFileIsNotRead) {
  Contents contents{{"/boot/defaults/loader.conf", kNewOrder},
                    {"/boot/loader.conf.d/a.conf/inside", "kern.hz=\"1\"\n"},
                    {"/boot/loader.conf.d/a.conf~", "kern.hz=\"2\"\n"}};
  EXPECT_TRUE(Machine(contents).tunables().empty());
}

TEST(DropIns, ASlashBehindTheDirectoryChangesNothing) {
  const Machine machine({{"/boot/defaults/loader.conf",
                          "loader_conf_files=\"/boot/loader.conf\"\n"
                          "loader_conf_dirs=\"boot/loader.conf.d/ /boot/\"\n"},
                         {"/boot/loader.conf", "a=\"1\"\n"},
                         {"/boot/loader.conf.d/a.conf", "kern.hz=\"1\"\n"}});
  EXPECT_EQ(machine.located(),
            (std::vector<std::string>{"/boot/loader.conf", "/boot/loader.conf.d/a.conf"}));
  EXPECT_EQ(changed(checked(machine, {kHz})),
            (Contents{{"/boot/loader.conf.d/a.conf", "kern.hz=\"100\"\n"}}));
}

TEST(DropIns, OneFileByTwoNamesIsWrittenOnce) {
  const support::ScratchDirectory tree;
  tree.write("/boot/defaults/loader.conf", kNewOrder);
  tree.write("/boot/loader.conf.d/a.conf", "kern.hz=\"1\"\nb=\"2\"\n");
  std::filesystem::create_symlink("a.conf", tree.path() / "boot/loader.conf.d/b.conf");
  const auto machine = system::open_tree(tree.path().string());
  ASSERT_TRUE(machine);
  const std::vector<ParameterEdit> edits{kHz, {"b", {}, "", Action::remove}};
  const auto edition = FreebsdLoader().edit((*machine)->files(), {}, edits, {});
  EXPECT_EQ(changed(edition), (Contents{{"/boot/loader.conf.d/b.conf", "kern.hz=\"100\"\n"}}));
}

// --- files that are not read at every boot of every machine

TEST(OtherVoices, NextbootConfIsSaidNotEdited) {
  Contents contents{{"/boot/loader.conf", "kern.hz=\"1\"\n"},
                    {"/boot/nextboot.conf", "nextboot_enable=\"YES\"\nkern.hz=\"9\"\n"}};
  EXPECT_EQ(Machine(contents).tunables(), (std::vector<std::string>{"kern.hz=1"}));
  const auto edition = checked(Machine(contents), {kHz});
  EXPECT_EQ(changed(edition), loader_conf("kern.hz=\"100\"\n"));
  EXPECT_EQ(
      edition->warnings,
      (std::vector<std::string>{"/boot/nextboot.conf:2 sets kern.hz for the next boot only"}));
  contents["/boot/nextboot.conf"] = "nextboot_enable=\"NO\" \nkern.hz=\"9\"\n";
  EXPECT_TRUE(checked(Machine(contents), {kHz})->warnings.empty());
  contents["/boot/defaults/loader.conf"] = kNewOrder;  // names no nextboot_conf
  contents["/boot/nextboot.conf"] = "kern.hz=\"9\"\n";
  EXPECT_TRUE(checked(Machine(contents), {kHz})->warnings.empty());
}

TEST(OtherVoices, LuaFilesAreSaid) {
  const Contents contents{
      {"/boot/defaults/loader.conf",
       "loader_conf_files=\"/boot/loader.conf /boot/loader.conf.lua /boot/none.lua\"\n"},
      {"/boot/loader.conf.lua", "kern_hz = 5\nkern.hz=\"7\"\n"}};
  EXPECT_TRUE(Machine(contents).tunables().empty());
  const auto edition = checked(Machine(contents), {kHz});
  EXPECT_EQ(changed(edition), loader_conf("kern.hz=\"100\"\n"));
  EXPECT_EQ(edition->warnings,
            (std::vector<std::string>{"/boot/loader.conf.lua is Lua code: it is not read here, and "
                                      "may set more"}));
}

TEST(OtherVoices, AProductThatOnlyFirmwareKnowsIsRefused) {
  Contents contents{{"/boot/defaults/loader.conf",
                     std::string(kNewOrder) + "product_vars=\"maker smbios.system.product\"\n"},
                    {"/boot/loader.conf", "maker=\"acme\"\n"},
                    {"/boot/loader.conf.d/acme/a.conf", "a=\"1\"\n"},
                    {"/boot/loader.conf.d/model/a.conf", "kern.hz=\"7\"\nb=\"1\"\n"}};
  const Machine machine(contents);
  EXPECT_EQ(machine.tunables(), (std::vector<std::string>{"maker=acme", "a=1"}));
  EXPECT_EQ(changed(checked(machine, {{"a", {"2"}, ""}})),
            (Contents{{"/boot/loader.conf.d/acme/a.conf", "a=\"2\"\n"}}));
  EXPECT_NE(why_refused(machine, kHz).find("/boot/loader.conf.d/model/a.conf:1"),
            std::string::npos);
  contents["/boot/defaults/loader.conf"] = kNewOrder;
  EXPECT_EQ(Machine(contents).tunables(), (std::vector<std::string>{"maker=acme"}));
}

// --- names and lines

TEST(TunableNames, AMinusIsNoUnderscore) {
  const Machine machine(loader_conf("hw.a_b=\"1\"\n"));
  EXPECT_EQ(changed(checked(machine, {{"hw.a-b", {"2"}, ""}})),
            loader_conf("hw.a_b=\"1\"\nhw.a-b=\"2\"\n"));
  const Machine both(loader_conf("hw.a_b=\"1\"\nhw.a-b=\"2\"\n"));
  EXPECT_EQ(changed(checked(both, {{"hw.a-b", {}, "", Action::remove}})),
            loader_conf("hw.a_b=\"1\"\n"));
  EXPECT_EQ(changed(checked(both, {{"hw.a-b", {"3"}, ""}, {"hw.a_b", {"4"}, ""}})),
            loader_conf("hw.a_b=\"4\"\nhw.a-b=\"3\"\n"));
}

TEST(TunableLines, AModulesSettingStandsForItself) {
  const Machine machine(loader_conf("a=\"1\"\nx_flags=\"-a $a\"\nzfs_load=\"YES\"\n"));
  EXPECT_EQ(machine.tunables(), (std::vector<std::string>{"a=1", "x_flags=-a $a", "zfs_load=YES"}));
}

TEST(TunableLines, AQuoteInTheCommentKeepsAValueFromBeingQuoted) {
  const Machine machine(loader_conf("kern.hz=1 # say \"hi\"\n"));
  EXPECT_EQ(machine.tunables(), (std::vector<std::string>{"kern.hz=1"}));
  EXPECT_NE(why_refused(machine, kHz).find("/boot/loader.conf:1"), std::string::npos);
  EXPECT_EQ(changed(checked(machine, {kNoHz})), loader_conf(""));
}

TEST(ForthLoader, StopsAtACarriageReturn) {
  const Machine forth(loader_conf("a=\"1\"\nb=\"2\"\r\nkern.hz=\"3\"\n"));
  EXPECT_EQ(forth.tunables(), (std::vector<std::string>{"a=1"}));
  EXPECT_EQ(changed(checked(forth, {{"c", {"4"}, ""}})),
            loader_conf("a=\"1\"\nc=\"4\"\nb=\"2\"\r\nkern.hz=\"3\"\n"));
  for (const ParameterEdit& edit : {kHz, kAddHz, kNoHz100, ParameterEdit{"b", {"4"}, ""}}) {
    EXPECT_NE(why_refused(forth, edit).find("/boot/loader.conf:2"), std::string::npos) << edit.key;
  }
  Contents lua = loader_conf("a=\"1\"\nb=\"2\"\r\nkern.hz=\"3\"\n");
  lua["/boot/lua/loader.lua"] = "";
  EXPECT_EQ(Machine(lua).tunables(), (std::vector<std::string>{"a=1", "b=2", "kern.hz=3"}));
  EXPECT_EQ(changed(checked(Machine(lua), {{"b", {"4"}, ""}})),
            loader_conf("a=\"1\"\nb=\"4\"\r\nkern.hz=\"3\"\n"));
}

}  // namespace
}  // namespace guestclock::freebsd
