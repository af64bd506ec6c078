// loader.conf and its family as FreeBSD's loaders read them (loader_conf.lua, a restatement),
// against our reading and our edits.
#include <map>
#include <set>

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/text.h"
#include "freebsd/loader_settings.h"
#include "freebsd_tree.h"
#include "support/skip.h"

namespace guestclock::freebsd {
namespace {

using model::ParameterEdit;
using Values = std::map<std::string, std::string>;
using Action = ParameterEdit::Action;

/// What a loader makes of a machine's files.
struct Reading {
  Values settings;
  std::set<std::string> bad;  ///< "file:line"
  std::set<std::string> next_boot;

  friend bool operator==(const Reading& a, const Reading& b) {
    return a.settings == b.settings && a.bad == b.bad;
  }
  friend std::ostream& operator<<(std::ostream& out, const Reading& one) {
    for (const auto& [name, value] : one.settings)
      out << printable(name) << "=" << printable(value) << "\n";
    for (const std::string& place : one.bad)
      out << "bad " << place << "\n";
    return out;
  }
};

/// The restatement's reading. Variants: new, old, forth.
Reading oracle(const support::ScratchDirectory& root, const std::string& variant,
               const std::string& order = "up") {
  const auto finished = support::run_program(
      {"lua5.4", GUESTCLOCK_SOURCE_DIR "/tests/conformance/freebsd/loader_conf.lua", variant,
       root.path().string(), order});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  Reading reading;
  for (const std::string_view line : lines(finished.out)) {
    const std::string_view rest = line.substr(line.find(' ') + 1);
    if (line.starts_with("set ")) {
      const std::size_t equals = rest.find('=');
      reading.settings[std::string(rest.substr(0, equals))] = rest.substr(equals + 1);
    }
    if (line.starts_with("bad ")) reading.bad.emplace(rest);
    if (line.starts_with("next ")) reading.next_boot.emplace(rest);
  }
  return reading;
}

LoaderSettings settings_of(const support::ScratchDirectory& root) {
  const auto machine = system::open_tree(root.path().string());
  EXPECT_TRUE(machine);
  auto settings = read_loader_settings((*machine)->files());
  EXPECT_TRUE(settings) << describe(settings.error());
  return settings ? *settings : LoaderSettings();
}

/// Ours. The loader shows neither the list of files nor commands.
Reading ours(const LoaderSettings& settings) {
  Reading reading;
  for (const Assignment& one : settings.assignments) {
    if (one.name != "loader_conf_files" && one.name != "exec")
      reading.settings[one.name] = one.value;
  }
  for (const SettingsFile& file : settings.files) {
    if (file.role != SettingsFile::Role::defaults && !file.is_editable()) continue;
    for (std::size_t i = 0; i < file.conf.lines.size(); ++i) {
      if (file.conf.lines[i].kind != ConfLine::Kind::malformed) continue;
      reading.bad.insert(file.path + ":" + std::to_string(i + 1));
    }
  }
  return reading;
}

/// Names and lines that releases do not read alike, by our own account.
Reading doubtful(const LoaderSettings& settings) {
  Reading reading;
  for (const SettingsFile& file : settings.files) {
    for (std::size_t i = 0; i < file.conf.lines.size(); ++i) {
      const ConfLine& line = file.conf.lines[i];
      if (line.kind != ConfLine::Kind::malformed && !line.doubtful) continue;
      reading.settings[line.name];
      reading.bad.insert(file.path + ":" + std::to_string(i + 1));
    }
  }
  return reading;
}

Reading without(Reading reading, const Reading& other) {
  for (const auto& [name, value] : other.settings)
    reading.settings.erase(name);
  for (const std::string& place : other.bad)
    reading.bad.erase(place);
  return reading;
}

// Synthetic, in the order of current releases.
constexpr const char* kDefaults =
    "loader_conf_files=\"/boot/device.hints /boot/loader.conf\"\n"
    "loader_conf_dirs=\"/boot/loader.conf.d\"\n"
    "local_loader_conf_files=\"/boot/loader.conf.local\"\n";
constexpr const char* kOldDefaults =
    "loader_conf_files=\"/boot/device.hints /boot/loader.conf /boot/loader.conf.local\"\n"
    "loader_conf_dirs=\"/boot/loader.conf.d\"\n";
constexpr const char* kForthDefaults =
    "loader_conf_files=\"/boot/device.hints /boot/loader.conf /boot/loader.conf.local\"\n";

class LoaderConf : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_program("lua5.4")) GUESTCLOCK_SKIP("no lua5.4 (Debian package lua5.4)");
  }
};

