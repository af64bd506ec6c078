#include "boot/parameter_line.h"

#include <algorithm>

#include "base/text.h"
#include "model/kernel_parameters.h"

namespace guestclock::boot {
namespace {

/// A token of the text, and what becomes of it.
struct Slot {
  model::TokenSpan span;
  std::string token;  ///< as it will stand there
  bool replaced = false;
  bool removed = false;
};

struct Line {
  std::vector<Slot> slots;         ///< kernel parameters: those before "--"
  std::vector<std::string> added;  ///< tokens that go behind them
};

bool is_separator(std::string_view token) {
  return model::parameter_key(token) == "--" && !model::parameter_value(token);
}

Line take_apart(std::string_view text) {
  Line line;
  for (const model::TokenSpan& span : model::token_spans(text)) {
    Slot slot;
    slot.span = span;
    slot.token = text.substr(span.begin, span.end - span.begin);
    if (is_separator(slot.token)) break;
    line.slots.push_back(std::move(slot));
  }
  return line;
}

bool has_value(std::string_view token, const std::optional<std::string>& wanted) {
  const std::optional<std::string_view> value = model::parameter_value(token);
  if (value.has_value() != wanted.has_value()) return false;
  return !wanted || *value == *wanted;
}

using Action = model::ParameterEdit::Action;

/// One value that an edit asks for.
struct Wanted {
  std::string_view key;
  const std::optional<std::string>* value = nullptr;
  bool placed = false;
};

bool takes_away(const model::ParameterEdit& edit, std::string_view token) {
  if (!only_removes(edit)) return false;
  return edit.values.empty() ||
         std::any_of(edit.values.begin(), edit.values.end(),
                     [&](const auto& value) { return has_value(token, value); });
}

/// Whether an edit gives the values of that name.
bool is_set(std::span<const model::ParameterEdit> edits, std::string_view key) {
  return std::any_of(edits.begin(), edits.end(), [&](const model::ParameterEdit& edit) {
    return edit.action == Action::set && !edit.values.empty() &&
           model::same_parameter_name(edit.key, key);
  });
}

/// Places the values of the edits that set; an old value too many goes.
void set_values(Line& line, std::span<const model::ParameterEdit> edits,
                std::vector<Wanted>& wanted) {
  for (Slot& slot : line.slots) {
    const std::string_view key = model::parameter_key(slot.token);
    const auto about = [&](const auto& one) { return model::same_parameter_name(one.key, key); };
    if (!is_set(edits, key)) continue;
    const auto next = std::find_if(wanted.begin(), wanted.end(),
                                   [&](const Wanted& one) { return !one.placed && about(one); });
    if (next == wanted.end()) {
      slot.removed = true;
      continue;
    }
    next->placed = true;
    if (has_value(slot.token, *next->value)) continue;
    slot.token = model::parameter_token(next->key, *next->value);
    slot.replaced = true;
  }
}

bool stands(const Line& line, std::string_view key, const std::optional<std::string>& value) {
  const auto is_it = [&](std::string_view token) {
    return model::same_parameter_name(model::parameter_key(token), key) && has_value(token, value);
  };
  return std::any_of(line.slots.begin(), line.slots.end(),
                     [&](const Slot& slot) { return !slot.removed && is_it(slot.token); }) ||
         std::any_of(line.added.begin(), line.added.end(), is_it);
}

void apply_edits(Line& line, std::span<const model::ParameterEdit> edits) {
  for (Slot& slot : line.slots) {
    const std::string_view key = model::parameter_key(slot.token);
    // A set decides about every old value anyway, and keeps the place a removal would give up.
    slot.removed =
        !is_set(edits, key) &&
        std::any_of(edits.begin(), edits.end(), [&](const model::ParameterEdit& edit) {
          return model::same_parameter_name(edit.key, key) && takes_away(edit, slot.token);
        });
  }
  std::vector<Wanted> wanted;
  for (const model::ParameterEdit& edit : edits) {
    if (edit.action != Action::set) continue;
    for (const std::optional<std::string>& value : edit.values)
      wanted.push_back({edit.key, &value, false});
  }
  set_values(line, edits, wanted);
  const auto is_wanted = [&](const model::ParameterEdit& edit, const auto& value) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& one) {
      return model::same_parameter_name(one.key, edit.key) && *one.value == value;
    });
  };
  auto next = wanted.begin();
  for (const model::ParameterEdit& edit : edits) {
    if (edit.action == Action::remove) continue;
    for (const std::optional<std::string>& value : edit.values) {
      const bool add = edit.action == Action::set
                           ? !(next++)->placed
                           : !is_wanted(edit, value) && !stands(line, edit.key, value);
      if (add) line.added.push_back(model::parameter_token(edit.key, value));
    }
  }
}

