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
  const ConfFile probe = parse_conf_file(edit.key + "=\"\"");
  if (probe.lines.size() != 1 || probe.lines.front().name != edit.key ||
      probe.lines.front().doubtful || edit.key.size() > kEnvironmentLimit) {
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
  TunableEdit(LoaderSettings& settings, const model::ParameterEdit& edit, bool forth)
      : settings_(settings), edit_(edit), forth_(forth) {}

  Result<void> run() {
    if (auto clear = check_readable(); !clear) return clear;
    if (boot::only_removes(edit_)) return remove();
    if (edit_.values.empty()) return {};
    const std::string& value = *edit_.values.front();
    return edit_.action == model::ParameterEdit::Action::add ? add(value) : set(value);
  }

  [[nodiscard]] const std::vector<std::size_t>& touched() const { return touched_; }

 private:
  /// Lines about this name must mean the same to every release.
  Result<void> check_readable() {
    for (const SettingsFile& file : settings_.files) {
      if (file.role == SettingsFile::Role::defaults) continue;
      for (std::size_t i = 0; i < file.conf.lines.size(); ++i) {
        const ConfLine& line = file.conf.lines[i];
        if (line.name != edit_.key) continue;
        if (line.kind != ConfLine::Kind::malformed && !line.doubtful) continue;
        return fail(ErrorCode::malformed, "FreeBSD releases read this line differently, or not",
                    place(file, i), "write it as " + edit_.key + "=\"value\"");
      }
    }
    return {};
  }

  Result<void> remove() {
    const Assignment* const winner = settings_.effective(edit_.key);
    if (winner == nullptr || !removes_value(edit_, winner->value)) return {};
    for (std::size_t index = 0; index < settings_.files.size(); ++index) {
      SettingsFile& file = settings_.files[index];
      if (file.role == SettingsFile::Role::defaults) continue;
      std::vector<ConfLine>& lines = file.conf.lines;
      for (std::size_t i = lines.size(); i-- > 0;) {
        if (lines[i].kind != ConfLine::Kind::assignment || lines[i].name != edit_.key) continue;
        if (file.role == SettingsFile::Role::hints) {
          return fail(ErrorCode::unsafe, edit_.key + " is set where only hints belong",
                      place(file, i), "remove the line by hand");
        }
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
    const Assignment* const winner = settings_.effective(edit_.key);
    if (winner == nullptr) return append(value);
    const SettingsFile& file = settings_.files[winner->file];
    if (file.role == SettingsFile::Role::defaults) return append(value);
    if (winner->value != value) {
      return fail(ErrorCode::unsafe,
                  edit_.key + " has the value \"" + printable(winner->value) +
                      "\" already and can have one only",
                  place(file, winner->line), "set it instead of adding to it");
    }
    return file.role == SettingsFile::Role::hints ? set(value) : Result<void>();
  }

  Result<void> set(const std::string& value) {
    const Assignment* const winner = settings_.effective(edit_.key);
    if (winner == nullptr || settings_.files[winner->file].role != SettingsFile::Role::own) {
      return append(value);
    }
    const std::string& directory = settings_.files[winner->file].directory;
    for (std::size_t index = 0; index < settings_.files.size(); ++index) {
      // The loader reads a directory in no order: every file of it may be the last one.
      const bool rival = !directory.empty() && settings_.files[index].directory == directory;
      if (index != winner->file && !rival) continue;
      if (auto done = set_in(index, value); !done) return done;
    }
    return {};
  }

  Result<void> set_in(std::size_t index, const std::string& value) {
    const auto last = std::find_if(
        settings_.assignments.rbegin(), settings_.assignments.rend(),
        [&](const Assignment& one) { return one.file == index && one.name == edit_.key; });
    if (last == settings_.assignments.rend()) return {};
    SettingsFile& file = settings_.files[index];
    const std::size_t bad = first_stop(file);
    if (bad < last->line) {
      return fail(ErrorCode::malformed, "the Forth loader stops reading here", place(file, bad),
                  "correct the line by hand first");
    }
    if (last->value == value) return {};
    ConfLine& line = file.conf.lines[last->line];
    line.raw.replace(line.value_begin, line.value_end - line.value_begin, "\"" + value + "\"");
    touch(index);
    return {};
  }

  Result<void> append(const std::string& value) {
    const std::size_t index = settings_.index_of(kLoaderConf);
    if (index == settings_.files.size()) {
      return fail(ErrorCode::unsupported, "this image's loader does not read it",
                  std::string(kLoaderConf), "see loader_conf_files in /boot/defaults/loader.conf");
    }
    std::vector<ConfLine>& lines = settings_.files[index].conf.lines;
    const std::size_t at = std::min(first_stop(settings_.files[index]), lines.size());
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

  /// Index of the line where the Forth loader stops; behind every line where it reads them all.
  [[nodiscard]] std::size_t first_stop(const SettingsFile& file) const {
    const std::vector<ConfLine>& lines = file.conf.lines;
    if (!forth_) return lines.size();
    const auto stop = std::find_if(lines.begin(), lines.end(), [](const ConfLine& line) {
      return line.kind == ConfLine::Kind::malformed;
    });
    return static_cast<std::size_t>(stop - lines.begin());
  }

  void touch(std::size_t index) {
    if (std::find(touched_.begin(), touched_.end(), index) == touched_.end()) {
      touched_.push_back(index);
    }
  }

  LoaderSettings& settings_;
  const model::ParameterEdit& edit_;
  bool forth_;
  std::vector<std::size_t> touched_;
};

/// The outcome must be what was asked for, whatever the files' order came to.
Result<void> check_outcome(const LoaderSettings& settings,
                           std::span<const model::ParameterEdit> edits) {
  for (const model::ParameterEdit& edit : edits) {
    const Assignment* const effective = settings.effective(edit.key);
    const bool set_by_us = effective != nullptr &&
                           settings.files[effective->file].role != SettingsFile::Role::defaults;
    const bool holds = boot::only_removes(edit)
                           ? !set_by_us || !removes_value(edit, effective->value)
                           : edit.values.empty() ||
                                 (effective != nullptr && effective->value == *edit.values.front());
    if (holds) continue;
    return fail(ErrorCode::unsafe, edit.key + " would not come out as asked for",
                effective == nullptr ? std::string(kLoaderConf)
                                     : place(settings.files[effective->file], effective->line));
  }
  return {};
}

}  // namespace

Result<LoaderSettings> settings_with(const system::Files& files, const Contents& contents) {
  std::map<std::string, std::string> resolved;
  for (const auto& [path, bytes] : contents) {
    resolved[files.resolve(path).value_or(path)] = bytes;
  }
  return read_loader_settings(system::OverlayFiles(files, std::move(resolved)));
}

Result<Contents> edit_tunables(const system::Files& files,
                               std::span<const model::ParameterEdit> edits) {
  const bool forth = !files.exists("/boot/lua");
  Contents contents;
  for (const model::ParameterEdit& edit : edits) {
    const auto same = [&](const model::ParameterEdit& other) { return other.key == edit.key; };
    if (std::count_if(edits.begin(), edits.end(), same) > 1) {
      return fail(ErrorCode::unsafe, edit.key + " is given twice", std::string(kLoaderConf));
    }
    if (auto why = why_not_carried(edit)) {
      return fail(ErrorCode::unsafe, *why, std::string(kLoaderConf));
    }
    auto settings = settings_with(files, contents);
    if (!settings) return tl::make_unexpected(settings.error());
    TunableEdit one(*settings, edit, forth);
    if (auto done = one.run(); !done) return tl::make_unexpected(done.error());
    for (const std::size_t index : one.touched()) {
      contents[settings->files[index].path] = settings->files[index].conf.print();
    }
  }
  const auto settings = settings_with(files, contents);
  if (!settings) return tl::make_unexpected(settings.error());
  if (auto holds = check_outcome(*settings, edits); !holds) {
    return tl::make_unexpected(holds.error());
  }
  return contents;
}

}  // namespace guestclock::freebsd
