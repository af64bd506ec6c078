// Any bytes as FreeBSD's loader.conf family (one file, or three divided by NUL bytes): printed back
// unchanged; what an edit asks for is what the loader will read; a second edit does nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "freebsd/loader_conf.h"
#include "freebsd/loader_conf_lines.h"
#include "model/kernel_parameters.h"
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
       {"/boot/loader.conf", "/boot/loader.conf.d/fuzz.conf", "/boot/defaults/loader.conf"}) {
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  require(freebsd::parse_conf_file(bytes).print() == bytes);

  for (const model::ParameterEdit& wanted :
       {model::ParameterEdit{"kern.hz", {"100"}, ""}, model::ParameterEdit{"kern.hz", {}, ""}}) {
    Contents contents = contents_of(bytes);
    const auto once = edit(contents, wanted);
    if (!once) continue;
    require(model::parameter_values(once->entries.front().after, "kern.hz") == wanted.values);
    for (const model::FileEdit& file : once->files)
      contents[file.path] = file.after;
    const auto twice = edit(contents, wanted);
    require(twice && twice->files.empty());
  }
  return 0;
}
