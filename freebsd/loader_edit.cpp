#include "freebsd/loader_edit.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "boot/parameter_line.h"
#include "system/overlay_files.h"

namespace guestclock::freebsd {
namespace {

constexpr std::size_t kEnvironmentLimit = 128;  ///< kenv(2): of a name, and of a value

using Contents = std::map<std::string, std::string>;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}

/// Why no loader of any release could carry the edit.
std::optional<std::string> why_not_carried(const model::ParameterEdit& edit) {
  if (edit.key == "exec") return "exec is a command of the loader's, no tunable";
  const ConfFile probe = parse_conf_file(edit.key + "=\"\"");
  if (probe.lines.size() != 1 || probe.lines.front().kind != ConfLine::Kind::assignment ||
      probe.lines.front().name != edit.key || probe.lines.front().doubtful ||
      edit.key.size() > kEnvironmentLimit) {
    return "\"" + printable(edit.key) + "\" is no tunable's name";
  }
  // A value to remove is only compared, never written.
  if (edit.values.empty() || boot::only_removes(edit)) return std::nullopt;
  if (edit.values.size() > 1) return edit.key + " can have one value only";
  if (!edit.values.front()) return edit.key + " needs a value";
  const std::string& value = *edit.values.front();
  if (value.size() > kEnvironmentLimit) {
    return "the value of " + edit.key + " is longer than 128 bytes";
  }
  if (value.find_first_of("\"\\$") != std::string::npos ||
      std::any_of(value.begin(), value.end(), is_control)) {
    return "the value of " + edit.key +
           " has a character that loader.conf cannot carry: " + printable(value);
  }
  return std::nullopt;
}

/// Whether a removal is about a tunable of this value.
bool removes_value(const model::ParameterEdit& edit, const std::string& value) {
  return edit.values.empty() ||
         std::find(edit.values.begin(), edit.values.end(), value) != edit.values.end();
}

std::string place(const SettingsFile& file, std::size_t line) {
  return file.path + ":" + std::to_string(line + 1);
}

/// One edit on the settings as they stand.
class TunableEdit {
 public:
  TunableEdit(LoaderSettings& settings, const model::ParameterEdit& edit)
      : settings_(settings), edit_(edit) {}

  Result<void> run() {
    if (auto clear = check_readable(); !clear) return clear;
    if (boot::only_removes(edit_)) return remove();
    if (edit_.values.empty()) return {};
    const std::string& value = *edit_.values.front();
    return edit_.action == model::ParameterEdit::Action::add ? add(value) : set(value);
  }

  [[nodiscard]] const std::vector<std::size_t>& touched() const { return touched_; }

 private:
  using Contenders = std::vector<const Assignment*>;

  /// Lines about this name must mean the same to every release, and on every machine.
  Result<void> check_readable() const {
    for (const SettingsFile& file : settings_.files) {
      if (!file.is_editable() && file.role != SettingsFile::Role::some_machines) continue;
      for (std::size_t i = 0; i < file.conf.lines.size(); ++i) {
        if (file.conf.lines[i].name != edit_.key) continue;
        if (auto clear = check_line(file, i); !clear) return clear;
      }
    }
    return {};
  }

  Result<void> check_line(const SettingsFile& file, std::size_t index) const {
    if (file.role == SettingsFile::Role::some_machines) {
      return fail(ErrorCode::unsafe,
                  edit_.key + " is set for some machines only (see product_vars)",
                  place(file, index), "edit the files of this product by hand");
    }
    const ConfLine& line = file.conf.lines[index];
    if (line.kind == ConfLine::Kind::malformed || line.doubtful) {
      return fail(ErrorCode::malformed, "FreeBSD releases read this line differently, or not",
                  place(file, index),
                  "write it as " + edit_.key + "=\"value\", without quotes behind it");
    }
    const std::size_t stop = settings_.first_unread(file);
    const bool goes_anyway = boot::only_removes(edit_) && edit_.values.empty();
    if (index < stop || goes_anyway) return {};
    return fail(ErrorCode::malformed, "the Forth loader stops reading here", place(file, stop),
                "correct the line by hand first");
  }

  static bool agree(const Contenders& contenders) {
    return std::all_of(contenders.begin(), contenders.end(), [&](const Assignment* one) {
      return one->value == contenders.front()->value;
    });
  }

