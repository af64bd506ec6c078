#include "grub/automagic_edit.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "boot/entry_selection.h"
#include "boot/parameter_line.h"
#include "grub/debian_automagic.h"
#include "model/kernel_parameters.h"

namespace guestclock::grub {
namespace {

using model::ParameterEdit;
using Action = ParameterEdit::Action;
using Kind = model::EntrySelector::Kind;
using Edits = std::vector<ParameterEdit>;
using Settings = std::vector<AutomagicSetting>;
/// Edits by index of the setting.
using SettingEdits = std::map<std::size_t, Edits>;

/// An entry of the block that starts Linux.
struct Generated {
  std::size_t entry = 0;
  AutomagicOrigin origin;
};

std::vector<Generated> generated_entries(const LegacyMenu& menu, const Settings& settings,
                                         std::span<const model::BootEntry> entries) {
  std::vector<Generated> generated;
  for (std::size_t i = 0; i < menu.entries.size(); ++i) {
    const LegacyEntry& entry = menu.entries[i];
    if (!entry.linux || !menu.lines[entry.linux->line].in_automagic) continue;
    generated.push_back({i, automagic_origin(settings, menu, entry, entries[i])});
  }
  return generated;
}

/// A splice of the setting's text as one of the menu's bytes.
boot::TextSplice in_menu(const AutomagicSetting& setting, boot::TextSplice splice) {
  std::size_t offset = 0;  // of the piece, in the text
  auto piece = setting.pieces.begin();
  while (offset + (piece->end - piece->begin) < splice.begin) {
    offset += piece->end - piece->begin + 1;
    ++piece;
  }
  if (piece->begin == piece->end && splice.text.starts_with(' ')) splice.text.erase(0, 1);
  splice.begin += piece->begin - offset;
  splice.end += piece->begin - offset;
  return splice;
}

std::string spliced(const std::string& bytes, const Settings& settings, const SettingEdits& edits) {
  std::vector<boot::TextSplice> splices;
  for (const auto& [index, own] : edits) {
    for (boot::TextSplice& splice : boot::parameter_splices(settings[index].text, own))
      splices.push_back(in_menu(settings[index], std::move(splice)));
  }
  std::sort(splices.begin(), splices.end(),
            [](const auto& a, const auto& b) { return a.begin < b.begin; });
  return boot::apply_splices(bytes, splices);
}

std::string place_of(std::string_view file, const AutomagicSetting& setting) {
  return std::string(file) + ":" + std::to_string(setting.line);
}

/// Whether update-grub hands on what the edits write there.
Result<void> check_setting(const AutomagicSetting& setting, std::span<const ParameterEdit> edits,
                           std::string_view file) {
  for (const ParameterEdit& edit : edits) {
    if (boot::only_removes(edit)) continue;
    for (const auto& value : edit.values) {
      const auto why = why_not_in_setting(setting.name, model::parameter_token(edit.key, value));
      if (why) return fail(ErrorCode::unsafe, *why, place_of(file, setting));
    }
  }
  return {};
}

/// Distributes edits among the settings.
class Division {
 public:
  Division(const Settings& settings, std::span<const Generated> generated,
           std::span<const model::BootEntry> entries, const model::EntrySelector& selector,
           std::string_view file)
      : settings_(settings),
        generated_(generated),
        entries_(entries),
        selector_(selector),
        file_(file) {}

  /// Of each edit, why the settings do not have it; empty where they do.
  Result<std::vector<std::string>> run(std::span<const ParameterEdit> edits) {
    std::vector<std::string> reasons;
    for (const ParameterEdit& edit : edits) {
      auto reason = divide(edit);
      if (!reason) return tl::make_unexpected(reason.error());
      reasons.push_back(std::move(*reason));
    }
    return reasons;
  }
  [[nodiscard]] const SettingEdits& accepted() const { return accepted_; }

 private:
  /// What the entries that an edit touches come from, and the settings they lack.
  struct Targets {
    std::set<std::size_t> common;
    std::set<std::size_t> own;
    std::string no_common;
    std::string no_own;
  };
  struct Parts {
    std::optional<ParameterEdit> common;
    std::optional<ParameterEdit> own;
  };

