#include "change/parameter_inverse.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "change/edition_check.h"
#include "model/kernel_parameters.h"
#include "system/overlay_files.h"

namespace guestclock::change {
namespace {

using model::BootEntry;
using Values = std::vector<std::optional<std::string>>;

/// The loader's view of a machine on which the file holds `bytes`.
class View {
 public:
  View(const boot::BootLoader& loader, const system::Files& files, const std::string& path,
       const std::string& bytes)
      : files_(files, {{path, bytes}}) {
    if (auto located = loader.locate(files_, {})) in_use_ = {&loader, std::move(*located)};
  }

  [[nodiscard]] Result<std::vector<BootEntry>> entries() const {
    if (in_use_.loader == nullptr) {
      return fail(ErrorCode::conflict, "its boot loader is not in use any more");
    }
    return in_use_.loader->entries(files_, in_use_.located);
  }
  /// The file's bytes after the edits of one entry.
  [[nodiscard]] Result<std::string> edited(const std::string& path, const std::string& bytes,
                                           std::span<const model::ParameterEdit> edits,
                                           std::int64_t index) const {
    const model::EntrySelector selector{model::EntrySelector::Kind::index, index, ""};
    const auto edition = in_use_.loader->edit(files_, in_use_.located, edits, selector);
    if (!edition) return tl::make_unexpected(edition.error());
    auto checked = check_edition(in_use_, files_, *edition, edits, selector);
    if (!checked) return tl::make_unexpected(checked.error());
    if (edition->files.empty()) return bytes;
    if (edition->files.size() > 1 || files_.resolve(edition->files.front().path) != path) {
      return fail(ErrorCode::conflict, "other files would have to change as well", path);
    }
    return edition->files.front().after;
  }

 private:
  system::OverlayFiles files_;
  boot::LoaderInUse in_use_;
};

/// An entry that the transaction changed: the old and the new values by parameter.
struct ChangedEntry {
  const BootEntry* entry = nullptr;
  std::map<std::string, std::pair<Values, Values>> values;
};

std::vector<ChangedEntry> changed_entries(const std::vector<BootEntry>& before,
                                          const std::vector<BootEntry>& after) {
  std::vector<ChangedEntry> changed;
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    ChangedEntry one;
    one.entry = &after[i];
    for (const BootEntry* side : {&before[i], &after[i]}) {
      for (const std::string& token : side->parameters) {
        const std::string key(model::parameter_key(token));
        auto old = model::parameter_values(before[i].parameters, key);
        auto made = model::parameter_values(after[i].parameters, key);
        if (old != made) one.values[key] = {std::move(old), std::move(made)};
      }
    }
    if (!one.values.empty()) changed.push_back(std::move(one));
  }
  return changed;
}

bool same_entry(const BootEntry& a, const BootEntry& b) {
  return a.title == b.title && a.kernel == b.kernel;
}

/// The edits that give an entry its old values back.
Result<std::vector<model::ParameterEdit>> edits_back(const ChangedEntry& changed,
                                                     const BootEntry& now) {
  std::vector<model::ParameterEdit> edits;
  for (const auto& [key, values] : changed.values) {
    const auto& [old, made] = values;
    const Values current = model::parameter_values(now.parameters, key);
    if (current == old) continue;
    if (current != made) {
      return fail(ErrorCode::conflict,
                  key + " of \"" + printable(now.title) + "\" has been changed again since");
    }
    edits.push_back(
        {key, old, "",
         old.empty() ? model::ParameterEdit::Action::remove : model::ParameterEdit::Action::set});
  }
  return edits;
}

/// Entries that were not there and carry parameters of ours.
std::vector<std::string> copies(const std::vector<ChangedEntry>& changed,
                                const std::vector<BootEntry>& after,
                                const std::vector<BootEntry>& now) {
  std::vector<std::string> found;
  for (const BootEntry& entry : now) {
    const bool known = std::any_of(after.begin(), after.end(),
                                   [&](const BootEntry& one) { return same_entry(one, entry); });
    if (known) continue;
    std::string tokens;
    for (const auto& [key, values] : changed.front().values) {
      const auto& [old, made] = values;
      if (made.empty() || model::parameter_values(entry.parameters, key) != made) continue;
      for (const auto& value : made)
        tokens += (tokens.empty() ? "" : " ") + model::parameter_token(key, value);
    }
    if (tokens.empty()) continue;
    found.push_back(entry.file + ": \"" + printable(entry.title) + "\" came since and still has " +
                    tokens + "; guestclock params set --unset takes it off");
  }
  return found;
}

}  // namespace

Result<ParameterInverse> take_back_parameters(const boot::BootLoader& loader,
                                              const system::Files& files, const ChangedFile& file) {
  const auto before = View(loader, files, file.resolved, file.before).entries();
  if (!before) return tl::make_unexpected(before.error());
  const auto after = View(loader, files, file.resolved, file.after).entries();
  if (!after) return tl::make_unexpected(after.error());
  const std::vector<ChangedEntry> changed = changed_entries(*before, *after);
  if (changed.empty() || before->size() != after->size()) {
    return fail(ErrorCode::conflict, "more than parameters was changed", file.resolved);
  }
  ParameterInverse inverse;
  inverse.bytes = file.now;
  for (const ChangedEntry& one : changed) {
    const View view(loader, files, file.resolved, inverse.bytes);
    const auto entries = view.entries();
    if (!entries) return tl::make_unexpected(entries.error());
    const auto is_it = [&](const BootEntry& entry) { return same_entry(entry, *one.entry); };
    const auto found = std::find_if(entries->begin(), entries->end(), is_it);
    if (found == entries->end()) continue;  // it has gone, and our change with it
    if (std::count_if(entries->begin(), entries->end(), is_it) > 1) {
      return fail(ErrorCode::conflict,
                  "the entry \"" + printable(found->title) + "\" is there more than once",
                  file.resolved);
    }
    const auto edits = edits_back(one, *found);
    if (!edits) return tl::make_unexpected(edits.error());
    if (edits->empty()) continue;
    auto bytes = view.edited(file.resolved, inverse.bytes, *edits, found->index);
    if (!bytes) return tl::make_unexpected(bytes.error());
    inverse.bytes = std::move(*bytes);
  }
  const auto now = View(loader, files, file.resolved, inverse.bytes).entries();
  if (!now) return tl::make_unexpected(now.error());
  inverse.left = copies(changed, *after, *now);
  return inverse;
}

}  // namespace guestclock::change
