#include "grub/default_grub.h"

#include <algorithm>

#include "base/text.h"

namespace guestclock::grub {
namespace {

constexpr std::size_t kFileLimit = std::size_t{256} << 10U;
constexpr std::size_t kDropInLimit = 256;
constexpr std::size_t kValueLimit = std::size_t{16} << 10U;
constexpr std::string_view kDropIns = "/etc/default/grub.d";

std::string generator(const system::Files& files) {
  for (const std::string_view path : {"/usr/sbin/grub-mkconfig", "/usr/bin/grub-mkconfig",
                                      "/usr/sbin/grub2-mkconfig", "/usr/bin/grub2-mkconfig"}) {
    if (auto text = files.read(path, kFileLimit)) return std::move(*text);
  }
  return {};
}

bool is_debian_like(const system::Files& files) {
  auto release = files.read("/etc/os-release", kFileLimit);
  if (!release) release = files.read("/usr/lib/os-release", kFileLimit);
  if (!release) return false;
  const ShellFile shell = parse_shell_assignments(*release);
  for (const ShellItem& item : shell.items) {
    if (item.name != "ID" && item.name != "ID_LIKE") continue;
    for (const ValuePart& part : item.value) {
      for (const std::string& word : words(part.text)) {
        if (word == "debian" || word == "ubuntu") return true;
      }
    }
  }
  return false;
}

bool runs_in_bash(const system::Files& files, std::string_view generator) {
  std::string shell = "/bin/sh";
  if (generator.starts_with("#!")) {
    const auto line = words(generator.substr(2, generator.find('\n') - 2));
    if (!line.empty()) shell = line.front();
  }
  const auto resolved = files.resolve(shell);
  return resolved && resolved->ends_with("/bash");
}

Result<void> add_layer(const system::Files& files, const std::string& path, GrubLayers& layers) {
  const auto resolved = files.resolve(path);
  if (!files.exists(path) || (resolved && *resolved == "/dev/null")) return {};
  auto bytes = files.read(path, kFileLimit);
  if (!bytes) return tl::make_unexpected(bytes.error());
  ShellFile shell = parse_shell_assignments(*bytes);
  layers.files.push_back({path, std::move(*bytes), std::move(shell)});
  return {};
}

}  // namespace

Result<GrubLayers> read_grub_layers(const system::Files& files) {
  GrubLayers layers;
  const std::string text = generator(files);
  layers.reads_drop_ins =
      text.empty() ? is_debian_like(files) : text.find("default/grub.d") != std::string::npos;
  layers.shell_is_bash = runs_in_bash(files, text);
  if (auto added = add_layer(files, std::string(kDefaultGrub), layers); !added) {
    return tl::make_unexpected(added.error());
  }
  const auto names = files.list(kDropIns);
  if (!layers.reads_drop_ins || !names) return layers;
  for (const std::string& name : *names) {
    if (name.starts_with('.') || !name.ends_with(".cfg")) continue;
    if (layers.files.size() > kDropInLimit) {
      return fail(ErrorCode::malformed, "over 256 drop-ins", std::string(kDropIns),
                  "remove those that are not used");
    }
    const std::string path = std::string(kDropIns) + "/" + name;
    if (auto added = add_layer(files, path, layers); !added) {
      return tl::make_unexpected(added.error());
    }
  }
  return layers;
}

std::string place_of(const GrubLayers& layers, std::uint32_t file, std::uint32_t item) {
  return layers.files[file].path + ":" + std::to_string(layers.files[file].shell.items[item].line);
}

GrubValues::GrubValues(const GrubLayers& layers) : layers_(layers) {
  for (std::uint32_t file = 0; file < layers.files.size() && !lost_; ++file)
    take_file(file);
}

GrubValue GrubValues::of(std::string_view name) const {
  const auto found = values_.find(name);
  if (found != values_.end()) return found->second;
  GrubValue value = others_;
  if (value.unknown.empty() && !name.starts_with("GRUB_")) {
    value.unknown = "nothing assigns $" + printable(name, 80) + ", the environment may";
  }
  return value;
}

std::vector<GrubValues::Assignment> GrubValues::assignments(std::string_view name) const {
  const GrubValue value = of(name);
  std::vector<Assignment> found;
  for (std::uint32_t file = 0; file < layers_.files.size(); ++file) {
    const auto& items = layers_.files[file].shell.items;
    for (std::uint32_t item = 0; item < items.size(); ++item) {
      if (items[item].kind != ShellItem::Kind::assignment || items[item].name != name) continue;
      found.push_back({place_of(layers_, file, item), value.made_of.count({file, item}) == 0});
    }
  }
  return found;
}

std::vector<std::string> GrubValues::replaced(std::string_view name) const {
  const std::vector<Assignment> all = assignments(name);
  std::vector<std::string> found;
  for (auto one = all.begin(); one != all.end(); ++one) {
    const auto next =
        std::find_if(one, all.end(), [](const Assignment& other) { return !other.shadowed; });
    if (!one->shadowed || next == all.end()) continue;
    found.push_back(printable(one->place) + " assigns " + std::string(name) +
                    " in vain: " + printable(next->place) + " replaces it");
  }
  return found;
}

void GrubValues::take_file(std::uint32_t file) {
  const auto& items = layers_.files[file].shell.items;
  for (std::uint32_t at = 0; at < items.size() && !lost_; ++at) {
    const ShellItem& item = items[at];
    if (item.kind == ShellItem::Kind::assignment) assign(file, at);
    if (item.kind == ShellItem::Kind::opaque) forget(item, place_of(layers_, file, at));
  }
}

void GrubValues::assign(std::uint32_t file, std::uint32_t at) {
  const ShellItem& item = layers_.files[file].shell.items[at];
  const std::string place = place_of(layers_, file, at);
  if (item.append && !layers_.shell_is_bash) {
    forget_all(item.name + "+= stops grub-mkconfig, whose shell is not bash", place);
    lost_ = true;
    return;
  }
  GrubValue value;
  value.place = place;
  if (item.append) append_value(of(item.name), value);
  append_parts(item.value, file, at, value);
  value.made_of.insert({file, at});
  value.live = {file, at};
  values_[item.name] = std::move(value);
}

void GrubValues::forget(const ShellItem& item, const std::string& place) {
  if (item.broken || item.diverts) {
    forget_all(item.reason + " is outside of the shell subset that is understood", place);
    lost_ = true;
    return;
  }
  if (item.foreign_code || (item.calls && foreign_code_)) {
    forget_all(item.reason + " may assign any variable", place);
    foreign_code_ = true;
    return;
  }
  for (const std::string_view name : names_assigned(item)) {
    GrubValue value;
    value.unknown = item.reason + " may assign " + std::string(name);
    value.place = place;
    values_[std::string(name)] = std::move(value);
  }
}

void GrubValues::forget_all(const std::string& why, const std::string& place) {
  values_.clear();
  others_ = {};
  others_.unknown = why;
  others_.place = place;
}

void GrubValues::append_parts(std::span<const ValuePart> parts, std::uint32_t file,
                              std::uint32_t item, GrubValue& value) {
  for (const ValuePart& part : parts) {
    if (!value.unknown.empty()) return;
    if (part.kind == ValuePart::Kind::unknown) {
      value.unknown = "the value depends on " + part.text;
    } else if (part.kind == ValuePart::Kind::text) {
      GrubValue bytes;
      bytes.text = part.text;
      for (const ValuePart::Source& source : part.sources)
        bytes.origin.push_back({file, item, &part, source});
      append_value(bytes, value);
    } else {
      append_reference(part, file, item, value);
    }
  }
}

void GrubValues::append_reference(const ValuePart& part, std::uint32_t file, std::uint32_t item,
                                  GrubValue& value) {
  const auto found = values_.find(part.name);
  const GrubValue missing = found == values_.end() ? of(part.name) : GrubValue();
  const GrubValue& referred = found == values_.end() ? missing : found->second;
  const bool empty = referred.text.empty();
  if (!referred.unknown.empty()) {
    value.unknown = referred.unknown;
    if (!referred.place.empty()) value.place = referred.place;
  } else if (part.use == ValuePart::Use::value ||
             (part.use == ValuePart::Use::if_unset && !empty)) {
    append_value(referred, value);
  } else if (empty == (part.use == ValuePart::Use::if_unset)) {
    append_parts(part.word, file, item, value);
  }
}

void GrubValues::append_value(const GrubValue& from, GrubValue& value) {
  if (!from.unknown.empty()) {
    value.unknown = from.unknown;
    value.place = from.place;
    return;
  }
  const std::size_t size = from.text.size() + from.made_of.size();
  if (value.text.size() + value.made_of.size() + size > kValueLimit || size > budget_) {
    value.unknown = "the value is too long to follow";
    return;
  }
  budget_ -= size;
  value.text += from.text;
  value.origin.insert(value.origin.end(), from.origin.begin(), from.origin.end());
  value.made_of.insert(from.made_of.begin(), from.made_of.end());
}

}  // namespace guestclock::grub