  Result<std::string> divide(const ParameterEdit& edit) {
    std::vector<const Generated*> touched;
    for (const Generated& generated : generated_) {
      if (boot::selects(selector_, edit, entries_[generated.entry])) touched.push_back(&generated);
    }
    if (touched.empty()) return std::string();
    if (selector_.kind == Kind::index || selector_.kind == Kind::kernel_path) {
      return std::string("its settings are for all entries alike; --entries default or all ") +
             "changes them as well";
    }
    const Targets targets = targets_of(touched, edit);
    const Parts parts = parts_of(targets, edit);
    for (const auto& [part, missing] :
         {std::pair{&parts.common, &targets.no_common}, std::pair{&parts.own, &targets.no_own}}) {
      if (*part && !boot::only_removes(**part) && !missing->empty()) {
        return "there is no \"# " + *missing + "=\" line that it reads";
      }
    }
    SettingEdits wanted;
    for (const auto& [part, indexes] :
         {std::pair{&parts.common, &targets.common}, std::pair{&parts.own, &targets.own}}) {
      if (!*part) continue;
      for (const std::size_t index : *indexes)
        wanted[index].push_back(**part);
    }
    return accept(wanted);
  }

  [[nodiscard]] Targets targets_of(const std::vector<const Generated*>& touched,
                                   const ParameterEdit& edit) const {
    Targets targets;
    for (const Generated* generated : touched) {
      const AutomagicOrigin& origin = generated->origin;
      if (origin.common) targets.common.insert(*origin.common);
      if (!origin.common) targets.no_common = "kopt";
      targets.own.insert(origin.own.begin(), origin.own.end());
      if (origin.own.empty()) targets.no_own = origin.own_name;
    }
    const bool every = selector_.kind == Kind::all ||
                       (selector_.kind == Kind::automatic && boot::only_removes(edit));
    if (!every) return targets;
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      if (settings_[i].name == "kopt") targets.common.insert(i);  // for kernels to come
    }
    return targets;
  }

  [[nodiscard]] Parts parts_of(const Targets& targets, const ParameterEdit& edit) const {
    if (boot::only_removes(edit)) return {edit, edit};
    const bool all = selector_.kind == Kind::all;
    if (edit.action == Action::set) {
      const bool there =
          std::any_of(targets.common.begin(), targets.common.end(),
                      [&](std::size_t index) { return !values_in(index, edit.key).empty(); });
      if (!all && !there) return {std::nullopt, edit};
      return {edit, ParameterEdit{edit.key, {}, edit.rule, Action::remove}};
    }
    ParameterEdit rest = edit;
    rest.values = values_to_add(targets.common, edit);
    if (rest.values.empty()) return {};
    if (!all) return {std::nullopt, rest};
    // It moves there where it stood in the other one.
    return {rest, ParameterEdit{edit.key, rest.values, edit.rule, Action::remove}};
  }

  [[nodiscard]] std::vector<std::optional<std::string>> values_in(std::size_t index,
                                                                  std::string_view key) const {
    return model::parameter_values(model::split_parameters(settings_[index].text), key);
  }

  /// Of an edit that adds, the values that not all of these settings have.
  [[nodiscard]] std::vector<std::optional<std::string>> values_to_add(
      const std::set<std::size_t>& common, const ParameterEdit& edit) const {
    std::vector<std::optional<std::string>> rest;
    for (const auto& value : edit.values) {
      const auto has = [&](std::size_t index) {
        const auto values = values_in(index, edit.key);
        return std::find(values.begin(), values.end(), value) != values.end();
      };
      if (common.empty() || !std::all_of(common.begin(), common.end(), has)) rest.push_back(value);
    }
    return rest;
  }

  /// All of an edit, or nothing of it and the reason.
  Result<std::string> accept(const SettingEdits& wanted) {
    SettingEdits next = accepted_;
    for (const auto& [index, edits] : wanted) {
      const AutomagicSetting& setting = settings_[index];
      Edits& own = next[index];
      const std::string before = boot::edit_parameters(setting.text, own);
      own.insert(own.end(), edits.begin(), edits.end());
      const std::string after = boot::edit_parameters(setting.text, own);
      if (after == before) continue;
      if (auto checked = check_setting(setting, edits, file_); !checked) {
        return tl::make_unexpected(checked.error());
      }
      for (const std::string_view text :
           {std::string_view(setting.text), std::string_view(after)}) {
        if (const auto why = why_no_setting(setting, text)) {
          return "\"" + printable(setting.shown()) + "\" in line " + std::to_string(setting.line) +
                 " cannot have it: " + *why;
        }
      }
    }
    accepted_ = std::move(next);
    return std::string();
  }

