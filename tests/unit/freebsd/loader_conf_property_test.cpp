// What holds for any loader.conf, and for every real one.
#include <algorithm>

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/text.h"
#include "freebsd/loader_conf_lines.h"
#include "freebsd_machine.h"
#include "support/corpus.h"
#include "support/skip.h"

namespace guestclock::freebsd {
namespace {

using model::ParameterEdit;
using Action = ParameterEdit::Action;

/// Lines such as people write, good and bad ones, and bytes that are none.
rc::Gen<std::string> any_text() {
  const auto part = rc::gen::element<std::string>(
      "a=\"1\"\n", "b=2 # c\n", "kern.hz=\"100\"\n", "kern.hz = 1000 # fast\r\n", "kern.hz=\"7\"",
      "c=\"x y\" # \"quoted\"\n", "zfs_load=\"YES\"\n", "d='no'\n", "bad line\n", "e=a,b\n", "word",
      "\n", "\r\n", " ", "\t", "# c\n", "# kern.hz=\"5\"\n", "=", "\"", "\\", "hw.a-b=\"1\"\n",
      "hw.a_b=\"2\"\n", std::string(1, '\0'), "\xff");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(part),
                      [](const std::vector<std::string>& parts) { return join(parts, ""); });
}

/// One machine, with or without Lua, hints, a drop-in and a local file.
rc::Gen<Contents> any_machine() {
  return rc::gen::exec([] {
    Contents contents{{"/boot/defaults/loader.conf",
                       *rc::gen::element<std::string>(kOldOrder, kMiddleOrder, kNewOrder)}};
    for (const char* path : {"/boot/loader.conf", "/boot/device.hints", "/boot/loader.conf.local",
                             "/boot/loader.conf.d/a.conf", "/boot/loader.conf.d/b.conf"}) {
      if (*rc::gen::arbitrary<bool>()) contents[path] = *any_text();
    }
    if (*rc::gen::arbitrary<bool>()) contents["/boot/lua/loader.lua"] = "";
    return contents;
  });
}

ParameterEdit any_edit(const std::string& key) {
  const auto action = *rc::gen::element(Action::set, Action::add, Action::remove);
  ParameterEdit edit{key, {}, "", action};
  if (action == Action::remove && *rc::gen::arbitrary<bool>()) return edit;
  edit.values = {*rc::gen::element<std::string>("100", "7", "1000", "x y")};
  return edit;
}

Contents with(Contents contents, const Result<settings::Edition>& edition) {
  for (const auto& [path, bytes] : changed(edition))
    contents[path] = bytes;
  return contents;
}

std::vector<std::string> others(const Contents& contents, std::vector<std::string> names) {
  std::vector<std::string> tunables = Machine(contents).tunables();
  const auto about = [&](const std::string& tunable) {
    const std::string name = tunable.substr(0, tunable.find('='));
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  tunables.erase(std::remove_if(tunables.begin(), tunables.end(), about), tunables.end());
  return tunables;
}

TEST(FreebsdLoaderProperty, AddingAndRemovingGivesEveryByteBack) {
  EXPECT_TRUE(rc::check([] {
    Contents contents = *any_machine();
    const std::string key = "guestclock.test";
    const Contents added = changed(Machine(contents).edit({{key, {"1"}, "", Action::add}}));
    RC_ASSERT(added.size() == 1U);
    RC_ASSERT(added.count("/boot/loader.conf") == 1U);
    const bool created = contents.count("/boot/loader.conf") == 0U;
    Contents now = contents;
    now["/boot/loader.conf"] = added.at("/boot/loader.conf");
    const Contents removed = changed(Machine(now).edit({{key, {}, "", Action::remove}}));
    RC_ASSERT(removed == loader_conf(created ? std::string() : contents.at("/boot/loader.conf")));
  }));
}

TEST(FreebsdLoaderProperty, ASecondEditChangesNothingAndOthersAreAsTheyWere) {
  int edited = 0;
  EXPECT_TRUE(rc::check([&] {
    const Contents contents = *any_machine();
    const ParameterEdit edit = any_edit("kern.hz");
    const auto once = Machine(contents).edit({edit});
    if (!once) return;
    ++edited;
    const Contents after = with(contents, once);
    RC_ASSERT(changed(Machine(after).edit({edit})).empty());
    RC_ASSERT(others(contents, {"kern.hz"}) == others(after, {"kern.hz"}));
  }));
  EXPECT_GT(edited, 10);
}

TEST(FreebsdLoaderProperty, EditsOfDifferentNamesCommute) {
  int edited = 0;
  EXPECT_TRUE(rc::check([&] {
    const Contents contents = *any_machine();
    const ParameterEdit one = any_edit("hw.a-b");
    const ParameterEdit other = any_edit("hw.a_b");
    const auto both_ways = [&](const ParameterEdit& first,
                               const ParameterEdit& second) -> Result<std::vector<std::string>> {
      const auto begun = Machine(contents).edit({first});
      if (!begun) return tl::make_unexpected(begun.error());
      const Contents between = with(contents, begun);
      const auto ended = Machine(between).edit({second});
      if (!ended) return tl::make_unexpected(ended.error());
      auto tunables = Machine(with(between, ended)).tunables();
      std::sort(tunables.begin(), tunables.end());
      return tunables;
    };
    const auto there = both_ways(one, other);
    const auto back = both_ways(other, one);
    RC_ASSERT(there.has_value() == back.has_value());
    if (!there) return;
    ++edited;
    RC_ASSERT(*there == *back);
    const auto at_once = Machine(contents).edit({one, other});
    RC_ASSERT(at_once.has_value());
    auto tunables = Machine(with(contents, at_once)).tunables();
    std::sort(tunables.begin(), tunables.end());
    RC_ASSERT(tunables == *there);
  }));
  EXPECT_GT(edited, 10);
}

TEST(FreebsdLoaderProperty, SettingTheOldValueAgainUndoesASet) {
  int undone = 0;
  EXPECT_TRUE(rc::check([&] {
    const Contents contents = *any_machine();
    const std::vector<std::string> before = Machine(contents).tunables();
    const auto is_hz = [](const std::string& one) { return one.starts_with("kern.hz="); };
    const auto old = std::find_if(before.begin(), before.end(), is_hz);
    const auto set = Machine(contents).edit({{"kern.hz", {"42"}, ""}});
    if (!set) return;
    const Contents after = with(contents, set);
    const ParameterEdit undo = old == before.end()
                                   ? ParameterEdit{"kern.hz", {}, "", Action::remove}
                                   : ParameterEdit{"kern.hz", {old->substr(8)}, ""};
    const auto back = Machine(after).edit({undo});
    RC_ASSERT(back.has_value());
    auto now = Machine(with(after, back)).tunables();
    auto was = before;
    std::sort(now.begin(), now.end());
    std::sort(was.begin(), was.end());
    RC_ASSERT(now == was);
    ++undone;
  }));
  EXPECT_GT(undone, 10);
}

TEST(FreebsdLoaderCorpus, NoOpsAndEditsTakenBackKeepEveryByte) {
  const auto corpus = support::corpus_directory(GUESTCLOCK_SOURCE_DIR) / "bootcfg";
  auto files = support::corpus_files(corpus / "freebsd-loader.conf");
  const auto hints = support::corpus_files(corpus / "freebsd-device.hints");
  if (files.empty() || hints.empty()) {
    GUESTCLOCK_SKIP("no corpus at " + corpus.string() + "; GUESTCLOCK_CORPUS names another");
  }
  files.insert(files.end(), hints.begin(), hints.end());
  EXPECT_GE(files.size(), 10U);
  const ParameterEdit add{"guestclock.test", {"1"}, "", Action::add};
  const ParameterEdit remove{"guestclock.test", {}, "", Action::remove};
  for (const auto& file : files) {
    const std::string bytes = support::bytes_of(file);
    const ConfFile conf = parse_conf_file(bytes);
    EXPECT_EQ(conf.print(), bytes) << file;
    const bool defaults = file.filename().string().find("defaults") != std::string::npos;
    // In its own place, and as the file that gets the new line.
    for (const char* path :
         {"/boot/loader.conf", "/boot/loader.conf.local", "/boot/device.hints"}) {
      Contents contents{{path, bytes}};
      EXPECT_EQ(changed(Machine(contents).edit({remove})), Contents()) << file;
      const auto added = changed(Machine(contents).edit({add}));
      contents["/boot/loader.conf"] = added.at("/boot/loader.conf");
      const bool here = contents.size() == 1U;
      EXPECT_EQ(changed(Machine(contents).edit({remove})), loader_conf(here ? bytes : "")) << file;
    }
    if (defaults) continue;
    for (const ConfLine& one : conf.lines) {
      EXPECT_NE(one.kind, ConfLine::Kind::malformed) << file << ": " << one.raw;
      EXPECT_FALSE(one.stops_forth) << file << ": " << one.raw;
    }
  }
}

}  // namespace
}  // namespace guestclock::freebsd
