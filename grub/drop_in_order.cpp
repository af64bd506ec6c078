#include "grub/drop_in_order.h"

#include <algorithm>

#include "base/text.h"
#include "model/kernel_parameters.h"

namespace guestclock::grub {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string letters_and_digits(const std::string& path) {
  std::string name = lower(path.substr(path.rfind('/') + 1));
  std::erase_if(name, [](char c) { return !is_letter_or_digit(c); });
  return name;
}

bool is_drop_in(const GrubLayer& layer) {
  return layer.path != kDefaultGrub;
}

/// The layers as most locales sort them.
GrubLayers in_locale_order(const GrubLayers& layers) {
  GrubLayers sorted = layers;
  const auto first = std::find_if(sorted.files.begin(), sorted.files.end(), is_drop_in);
  std::stable_sort(first, sorted.files.end(), [](const GrubLayer& a, const GrubLayer& b) {
    return letters_and_digits(a.path) < letters_and_digits(b.path);
  });
  return sorted;
}

bool assigns(const GrubLayer& layer, std::string_view variable) {
  return std::any_of(layer.shell.items.begin(), layer.shell.items.end(),
                     [&](const ShellItem& item) {
                       return item.kind == ShellItem::Kind::assignment && item.name == variable;
                     });
}

std::size_t place_in(const GrubLayers& layers, const std::string& path) {
  const auto found = std::find_if(layers.files.begin(), layers.files.end(),
                                  [&](const GrubLayer& layer) { return layer.path == path; });
  return static_cast<std::size_t>(found - layers.files.begin());
}

/// Two that assign the variable and change places; empty where only what they refer to does.
std::string who_changes_places(const GrubLayers& layers, const GrubLayers& sorted,
                               std::string_view variable) {
  for (std::size_t i = 0; i < layers.files.size(); ++i) {
    for (std::size_t j = i + 1; j < layers.files.size(); ++j) {
      const GrubLayer& first = layers.files[i];
      const GrubLayer& second = layers.files[j];
      if (!assigns(first, variable) || !assigns(second, variable)) continue;
      if (place_in(sorted, first.path) < place_in(sorted, second.path)) continue;
      return printable(first.path) + " and " + printable(second.path);
    }
  }
  return "the drop-ins of /etc/default/grub.d";
}

}  // namespace

std::vector<std::string> uncertain_order(const GrubLayers& layers,
                                         const std::vector<std::string_view>& variables) {
  if (!layers.shell_is_bash) return {};
  const GrubLayers sorted = in_locale_order(layers);
  const GrubValues values(layers);
  const GrubValues other(sorted);
  std::vector<std::string> found;
  for (const std::string_view variable : variables) {
    const GrubValue value = values.of(variable);
    const GrubValue otherwise = other.of(variable);
    if (value.unknown.empty() && otherwise.unknown.empty() &&
        model::split_parameters(value.text) == model::split_parameters(otherwise.text)) {
      continue;
    }
    found.push_back(std::string(variable) + " depends on the locale in which update-grub runs: " +
                    who_changes_places(layers, sorted, variable) +
                    " are read in either order; rename one of them");
  }
  return found;
}

}  // namespace guestclock::grub
