#include <algorithm>

#include "base/text.h"
#include "boot/parameter_line.h"
#include "grub/default_grub.h"
#include "grub/source_splices.h"
#include "model/kernel_parameters.h"

namespace guestclock::grub {
namespace {

using Contents = std::map<std::string, std::string>;

/// Ends the line of an assignment that was not there before; the line goes with its last token.
constexpr std::string_view kLineMark = "  # added by guestclock";
constexpr std::string_view kDropInHead =
    "# Written by guestclock: kernel parameters on top of those set before this file is read.\n";

/// Every variable that ends up on a linux line.
constexpr std::string_view kOnLinuxLines[] = {"GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT",
                                              "GRUB_CMDLINE_LINUX_RECOVERY"};

class Editor {
 public:
  explicit Editor(const GrubLayers& layers)
      : layers_(layers), values_(layers), splices_(layers.files.size()) {}

  Result<Contents> run(std::span<const VariableEdit> edits) {
    for (const VariableEdit& edit : edits) {
      if (auto done = edit_one(edit); !done) return tl::make_unexpected(done.error());
    }
    Contents contents = edited_files();
    if (auto checked = check(contents); !checked) return tl::make_unexpected(checked.error());
    return contents;
  }

 private:
  Result<void> edit_one(const VariableEdit& edit) {
    const GrubValue value = values_.of(edit.name);
    if (!value.unknown.empty()) {
      return fail(ErrorCode::malformed, edit.name + " cannot be told: " + value.unknown,
                  value.place, "assign it with plain text, behind everything that may change it");
    }
    const auto splices = boot::parameter_splices(value.text, edit.edits);
    wanted_[edit.name] = model::split_parameters(boot::apply_splices(value.text, splices));
    for (const boot::TextSplice& splice : splices) {
      remove(value, splice);
      if (splice.text.empty()) continue;
      if (splice.end > splice.begin) {
        insert_before(value.origin[splice.begin], splice.text);
      } else if (auto placed = insert(edit.name, value, splice); !placed) {
        return placed;
      }
    }
    return {};
  }

  /// The blanks around a token go with it, but not those of another assignment.
  void remove(const GrubValue& value, const boot::TextSplice& splice) {
    std::size_t token = splice.begin;
    while (token + 1 < splice.end && is_blank(value.text[token]))
      ++token;
    for (std::size_t i = splice.begin; i < splice.end; ++i) {
      const GrubValue::Origin& origin = value.origin[i];
      const bool other =
          origin.file != value.origin[token].file || origin.item != value.origin[token].item;
      if (other && is_blank(value.text[i])) continue;
      splices_[origin.file].remove(*origin.part, origin.source);
    }
  }

  void insert_before(const GrubValue::Origin& origin, std::string_view text) {
    splices_[origin.file].insert(*origin.part, origin.source.begin, text);
  }
  void insert_behind(const GrubValue::Origin& origin, std::string_view text) {
    splices_[origin.file].insert(*origin.part, origin.source.begin + origin.source.width, text);
  }

  /// New tokens, each with a blank in front.
  Result<void> insert(const std::string& name, const GrubValue& value,
                      const boot::TextSplice& splice) {
    const std::size_t at = splice.begin;
    const std::string_view behind = std::string_view(value.text).substr(at);
    if (!model::token_spans(behind).empty()) {  // "--"
      if (at > 0) {
        insert_behind(value.origin[at - 1], splice.text);
      } else {
        // In front of everything: a removal would take the blank behind the token, not this one.
        const std::size_t blank = is_blank(behind.front()) ? 0 : 1;
        insert_before(value.origin[at], std::string_view(splice.text).substr(blank));
      }
      return {};
    }
    if (!value.live) return insert_line(name, splice.text);
    const std::uint32_t file = value.live->first;
    const std::uint32_t item = value.live->second;
    const std::string& path = layers_.files[file].path;
    if (path != kDefaultGrub && path < kOwnDropIn) return insert_drop_in(name, splice.text);
    const auto own = [&](std::size_t i) {
      return value.origin[i].file == file && value.origin[i].item == item;
    };
    if (at > 0 && own(at - 1)) {
      insert_behind(value.origin[at - 1], splice.text);
    } else if (at < value.text.size() && own(at)) {
      insert_before(value.origin[at], splice.text);
    } else {
      insert_at_end(layers_.files[file].shell.items[item], file, splice.text);
    }
    return {};
  }

  /// Behind a value that ends in something expanded, or is empty.
  void insert_at_end(const ShellItem& item, std::uint32_t file, std::string_view text) {
    const ValuePart* const last = item.value.empty() ? nullptr : &item.value.back();
    const bool empty = std::all_of(item.value.begin(), item.value.end(), [](const auto& part) {
      return part.kind == ValuePart::Kind::text && part.text.empty();
    });
    if (empty) text = trim(text);
    if (last != nullptr && last->kind == ValuePart::Kind::text) {
      splices_[file].insert(*last, last->begin, text);
      return;
    }
    std::string quoted;
    (void)quote_into(text, Quoting::doubled, quoted);
    if (last != nullptr && last->quoting == Quoting::doubled && item.raw.ends_with('"')) {
      splices_[file].insert_raw(item.value_end - 1, quoted);
    } else {
      splices_[file].insert_raw(item.value_end, '"' + quoted + '"');
    }
  }