std::vector<TextSplice> splices_of(const Line& line, std::string_view text) {
  std::vector<TextSplice> splices;
  std::size_t done = 0;          // end of the last splice
  bool nothing_in_front = true;  // no byte of the text is left in front of `done`
  for (const Slot& slot : line.slots) {
    std::size_t begin = slot.span.begin;
    if (slot.removed) {
      std::size_t end = slot.span.end;
      while (begin > done && is_blank(text[begin - 1]))
        --begin;
      if (nothing_in_front && begin == slot.span.begin && begin == done) {
        while (end < text.size() && is_blank(text[end]))
          ++end;
      } else {
        nothing_in_front = false;
      }
      splices.push_back({begin, end, {}});
      done = end;
      continue;
    }
    nothing_in_front = false;
    if (!slot.replaced) continue;
    splices.push_back({begin, slot.span.end, slot.token});
    done = slot.span.end;
  }
  if (line.added.empty()) return splices;
  const std::size_t at = std::max(done, line.slots.empty() ? 0 : line.slots.back().span.end);
  std::string added;
  for (const std::string& token : line.added)
    added += ' ' + token;
  // Only where nothing at all stood in front of "--": it must stay a word of its own.
  if (at < text.size() && model::token_spans(text.substr(at, 1)).size() == 1) added += ' ';
  splices.push_back({at, at, std::move(added)});
  return splices;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}

}  // namespace

std::vector<TextSplice> parameter_splices(std::string_view text,
                                          std::span<const model::ParameterEdit> edits) {
  Line line = take_apart(text);
  apply_edits(line, edits);
  return splices_of(line, text);
}

std::string apply_splices(std::string_view text, std::span<const TextSplice> splices) {
  std::string out;
  std::size_t at = 0;
  for (const TextSplice& splice : splices) {
    out += text.substr(at, splice.begin - at);
    out += splice.text;
    at = splice.end;
  }
  out += text.substr(at);
  return out;
}

std::string edit_parameters(std::string_view text, std::span<const model::ParameterEdit> edits) {
  return apply_splices(text, parameter_splices(text, edits));
}

std::vector<std::optional<std::string>> values_after(std::vector<std::optional<std::string>> before,
                                                     std::span<const model::ParameterEdit> edits,
                                                     std::string_view key) {
  const auto about = [&](const model::ParameterEdit& edit) {
    return model::same_parameter_name(edit.key, key);
  };
  if (std::none_of(edits.begin(), edits.end(), about)) return before;
  Line line;
  for (const std::optional<std::string>& value : before) {
    Slot slot;
    slot.token = model::parameter_token(key, value);
    line.slots.push_back(std::move(slot));
  }
  apply_edits(line, edits);
  std::vector<std::optional<std::string>> values;
  const auto keep = [&](std::string_view token) {
    if (!model::same_parameter_name(model::parameter_key(token), key)) return;
    const auto value = model::parameter_value(token);
    values.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
  };
  for (const Slot& slot : line.slots) {
    if (!slot.removed) keep(slot.token);
  }
  for (const std::string& token : line.added)
    keep(token);
  return values;
}

bool only_removes(const model::ParameterEdit& edit) {
  return edit.action == model::ParameterEdit::Action::remove ||
         (edit.action == model::ParameterEdit::Action::set && edit.values.empty());
}

std::optional<std::string> why_not_a_parameter(const model::ParameterEdit& edit) {
  if (edit.key.empty()) return "a parameter needs a name";
  if (edit.key == "--") return "\"--\" ends the kernel's parameters, it is none itself";
  if (model::token_spans(edit.key).size() != 1 ||
      model::split_parameters(edit.key).front() != edit.key ||
      edit.key.find_first_of("\"=") != std::string::npos ||
      std::any_of(edit.key.begin(), edit.key.end(), is_control)) {
    return "\"" + printable(edit.key) + "\" is no parameter name";
  }
  for (const std::optional<std::string>& value : edit.values) {
    if (!value) continue;
    if (std::any_of(value->begin(), value->end(), is_control)) {
      return "the value of " + edit.key + " has a control character: " + printable(*value);
    }
    if (value->find('"') != std::string::npos) {
      return "the value of " + edit.key + " has a double quote, which the kernel takes for itself";
    }
  }
  return std::nullopt;
}

}  // namespace guestclock::boot
