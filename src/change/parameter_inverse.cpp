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

/// What of a file holds parameters.
enum class Kind { entry, source };

/// The loader's view of a machine on which the file holds `bytes`.
class View {
 public:
  View(const boot::BootLoader& loader, const system::Files& files, const std::string& path,
       const std::string& bytes)
      : files_(files, {{path, bytes}}) {
    if (auto located = loader.locate(files_, {})) in_use_ = {&loader, std::move(*located)};
  }

  [[nodiscard]] Result<std::vector<BootEntry>> list(Kind kind) const {
    if (in_use_.loader == nullptr) {
      return fail(ErrorCode::conflict, "its boot loader is not in use any more");
    }
    return kind == Kind::entry ? in_use_.loader->entries(files_, in_use_.located)
                               : in_use_.loader->sources(files_, in_use_.located);
  }
  /// The file's bytes after the edits of one entry or source.
  [[nodiscard]] Result<std::string> edited(Kind kind, const std::string& path,
                                           const std::string& bytes,
                                           std::span<const model::ParameterEdit> edits,
                                           std::int64_t index) const {
    const auto edition = kind == Kind::entry
                             ? edited_entry(edits, index)
                             : in_use_.loader->edit_source(files_, in_use_.located, edits, index);
    if (!edition) return tl::make_unexpected(edition.error());
    if (edition->files.empty()) return bytes;
    if (edition->files.size() > 1 || files_.resolve(edition->files.front().path) != path) {
      return fail(ErrorCode::conflict, "other files would have to change as well", path);
    }
    return edition->files.front().after;
  }

 private:
  [[nodiscard]] Result<settings::Edition> edited_entry(std::span<const model::ParameterEdit> edits,
                                                       std::int64_t index) const {
    const model::EntrySelector selector{model::EntrySelector::Kind::index, index, ""};
    auto edition = in_use_.loader->edit(files_, in_use_.located, edits, selector);
    if (!edition) return edition;
    auto checked = check_edition(in_use_, files_, *edition, edits, selector);
    if (!checked) return tl::make_unexpected(checked.error());
    return edition;
  }

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

/// Entries that were not there, or had not our parameters, and carry them now.
std::vector<std::string> copies(const std::vector<ChangedEntry>& changed,
                                const std::vector<BootEntry>& after,
                                const std::vector<BootEntry>& now) {
  std::vector<std::string> found;
  if (changed.empty()) return found;
  for (const BootEntry& entry : now) {
    const auto known = std::find_if(after.begin(), after.end(),
                                    [&](const BootEntry& one) { return same_entry(one, entry); });
    std::string tokens;
    for (const auto& [key, values] : changed.front().values) {
      const auto& [old, made] = values;
      if (made.empty() || model::parameter_values(entry.parameters, key) != made) continue;
      if (known != after.end() && model::parameter_values(known->parameters, key) == made) continue;
      for (const auto& value : made)
        tokens += (tokens.empty() ? "" : " ") + model::parameter_token(key, value);
    }
    if (tokens.empty()) continue;
    found.push_back(entry.file + ": \"" + printable(entry.title) +
                    (known == after.end() ? "\" came since and still has " : "\" has got ") +
                    tokens + (known == after.end() ? "" : " since") +
                    "; guestclock params set --unset takes it off");
  }
  return found;
}

/// The file's states as one kind of lines shows them.
struct History {
  std::vector<BootEntry> after;
  std::vector<ChangedEntry> changed;  ///< pointers into `after`
};

Result<History> history(Kind kind, const boot::BootLoader& loader, const system::Files& files,
                        const ChangedFile& file) {
  const auto before = View(loader, files, file.resolved, file.before).list(kind);
  if (!before) return tl::make_unexpected(before.error());
  auto after = View(loader, files, file.resolved, file.after).list(kind);
  if (!after) return tl::make_unexpected(after.error());
  if (before->size() != after->size()) {
    return fail(ErrorCode::conflict, "more than parameters was changed", file.resolved);
  }
  History history;
  history.after = std::move(*after);
  history.changed = changed_entries(*before, history.after);
  return history;
}

/// `bytes` with the old values in every line of that kind which we changed.
Result<std::string> take_back(Kind kind, const History& history, const boot::BootLoader& loader,
                              const system::Files& files, const std::string& path,
                              std::string bytes) {
  for (const ChangedEntry& one : history.changed) {
    const View view(loader, files, path, bytes);
    const auto entries = view.list(kind);
    if (!entries) return tl::make_unexpected(entries.error());
    const auto is_it = [&](const BootEntry& entry) { return same_entry(entry, *one.entry); };
    const auto found = std::find_if(entries->begin(), entries->end(), is_it);
    if (found == entries->end()) continue;  // it has gone, and our change with it
    if (std::count_if(entries->begin(), entries->end(), is_it) > 1) {
      return fail(ErrorCode::conflict,
                  "the entry \"" + printable(found->title) + "\" is there more than once", path);
    }
    const auto edits = edits_back(one, *found);
    if (!edits) return tl::make_unexpected(edits.error());
    if (edits->empty()) continue;
    auto edited = view.edited(kind, path, bytes, *edits, found->index);
    if (!edited) return edited;
    bytes = std::move(*edited);
  }
  return bytes;
}

}  // namespace

Result<ParameterInverse> take_back_parameters(const boot::BootLoader& loader,
                                              const system::Files& files, const ChangedFile& file) {
  ParameterInverse inverse;
  inverse.bytes = file.now;
  bool parameters = false;
  for (const Kind kind : {Kind::entry, Kind::source}) {
    const auto states = history(kind, loader, files, file);
    if (!states) return tl::make_unexpected(states.error());
    parameters = parameters || !states->changed.empty();
    auto bytes = take_back(kind, *states, loader, files, file.resolved, std::move(inverse.bytes));
    if (!bytes) return tl::make_unexpected(bytes.error());
    inverse.bytes = std::move(*bytes);
    if (kind == Kind::source) continue;
    const auto now = View(loader, files, file.resolved, inverse.bytes).list(kind);
    if (!now) return tl::make_unexpected(now.error());
    inverse.left = copies(states->changed, states->after, *now);
  }
  if (!parameters) {
    return fail(ErrorCode::conflict, "more than parameters was changed", file.resolved);
  }
  return inverse;
}

}  // namespace guestclock::change
