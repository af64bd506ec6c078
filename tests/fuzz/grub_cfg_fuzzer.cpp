// Any bytes as /etc/default/grub and, behind a NUL byte, as the grub.cfg made from it: every line
// is read to its end; asking what must run edits nothing and gives one answer; a grub.cfg that is
// written from those sources asks for nothing, one without the parameter does.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>

#include "grub/default_grub.h"
#include "grub/generated_config.h"
#include "grub/grub2.h"
#include "grub/grub_script.h"
#include "model/kernel_parameters.h"
#include "no_files.h"
#include "system/overlay_files.h"

namespace {

using namespace guestclock;
using Contents = std::map<std::string, std::string>;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_script(std::string_view bytes) {
  grub::ScriptCommands commands(bytes);
  std::size_t words = 0;
  std::size_t line = 1;
  while (const auto command = commands.next()) {
    require(command->line >= line);
    line = command->line;
    words += command->words.size();
  }
  require(words <= bytes.size());
  require(grub::parse_generated_config(bytes).lines.size() <= words);
}

Result<settings::Edition> edit(const Contents& contents, const model::ParameterEdit& wanted) {
  const fuzz::NoFiles none;
  const system::OverlayFiles files(none, contents);
  return grub::Grub2().edit(files, {}, std::vector{wanted}, {});
}

/// The linux line that grub-mkconfig writes.
std::string written_from(const Contents& contents) {
  const fuzz::NoFiles none;
  const system::OverlayFiles files(none, contents);
  const auto layers = grub::read_grub_layers(files);
  require(layers.has_value());
  const grub::GrubValues values(*layers);
  return "### BEGIN /etc/grub.d/10_linux ###\nmenuentry 'A' {\n\tlinux\t/vmlinuz root=1 ro " +
         values.of("GRUB_CMDLINE_LINUX").text + " " + values.of("GRUB_CMDLINE_LINUX_DEFAULT").text +
         "\n\tinitrd\t/i\n}\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_script(bytes);
  const std::size_t end = bytes.find('\0');
  Contents contents{{"/etc/os-release", "ID=debian\n"},
                    {"/etc/default/grub", std::string(bytes.substr(0, end))},
                    {"/boot/grub/grub.cfg",
                     std::string(end == std::string_view::npos ? "" : bytes.substr(end + 1))}};
  const std::vector<model::ParameterEdit> questions{
      {"x", {}, "", model::ParameterEdit::Action::add},
      {"x", {"1"}, ""},
      {"quiet", {}, "", model::ParameterEdit::Action::remove}};
  for (const model::ParameterEdit& question : questions) {
    const auto first = edit(contents, question);
    if (!first) continue;
    require(first->pending.size() <= 1);
    require(first->files.empty() || first->pending.size() == 1);
    for (const model::FileEdit& file : first->files)
      contents[file.path] = file.after;
    const auto again = edit(contents, question);
    require(again && again->files.empty());
    Contents regenerated = contents;
    regenerated["/boot/grub/grub.cfg"] = written_from(contents);
    const auto last = edit(regenerated, question);
    require(last && last->files.empty() && last->pending.empty());
  }
  return 0;
}