/// A machine with one file of the corpus; the order of files is synthetic, unless that file is it.
void lay_out(const support::ScratchDirectory& root, const std::filesystem::path& file,
             const char* defaults) {
  root.write("/boot/defaults/loader.conf", defaults);
  root.write(place_of(file), support::bytes_of(file));
  if (std::string_view(defaults) != kForthDefaults) root.write("/boot/lua/loader.lua", "");
}

TEST_F(LoaderConf, RealFilesAreReadAlike) {
  const auto files = corpus_files();
  if (files.empty()) GUESTCLOCK_SKIP("no corpus; GUESTCLOCK_CORPUS names it");
  EXPECT_GE(files.size(), 10U);
  std::size_t values = 0;
  for (const auto& file : files) {
    const struct {
      const char* variant;
      const char* defaults;
    } kLoaders[] = {{"new", kDefaults}, {"old", kOldDefaults}, {"forth", kForthDefaults}};
    for (const auto& loader : kLoaders) {
      const support::ScratchDirectory root;
      lay_out(root, file, loader.defaults);
      const LoaderSettings settings = settings_of(root);
      const Reading theirs = oracle(root, loader.variant);
      values += theirs.settings.size();
      if (std::string_view(loader.variant) == "new") {
        EXPECT_EQ(ours(settings), theirs) << file;
      } else {
        const Reading apart = doubtful(settings);
        EXPECT_EQ(without(ours(settings), apart), without(theirs, apart)) << file;
        EXPECT_EQ(apart.bad.size(), place_of(file) == "/boot/defaults/loader.conf" ? 3U : 0U)
            << file;
      }
    }
  }
  EXPECT_GT(values, 500U);
}

TEST_F(LoaderConf, EditsOfRealFilesComeOutInEveryLoader) {
  const auto files = corpus_files();
  if (files.empty()) GUESTCLOCK_SKIP("no corpus; GUESTCLOCK_CORPUS names it");
  for (const auto& file : files) {
    if (place_of(file) == "/boot/defaults/loader.conf") continue;  // never edited
    const struct {
      const char* variant;
      const char* defaults;
    } kLoaders[] = {{"new", kDefaults}, {"old", kOldDefaults}, {"forth", kForthDefaults}};
    for (const auto& loader : kLoaders) {
      const support::ScratchDirectory root;
      lay_out(root, file, loader.defaults);
      const Reading before = oracle(root, loader.variant);
      std::vector<std::string> names{"kern.hz", "guestclock.test-1"};
      names.push_back(before.settings.begin()->first);
      for (const std::string& name : names) {
        if (name == "loader_conf_dirs") continue;
        ASSERT_EQ(edit(root, {name, {"1 2"}, ""}), "") << file;
        Reading wanted = before;
        wanted.settings[name] = "1 2";
        EXPECT_EQ(oracle(root, loader.variant), wanted) << file << name;
        ASSERT_EQ(edit(root, {name, {}, "", Action::remove}), "") << file;
        wanted.settings.erase(name);
        EXPECT_EQ(oracle(root, loader.variant), wanted) << file << name;
        lay_out(root, file, loader.defaults);
        if (place_of(file) != "/boot/loader.conf")
          std::filesystem::remove(root.path() / "boot/loader.conf");
      }
    }
  }
}