  [[nodiscard]] tl::unexpected<Error> undecided(const Contenders& contenders) const {
    const Assignment& one = *contenders.front();
    const Assignment& other =
        **std::find_if(contenders.begin(), contenders.end(),
                       [&](const Assignment* candidate) { return candidate->value != one.value; });
    return fail(ErrorCode::unsafe,
                edit_.key + " is \"" + printable(one.value) + "\" here but \"" +
                    printable(other.value) + "\" in " + settings_.place(other) +
                    ", and the loader reads them in no order",
                settings_.place(one), "set it first, which writes to both files");
  }

  Result<void> remove() {
    const Contenders contenders = settings_.contenders(edit_.key);
    const auto wanted =
        std::count_if(contenders.begin(), contenders.end(),
                      [&](const Assignment* one) { return removes_value(edit_, one->value); });
    if (wanted == 0) return {};
    if (static_cast<std::size_t>(wanted) < contenders.size()) return undecided(contenders);
    for (std::size_t index = 0; index < settings_.files.size(); ++index) {
      SettingsFile& file = settings_.files[index];
      if (!file.is_editable()) continue;
      std::vector<ConfLine>& lines = file.conf.lines;
      for (std::size_t i = lines.size(); i-- > 0;) {
        if (lines[i].kind != ConfLine::Kind::assignment || lines[i].name != edit_.key) continue;
        // A file without a final newline stays one: see append().
        if (!lines[i].raw.ends_with('\n') && i > 0) lines[i - 1].raw.pop_back();
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i));
        touch(index);
      }
    }
    return {};
  }

  /// A tunable has one value: another one is not added to, and not overwritten unasked.
  Result<void> add(const std::string& value) {
    const Contenders contenders = settings_.contenders(edit_.key);
    if (contenders.empty() || !is_editable(*contenders.front())) return append(value);
    if (!agree(contenders)) return undecided(contenders);
    const Assignment& winner = *contenders.front();
    if (winner.value == value) return {};
    return fail(ErrorCode::unsafe,
                edit_.key + " has the value \"" + printable(winner.value) +
                    "\" already and can have one only",
                settings_.place(winner), "set it instead of adding to it");
  }

  Result<void> set(const std::string& value) {
    const Contenders contenders = settings_.contenders(edit_.key);
    if (contenders.empty() || !is_editable(*contenders.front())) return append(value);
    if (is_overridden(*contenders.front())) {
      return contenders.front()->value == value ? Result<void>() : append(value);
    }
    for (const Assignment* const one : contenders) {
      if (auto done = set_in(*one, value); !done) return done;
    }
    return {};
  }

  [[nodiscard]] bool is_editable(const Assignment& assignment) const {
    return settings_.files[assignment.file].is_editable();
  }

  /// device.hints belongs to the kernel's installation: what stands there is overridden in
  /// loader.conf, wherever that is read later.
  [[nodiscard]] bool is_overridden(const Assignment& assignment) const {
    const std::size_t conf = settings_.index_of(kLoaderConf);
    return settings_.files[assignment.file].role == SettingsFile::Role::hints &&
           conf > assignment.file && conf < settings_.files.size();
  }

  Result<void> set_in(const Assignment& assignment, const std::string& value) {
    if (assignment.value == value) return {};
    SettingsFile& file = settings_.files[assignment.file];
    ConfLine& line = file.conf.lines[assignment.line];
    line.raw.replace(line.value_begin, line.value_end - line.value_begin, "\"" + value + "\"");
    const ConfFile written = parse_conf_file(line.raw);
    if (written.lines.front().doubtful) {
      return fail(ErrorCode::malformed, "the comment has a quote, which old releases misread",
                  settings_.place(assignment), "take the quote out of the comment by hand first");
    }
    touch(assignment.file);
    return {};
  }

  Result<void> append(const std::string& value) {
    const std::size_t index = settings_.index_of(kLoaderConf);
    if (index == settings_.files.size()) {
      return fail(ErrorCode::unsupported, "this image's loader does not read it",
                  std::string(kLoaderConf), "see loader_conf_files in /boot/defaults/loader.conf");
    }
    // Behind what is there, but before a line that would keep the loader from reading it.
    const std::size_t at = settings_.first_unread(settings_.files[index]);
    std::vector<ConfLine>& lines = settings_.files[index].conf.lines;
    ConfLine line;
    line.raw = edit_.key + "=\"" + value + "\"\n";
    if (at == lines.size() && at > 0 && !lines.back().raw.ends_with('\n')) {
      lines.back().raw += '\n';
      line.raw.pop_back();
    }
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::move(line));
    touch(index);
    return {};
  }

  void touch(std::size_t index) {
    if (std::find(touched_.begin(), touched_.end(), index) == touched_.end()) {
      touched_.push_back(index);
    }
  }

  LoaderSettings& settings_;
  const model::ParameterEdit& edit_;
  std::vector<std::size_t> touched_;
};

