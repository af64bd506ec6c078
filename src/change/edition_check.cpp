#include "change/edition_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "boot/entry_selection.h"
#include "boot/parameter_line.h"
#include "model/kernel_parameters.h"
#include "system/overlay_files.h"

namespace guestclock::change {
namespace {

using model::BootEntry;
using model::ParameterEdit;

/// The tokens that no edit is about, in order.
std::vector<std::string> others(const boot::BootLoader& loader, const BootEntry& entry,
                                std::span<const ParameterEdit> edits) {
  std::vector<std::string> tokens;
  bool ours = true;  // behind "--" every word belongs to init
  for (const std::string& token : entry.parameters) {
    const std::string_view key = model::parameter_key(token);
    if (token == "--") ours = false;
    const auto about = [&](const ParameterEdit& edit) { return loader.same_name(edit.key, key); };
    if (!ours || std::none_of(edits.begin(), edits.end(), about)) tokens.push_back(token);
  }
  return tokens;
}

bool same_entry(const BootEntry& a, const BootEntry& b) {
  return a.title == b.title && a.index == b.index && a.is_default == b.is_default &&
         a.kernel == b.kernel && a.file == b.file;
}

std::string what_is_wrong(const boot::BootLoader& loader, const std::vector<BootEntry>& before,
                          const std::vector<BootEntry>& after,
                          std::span<const model::EntryChange> changes,
                          std::span<const ParameterEdit> edits,
                          const model::EntrySelector& selector) {
  if (!std::equal(before.begin(), before.end(), after.begin(), after.end(), same_entry)) {
    return "the list of entries would change";
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string title = "\"" + printable(before[i].title) + "\"";
    const bool along = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
      return change.along && change.index == before[i].index;
    });
    if (others(loader, before[i], edits) != others(loader, after[i], edits)) {
      return "other parameters of " + title + " would change";
    }
    for (const ParameterEdit& edit : edits) {
      const auto was = boot::values_of(loader, before[i].parameters, edit.key);
      const auto now = boot::values_of(loader, after[i].parameters, edit.key);
      const auto wanted = [&](bool all) {
        std::vector<ParameterEdit> own;
        for (const ParameterEdit& other : edits) {
          if (loader.same_name(other.key, edit.key) &&
              (all || boot::selects(selector, other, before[i]))) {
            own.push_back(other);
          }
        }
        return boot::values_after(was, own, edit.key);
      };
      // What comes along comes along name by name.
      if (now == wanted(false) || (along && now == wanted(true))) continue;
      return edit.key + " in " + title + " would not be as asked for";
    }
  }
  return {};
}

}  // namespace

Result<void> check_edition(const boot::LoaderInUse& in_use, const system::Files& files,
                           const settings::Edition& edition, std::span<const ParameterEdit> edits,
                           const model::EntrySelector& selector) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::unsafe, "refused: after the edit " + why,
                edition.files.empty() ? std::string() : edition.files.front().path,
                "edit the file by hand; a report of this file would help");
  };
  std::map<std::string, std::string> contents;
  for (const model::FileEdit& file : edition.files) {
    contents[files.resolve(file.path).value_or(file.path)] = file.after;
  }
  const system::OverlayFiles edited(files, std::move(contents));
  const auto before = in_use.loader->entries(files, in_use.located);
  if (!before) return tl::make_unexpected(before.error());
  const auto after = in_use.loader->entries(edited, in_use.located);
  if (!after) return refuse(describe(after.error()));
  const std::string wrong =
      what_is_wrong(*in_use.loader, *before, *after, edition.entries, edits, selector);
  if (!wrong.empty()) return refuse(wrong);

  const auto again = in_use.loader->edit(edited, in_use.located, edits, selector);
  if (!again) return refuse(describe(again.error()));
  if (!again->files.empty()) return refuse("doing it a second time would change the file again");
  return {};
}

}  // namespace guestclock::change