TEST_F(LoaderConf, TheFileThatWinsIsTheirs) {
  const struct {
    const char* variant;
    const char* defaults;
    const char* value;
  } kLoaders[] = {{"new", kDefaults, "600"},
                  {"new", kOldDefaults, "500"},
                  {"old", kOldDefaults, "500"},
                  {"forth", kForthDefaults, "600"}};
  for (const auto& loader : kLoaders) {
    const support::ScratchDirectory root;
    root.write("/boot/lua/loader.lua", "");
    root.write("/boot/defaults/loader.conf", loader.defaults);
    root.write("/boot/device.hints", "kern.hz=\"50\"\n");
    root.write("/boot/loader.conf", "kern.hz=\"400\"\nloader_conf_files=\"/boot/more\"\n");
    root.write("/boot/more", "kern.hz=\"450\"\nx=\"$kern.hz ${loader_conf_files}\"\n");
    root.write("/boot/loader.conf.local", "kern.hz=\"600\"\n");
    if (std::string_view(loader.variant) != "forth") {
      root.write("/boot/loader.conf.d/a.conf", "kern.hz=\"500\"\n");
      root.write("/boot/loader.conf.d/a.txt", "kern.hz=\"510\"\n");
      root.write("/boot/loader.conf.d/b.conf/inside.conf", "kern.hz=\"520\"\n");
    }
    const Reading theirs = oracle(root, loader.variant);
    EXPECT_EQ(theirs.settings.at("kern.hz"), loader.value) << loader.variant;
    EXPECT_EQ(theirs.settings.at("x"), "450 ") << loader.variant;
    EXPECT_EQ(ours(settings_of(root)), theirs) << loader.variant;
    ASSERT_EQ(edit(root, {"kern.hz", {"100"}, ""}), "");
    EXPECT_EQ(oracle(root, loader.variant).settings.at("kern.hz"), "100") << loader.variant;
  }
}

TEST_F(LoaderConf, DropInsAreSetWhateverTheirOrder) {
  const support::ScratchDirectory root;
  root.write("/boot/lua/loader.lua", "");
  root.write("/boot/defaults/loader.conf", kDefaults);
  root.write("/boot/loader.conf.d/a.conf", "kern.hz=\"1\"\nloader_conf_files=\"/boot/more\"\n");
  root.write("/boot/loader.conf.d/b.conf", "kern.hz=\"2\"\n");
  root.write("/boot/more", "kern.hz=\"3\"\n");
  EXPECT_EQ(oracle(root, "new", "up").settings.at("kern.hz"), "2");
  EXPECT_EQ(oracle(root, "new", "down").settings.at("kern.hz"), "3");
  ASSERT_EQ(edit(root, {"kern.hz", {"100"}, ""}), "");
  for (const char* order : {"up", "down"})
    EXPECT_EQ(oracle(root, "new", order).settings.at("kern.hz"), "100") << order;
}

TEST_F(LoaderConf, ProductsAndTheNextBoot) {
  const support::ScratchDirectory root;
  root.write("/boot/lua/loader.lua", "");
  root.write("/boot/defaults/loader.conf", std::string(kDefaults) +
                                               "nextboot_conf=\"/boot/nextboot.conf\"\n"
                                               "product_vars=\"maker smbios.system.product\"\n");
  root.write("/boot/loader.conf", "maker=\"acme\"\nkern.hz=\"1\"\n");
  root.write("/boot/loader.conf.d/acme/a.conf", "kern.hz=\"2\"\n");
  root.write("/boot/loader.conf.d/model/a.conf", "kern.maxusers=\"7\"\n");
  root.write("/boot/nextboot.conf", "nextboot_enable=\"YES\"\nkern.hz=\"9\"\n");
  const Reading theirs = oracle(root, "new");
  EXPECT_EQ(theirs.settings.at("kern.hz"), "2");
  EXPECT_EQ(theirs.next_boot.count("kern.hz=9"), 1U);
  EXPECT_EQ(ours(settings_of(root)), theirs);
}