  const Settings& settings_;
  std::span<const Generated> generated_;
  std::span<const model::BootEntry> entries_;
  const model::EntrySelector& selector_;
  std::string_view file_;
  SettingEdits accepted_;
};

/// What an edit asks for: tokens, or "no NAME" for a removal.
std::vector<std::string> wanted_tokens(const ParameterEdit& edit) {
  if (edit.values.empty()) return {"no " + edit.key};
  std::vector<std::string> tokens;
  for (const auto& value : edit.values) {
    tokens.push_back((boot::only_removes(edit) ? "no " : "") +
                     model::parameter_token(edit.key, value));
  }
  return tokens;
}

void add_each(const std::vector<std::string>& from, std::vector<std::string>& to) {
  for (const std::string& one : from) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
  }
}

/// The values of a name that update-grub gives an entry.
std::vector<std::optional<std::string>> generated_values(const Settings& settings,
                                                         const AutomagicOrigin& origin,
                                                         std::string_view key) {
  return model::parameter_values(generated_parameters(settings, origin), key);
}

bool same_settings(const Settings& a, const Settings& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.shown() == other.shown() && one.text == other.text;
  });
}

}  // namespace

Result<AutomagicEdition> edit_automagic(const LegacyMenu& menu, std::string_view bytes_before,
                                        std::span<const model::BootEntry> entries,
                                        std::span<const ParameterEdit> edits,
                                        const model::EntrySelector& selector,
                                        std::string_view file) {
  AutomagicEdition edition;
  edition.bytes = menu.print();
  const bool maintained = std::any_of(menu.lines.begin(), menu.lines.end(),
                                      [](const LegacyLine& line) { return line.in_automagic; });
  if (!maintained) return edition;
  const Settings before = automagic_settings(menu);
  if (!same_settings(before, automagic_settings(parse_legacy_menu(bytes_before)))) {
    return fail(ErrorCode::malformed, "a command goes on in the settings of update-grub",
                std::string(file), "take the backslash off the end of that line");
  }
  const std::vector<Generated> generated = generated_entries(menu, before, entries);
  if (generated.empty()) return edition;
  Division division(before, generated, entries, selector, file);
  const auto reasons = division.run(edits);
  if (!reasons) return tl::make_unexpected(reasons.error());
  edition.bytes = spliced(edition.bytes, before, division.accepted());
  const Settings after = automagic_settings(parse_legacy_menu(edition.bytes));

  std::map<std::string, std::vector<std::string>> undone;  // by reason
  std::vector<std::string> along;
  std::set<std::size_t> entries_along;
  for (const Generated& one : generated) {
    const model::BootEntry& entry = entries[one.entry];
    Edits own;
    for (const ParameterEdit& edit : edits) {
      if (boot::selects(selector, edit, entry)) own.push_back(edit);
    }
    for (std::size_t i = 0; i < edits.size(); ++i) {
      const ParameterEdit& edit = edits[i];
      const auto made = generated_values(after, one.origin, edit.key);
      if (!boot::selects(selector, edit, entry)) {
        if (made == generated_values(before, one.origin, edit.key)) continue;
        entries_along.insert(one.entry);
        add_each(wanted_tokens(edit), along);
      } else if (boot::values_after(made, own, edit.key) != made) {
        const std::string& reason = (*reasons)[i];
        add_each(wanted_tokens(edit),
                 undone[reason.empty() ? "its settings are shared with other entries" : reason]);
      }
    }
  }
  for (const auto& [reason, tokens] : undone) {
    edition.pending.push_back(std::string(file) +
                              ": the next update-grub run overwrites these lines: " +
                              join(tokens, " ") + " (" + reason + ")");
  }
  if (!entries_along.empty()) {
    const std::size_t count = entries_along.size();
    edition.warnings.push_back(
        std::string(file) + ": the settings of update-grub are shared: its next run changes " +
        std::to_string(count) + (count == 1 ? " more entry" : " more entries") +
        " as well: " + join(along, " "));
  }
  return edition;
}

Result<std::string> edit_setting(const LegacyMenu& menu, std::size_t setting,
                                 std::span<const ParameterEdit> edits, std::string_view file) {
  const Settings settings = automagic_settings(menu);
  const AutomagicSetting& one = settings.at(setting);
  const Edits own(edits.begin(), edits.end());
  if (auto checked = check_setting(one, own, file); !checked) {
    return tl::make_unexpected(checked.error());
  }
  const std::string after = boot::edit_parameters(one.text, edits);
  for (const std::string_view text : {std::string_view(one.text), std::string_view(after)}) {
    if (const auto why = why_no_setting(one, text)) {
      return fail(ErrorCode::unsafe, "\"" + printable(one.shown()) + "\" cannot be edited: " + *why,
                  place_of(file, one));
    }
  }
  return spliced(menu.print(), settings, {{setting, own}});
}

}  // namespace guestclock::grub