/// The outcome must be what was asked for, whatever the files' order came to.
Result<void> check_outcome(const LoaderSettings& settings,
                           std::span<const model::ParameterEdit> edits) {
  for (const model::ParameterEdit& edit : edits) {
    if (!boot::only_removes(edit) && edit.values.empty()) continue;
    const auto contenders = settings.contenders(edit.key);
    const auto holds = [&](const Assignment* one) {
      if (!boot::only_removes(edit)) return one->value == *edit.values.front();
      return !settings.files[one->file].is_editable() || !removes_value(edit, one->value);
    };
    const auto wrong = std::find_if_not(contenders.begin(), contenders.end(), holds);
    const bool missing = contenders.empty() && !boot::only_removes(edit);
    if (wrong == contenders.end() && !missing) continue;
    return fail(ErrorCode::unsafe, edit.key + " would not come out as asked for",
                missing ? std::string(kLoaderConf) : settings.place(**wrong));
  }
  return {};
}

/// Who else has a say about what was edited.
std::vector<std::string> other_voices(const LoaderSettings& settings,
                                      std::span<const model::ParameterEdit> edits) {
  std::vector<std::string> warnings;
  for (const SettingsFile& file : settings.files) {
    if (file.role == SettingsFile::Role::lua && file.exists) {
      warnings.push_back(file.path + " is Lua code: it is not read here, and may set more");
    }
    const bool used_up = file.bytes.starts_with("nextboot_enable=\"NO\"");
    if (file.role != SettingsFile::Role::next_boot || used_up) continue;
    for (std::size_t i = 0; i < file.conf.lines.size(); ++i) {
      for (const model::ParameterEdit& edit : edits) {
        if (file.conf.lines[i].name != edit.key) continue;
        warnings.push_back(place(file, i) + " sets " + edit.key + " for the next boot only");
      }
    }
  }
  for (const model::ParameterEdit& edit : edits) {
    const auto contenders = settings.contenders(edit.key);
    if (contenders.size() < 2) continue;
    warnings.push_back(edit.key + " is set in " + settings.place(*contenders[0]) + " and in " +
                       settings.place(*contenders[1]) + ", which the loader reads in no order");
  }
  return warnings;
}

}  // namespace

Result<LoaderSettings> settings_with(const system::Files& files, const Contents& contents) {
  std::map<std::string, std::string> resolved;
  for (const auto& [path, bytes] : contents) {
    resolved[files.resolve(path).value_or(path)] = bytes;
  }
  return read_loader_settings(system::OverlayFiles(files, std::move(resolved)));
}

Result<TunableEdition> edit_tunables(const system::Files& files,
                                     std::span<const model::ParameterEdit> edits) {
  TunableEdition edition;
  std::map<std::string, std::string> names;  // a file that is reached by two paths goes by one
  for (const model::ParameterEdit& edit : edits) {
    const auto same = [&](const model::ParameterEdit& other) { return other.key == edit.key; };
    if (std::count_if(edits.begin(), edits.end(), same) > 1) {
      return fail(ErrorCode::unsafe, edit.key + " is given twice", std::string(kLoaderConf));
    }
    if (auto why = why_not_carried(edit)) {
      return fail(ErrorCode::unsafe, *why, std::string(kLoaderConf));
    }
    auto settings = settings_with(files, edition.contents);
    if (!settings) return tl::make_unexpected(settings.error());
    TunableEdit one(*settings, edit);
    if (auto done = one.run(); !done) return tl::make_unexpected(done.error());
    for (const std::size_t index : one.touched()) {
      const SettingsFile& file = settings->files[index];
      const std::string resolved = files.resolve(file.path).value_or(file.path);
      const std::string& name = names.emplace(resolved, file.path).first->second;
      edition.contents[name] = file.conf.print();
    }
  }
  const auto settings = settings_with(files, edition.contents);
  if (!settings) return tl::make_unexpected(settings.error());
  if (auto holds = check_outcome(*settings, edits); !holds) {
    return tl::make_unexpected(holds.error());
  }
  if (!edition.contents.empty()) edition.warnings = other_voices(*settings, edits);
  return edition;
}

}  // namespace guestclock::freebsd