  static std::string quoted_line(const std::string& name, std::string_view reference,
                                 std::string_view text) {
    std::string line = name + "=\"" + std::string(reference);
    (void)quote_into(text, Quoting::doubled, line);
    return line + '"';
  }

  Result<void> insert_line(const std::string& name, std::string_view text) {
    const bool has_main = !layers_.files.empty() && layers_.files.front().path == kDefaultGrub;
    if (!has_main) {
      if (layers_.reads_drop_ins) return insert_drop_in(name, text);
      return fail(ErrorCode::not_found, "there is no such file", std::string(kDefaultGrub),
                  "make an empty one");
    }
    appended_[std::string(kDefaultGrub)].push_back(quoted_line(name, "", trim(text)) +
                                                   std::string(kLineMark));
    return {};
  }

  Result<void> insert_drop_in(const std::string& name, std::string_view text) {
    appended_[std::string(kOwnDropIn)].push_back(quoted_line(name, "${" + name + "}", text));
    return {};
  }

  /// A line that was added for its parameters goes with the last of them.
  static void drop_marked_lines(std::string& bytes) {
    for (const std::string_view name : kOnLinuxLines) {
      const std::string line = std::string(name) + "=\"\"" + std::string(kLineMark);
      const std::size_t at = bytes.find(line);
      if (at == std::string::npos || (at > 0 && bytes[at - 1] != '\n')) continue;
      const bool ends_file = at + line.size() == bytes.size();
      if (!ends_file && bytes[at + line.size()] != '\n') continue;
      if (ends_file && at > 0) {
        bytes.erase(at - 1);
      } else {
        bytes.erase(at, line.size() + (ends_file ? 0 : 1));
      }
    }
  }

  static void append_lines(std::string& bytes, const std::vector<std::string>& lines) {
    const bool open = !bytes.empty() && !bytes.ends_with('\n');
    for (const std::string& line : lines) {
      if (open) bytes += '\n';
      bytes += line;
      if (!open) bytes += '\n';
    }
  }

  Contents edited_files() {
    Contents contents;
    for (std::size_t i = 0; i < layers_.files.size(); ++i) {
      const GrubLayer& layer = layers_.files[i];
      std::string after = splices_[i].apply(layer.bytes);
      if (after != layer.bytes) drop_marked_lines(after);
      const auto lines = appended_.find(layer.path);
      if (lines != appended_.end()) {
        append_lines(after, lines->second);
        appended_.erase(lines);
      }
      if (after != layer.bytes) contents[layer.path] = std::move(after);
    }
    for (const auto& [path, lines] : appended_) {
      std::string bytes(kDropInHead);
      append_lines(bytes, lines);
      contents[path] = std::move(bytes);
    }
    return contents;
  }

  /// What grub-mkconfig would read afterwards must be what was wanted, and nothing else.
  Result<void> check(const Contents& contents) const {
    GrubLayers edited;
    edited.reads_drop_ins = layers_.reads_drop_ins;
    edited.shell_is_bash = layers_.shell_is_bash;
    Contents left = contents;
    for (const GrubLayer& layer : layers_.files) {
      const auto changed = left.find(layer.path);
      const std::string& bytes = changed == left.end() ? layer.bytes : changed->second;
      edited.files.push_back({layer.path, bytes, parse_shell_assignments(bytes)});
      if (changed != left.end()) left.erase(changed);
    }
    for (const auto& [path, bytes] : left)
      edited.files.push_back({path, bytes, parse_shell_assignments(bytes)});
    std::stable_sort(edited.files.begin(), edited.files.end(),
                     [](const GrubLayer& a, const GrubLayer& b) {
                       if (a.path == kDefaultGrub || b.path == kDefaultGrub) {
                         return a.path == kDefaultGrub && b.path != kDefaultGrub;
                       }
                       return a.path < b.path;
                     });
    const GrubValues values(edited);
    for (const std::string_view name : kOnLinuxLines) {
      const auto wanted = wanted_.find(std::string(name));
      const GrubValue before = values_.of(name);
      const GrubValue after = values.of(name);
      const auto tokens =
          wanted == wanted_.end() ? model::split_parameters(before.text) : wanted->second;
      if (model::split_parameters(after.text) == tokens &&
          after.unknown.empty() == before.unknown.empty()) {
        continue;
      }
      const std::string place =
          before.live ? place_of(layers_, before.live->first, before.live->second) : "";
      return fail(ErrorCode::unsafe,
                  std::string(name) +
                      " shares its text with another variable, or is put together "
                      "from pieces that cannot be edited one by one",
                  place, "write its value out in one pair of quotes");
    }
    return {};
  }

  const GrubLayers& layers_;
  GrubValues values_;
  std::vector<SourceSplices> splices_;                        ///< per file
  std::map<std::string, std::vector<std::string>> appended_;  ///< lines by path
  std::map<std::string, std::vector<std::string>> wanted_;    ///< tokens by variable
};

}  // namespace

Result<Contents> edit_variables(const GrubLayers& layers, std::span<const VariableEdit> edits) {
  return Editor(layers).run(edits);
}

}  // namespace guestclock::grub