// --- texts made up

/// Parts of lines, put together at random: quotes in comments, bare words, CR, junk.
rc::Gen<std::string> any_text() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "kern.hz", "a", "b", "a-b", "a_b", "_v", "4v", "zfs_load", "x.y_flags", "exec", "=",
          " = ", "=", "\"1\"", "\"2 3\"", "\"\"", "word", "0x10", "-1", ",", "\"$a\"", "\"${b}x\"",
          "\"$\"", "\"\\\\\"", "\"q\\\"q\"", "'x'", " ", "\t", "\r", "\v", "#", " # say \"hi\"",
          "# c", "\n", "\n", "\n", "a=\"1\"\n", "kern.hz=\"100\"\n", "b=2 # c\n", "\xff")),
      [](const std::vector<std::string>& parts) { return join(parts, ""); });
}

TEST_F(LoaderConf, AnyTextIsReadAlike) {
  const bool held = rc::check([] {
    const std::string bytes = *any_text();
    const support::ScratchDirectory root;
    root.write("/boot/defaults/loader.conf", kForthDefaults);
    root.write("/boot/loader.conf", bytes);
    const Reading forth = oracle(root, "forth");
    const LoaderSettings stopped = settings_of(root);
    root.write("/boot/lua/loader.lua", "");
    const LoaderSettings settings = settings_of(root);
    RC_ASSERT(ours(settings) == oracle(root, "new"));
    const Reading apart = doubtful(settings);
    const Reading old = oracle(root, "old");
    // $name of a module's setting is known to the new loader only.
    if (bytes.find('$') == std::string::npos)
      RC_ASSERT(without(ours(settings), apart) == without(old, apart));
    // Forth takes backslashes out, and does so before anything else.
    if (bytes.find('\\') == std::string::npos && bytes.find('$') == std::string::npos) {
      RC_ASSERT(without(ours(stopped), apart).settings == without(forth, apart).settings);
    }
  });
  EXPECT_TRUE(held);
}

TEST_F(LoaderConf, EditsOfAnyTextComeOutInEveryLoader) {
  const std::vector<ParameterEdit> edits{{"kern.hz", {"100"}, ""},
                                         {"a-b", {"1 2"}, ""},
                                         {"a", {"x/y,z"}, ""},
                                         {"kern.hz", {}, "", Action::remove},
                                         {"b", {"2"}, "", Action::remove},
                                         {"new.name", {""}, "", Action::add}};
  std::size_t edited = 0;
  const bool held = rc::check([&] {
    const std::string bytes = *any_text();
    const ParameterEdit& wanted = edits[*rc::gen::inRange<std::size_t>(0, edits.size())];
    for (const char* variant : {"new", "old", "forth"}) {
      const support::ScratchDirectory root;
      root.write("/boot/defaults/loader.conf", kForthDefaults);
      root.write("/boot/loader.conf", bytes);
      if (std::string_view(variant) != "forth") root.write("/boot/lua/loader.lua", "");
      const Reading before = oracle(root, variant);
      if (!edit(root, wanted).empty()) continue;
      ++edited;
      Reading after = oracle(root, variant);
      const bool removes = wanted.action == Action::remove;
      const auto old = before.settings.find(wanted.key);
      if (!removes) {
        RC_ASSERT(after.settings[wanted.key] == *wanted.values.front());
      } else if (wanted.values.empty() ||
                 (old != before.settings.end() && old->second == *wanted.values.front())) {
        RC_ASSERT(after.settings.count(wanted.key) == 0U);
      }
      Reading was = before;
      was.settings.erase(wanted.key);
      after.settings.erase(wanted.key);
      if (bytes.find('$') == std::string::npos) RC_ASSERT(was.settings == after.settings);
      RC_ASSERT(was.bad.size() == after.bad.size());
    }
  });
  EXPECT_TRUE(held);
  EXPECT_GT(edited, 100U);
}

}  // namespace
}  // namespace guestclock::freebsd
