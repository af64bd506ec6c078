// Any bytes as FreeBSD's loader.conf family (files divided by NUL bytes): printed back unchanged;
// what an edit asks for is what the loader will read, whatever the order of drop-ins; other names
// keep their values; a second edit does nothing; an addition taken back gives the bytes back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "freebsd/loader_conf.h"
#include "freebsd/loader_conf_lines.h"
#include "freebsd/loader_settings.h"
#include "no_files.h"
#include "system/overlay_files.h"

namespace {

using namespace guestclock;
using Contents = std::map<std::string, std::string>;

void require(bool holds) {
  if (!holds) std::abort();
}

Contents contents_of(std::string_view bytes) {
  Contents contents;
  for (const char* path :
       {"/boot/loader.conf", "/boot/loader.conf.d/a.conf", "/boot/device.hints",
        "/boot/defaults/loader.conf", "/boot/loader.conf.d/b.conf", "/boot/loader.conf.local",
        "/boot/nextboot.conf", "/boot/loader.conf.d/product/c.conf", "/boot/lua/loader.lua"}) {
    const std::size_t end = bytes.find('\0');
    contents[path] = bytes.substr(0, end);
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
  }
  return contents;
}

Result<settings::Edition> edit(const Contents& contents, const model::ParameterEdit& edit) {
  const fuzz::NoFiles none;
  const system::OverlayFiles files(none, contents);
  return freebsd::FreebsdLoader().edit(files, {}, std::vector{edit}, {});
}

void write(Contents& contents, const settings::Edition& edition) {
  const fuzz::NoFiles none;
  const system::OverlayFiles files(none, contents);
  for (const model::FileEdit& file : edition.files)
    contents[files.resolve(file.path).value_or(file.path)] = file.after;
}

/// Every value that a name may have, by the files' order.
std::vector<std::string> values_of(const Contents& contents, std::string_view name) {
  const fuzz::NoFiles none;
  const auto settings = freebsd::read_loader_settings(system::OverlayFiles(none, contents));
  require(settings.has_value());
  std::vector<std::string> values;
  for (const freebsd::Assignment* one : settings->contenders(name)) {
    if (settings->files[one->file].role != freebsd::SettingsFile::Role::defaults)
      values.push_back(one->value);
  }
  return values;
}

std::vector<std::string> others(std::vector<std::string> tunables) {
  const auto about = [](const std::string& one) { return one.starts_with("kern.hz="); };
  tunables.erase(std::remove_if(tunables.begin(), tunables.end(), about), tunables.end());
  return tunables;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Action = model::ParameterEdit::Action;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  require(freebsd::parse_conf_file(bytes).print() == bytes);

  const Contents before = contents_of(bytes);
  for (const model::ParameterEdit& wanted :
       {model::ParameterEdit{"kern.hz", {"100"}, ""}, model::ParameterEdit{"kern.hz", {}, ""},
        model::ParameterEdit{"kern.hz", {"100"}, "", Action::add},
        model::ParameterEdit{"kern.hz", {"100"}, "", Action::remove}}) {
    Contents contents = before;
    const auto once = edit(contents, wanted);
    if (!once) continue;
    const model::EntryChange& entry = once->entries.front();
    require(bytes.find('$') != std::string_view::npos ||
            others(entry.before) == others(entry.after));
    write(contents, *once);
    const auto values = values_of(contents, "kern.hz");
    const bool removes = wanted.action == Action::remove || wanted.values.empty();
    if (wanted.values.empty()) require(values.empty());
    if (!removes) require(!values.empty());
    for (const std::string& value : values)
      require((value == "100") != removes);
    const auto twice = edit(contents, wanted);
    require(twice && twice->files.empty());
  }

  // A name that the input can hardly hold.
  Contents contents = before;
  const auto added = edit(contents, {"fuzz.only", {"1"}, ""});
  if (!added) return 0;
  write(contents, *added);
  const auto removed = edit(contents, {"fuzz.only", {}, ""});
  require(removed.has_value());
  write(contents, *removed);
  for (const auto& [path, after] : contents) {
    const auto old = before.find(path);
    require(after == (old == before.end() ? std::string() : old->second) ||
            bytes.find("fuzz.only") != std::string_view::npos);
  }
  return 0;
}
