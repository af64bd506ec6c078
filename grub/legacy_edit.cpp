#include "grub/legacy_edit.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "boot/parameter_line.h"
#include "model/kernel_parameters.h"

namespace guestclock::grub {
namespace {

/// `raw` from `begin` on with everything that GRUB does not see, or sees as a blank that must stay,
/// turned into newlines: same offsets, and the same words for a kernel.
std::string visible_part(const LegacyLine& line, std::size_t parameters_begin, std::size_t begin) {
  std::string visible(line.raw.size() - begin, '\n');
  for (std::size_t i = parameters_begin; i < line.text.size(); ++i) {
    const std::size_t at = line.origin[i];
    const char raw = line.raw[at];
    visible[at - begin] = line.text[i] == ' ' ? raw : line.text[i];
  }
  return visible;
}

/// Why the parameters cannot be edited as they stand.
std::optional<std::string> why_not_editable(const LegacyLine& line, std::string_view visible,
                                            std::string_view seen) {
  if (line.cut) return "GRUB does not read this line to its end (over 1500 bytes, or a NUL byte)";
  if (std::count(seen.begin(), seen.end(), '"') % 2 != 0) return "a double quote is not closed";
  if (model::split_parameters(visible).size() != model::split_parameters(seen).size()) {
    return "a carriage return stands inside of a word";
  }
  return std::nullopt;
}

/// Why GRUB could not carry an edit; the kernel's own limits included.
std::optional<std::string> why_not_carried(const model::ParameterEdit& edit) {
  if (auto why = boot::why_not_a_parameter(edit)) return why;
  for (const std::optional<std::string>& value : edit.values) {
    if (value && value->ends_with('\\')) {
      return "the value of " + edit.key + " ends in a backslash, which would join the next line";
    }
  }
  if (edit.key.ends_with('\\')) return edit.key + " ends in a backslash";
  return std::nullopt;
}

}  // namespace

Result<std::string> edit_line(const LegacyLine& line, std::size_t parameters_begin,
                              std::span<const model::ParameterEdit> edits, std::string_view file) {
  const std::string place = std::string(file) + ":" + std::to_string(line_number(line));
  for (const model::ParameterEdit& edit : edits) {
    if (auto why = why_not_carried(edit)) return fail(ErrorCode::unsafe, *why, place);
  }
  const std::size_t begin =
      parameters_begin == 0 ? 0 : line.origin[parameters_begin - 1] + std::size_t{1};
  const std::string visible = visible_part(line, parameters_begin, begin);
  const std::vector<boot::TextSplice> splices = boot::parameter_splices(visible, edits);
  if (splices.empty()) return line.raw;
  const std::string_view seen = std::string_view(line.text).substr(parameters_begin);
  if (auto why = why_not_editable(line, visible, seen)) {
    return fail(ErrorCode::malformed, *why, place, "correct the line by hand first");
  }
  std::string edited = line.raw.substr(0, begin);
  edited += boot::apply_splices(std::string_view(line.raw).substr(begin), splices);

  const LegacyMenu again = parse_legacy_menu(edited);
  if (again.lines.size() != 1 || again.lines.front().cut) {
    return fail(ErrorCode::unsafe, "GRUB cuts lines after 1500 bytes: the parameters do not fit",
                place);
  }
  return edited;
}

}  // namespace guestclock::grub
