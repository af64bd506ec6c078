#include "cli/regeneration.h"

#include <algorithm>
#include <set>

#include "boot/boot_loader.h"
#include "cli/guest.h"
#include "model/kernel_parameters.h"

namespace guestclock::cli {
namespace {

std::vector<boot::LoaderInUse> loaders_with_parameters(const system::Files& files) {
  auto loaders = boot::loaders_in_use(all_loaders(), files, {});
  std::erase_if(loaders, [](const boot::LoaderInUse& one) {
    return one.loader->fix_kind() != model::FixKind::kernel_parameter;
  });
  return loaders;
}

/// Names whose values are not the same in both.
void note_changed(const model::BootEntry& before, const model::BootEntry& after,
                  std::set<std::string>& keys) {
  for (const model::BootEntry* const entry : {&before, &after}) {
    for (const std::string& token : entry->parameters) {
      std::string key(model::parameter_key(token));
      if (model::parameter_values(before.parameters, key) !=
          model::parameter_values(after.parameters, key)) {
        keys.insert(std::move(key));
      }
    }
  }
}

}  // namespace

std::vector<std::string> not_regenerated(const system::Files& files,
                                         const std::vector<std::string>& keys) {
  std::vector<model::ParameterEdit> questions;
  for (const std::string& key : keys) {
    model::ParameterEdit nothing{key, {}, "", model::ParameterEdit::Action::add};
    questions.push_back(std::move(nothing));
  }
  std::vector<std::string> pending;
  if (questions.empty()) return pending;
  for (const boot::LoaderInUse& one : loaders_with_parameters(files)) {
    auto edition = one.loader->edit(files, one.located, questions, {});
    if (!edition || !edition->files.empty()) continue;
    pending.insert(pending.end(), edition->pending.begin(), edition->pending.end());
  }
  return pending;
}

ConfiguredParameters::ConfiguredParameters(const system::Files& files) {
  for (const boot::LoaderInUse& one : loaders_with_parameters(files)) {
    auto entries = one.loader->entries(files, one.located);
    if (entries) entries_.emplace(one.loader->name(), std::move(*entries));
  }
}

std::vector<std::string> ConfiguredParameters::changed_and_not_regenerated(
    const system::Files& files) const {
  std::set<std::string> keys;
  for (const auto& [loader, now] : ConfiguredParameters(files).entries_) {
    const auto before = entries_.find(loader);
    if (before == entries_.end()) continue;
    for (std::size_t i = 0; i < now.size() && i < before->second.size(); ++i)
      note_changed(before->second[i], now[i], keys);
  }
  return not_regenerated(files, {keys.begin(), keys.end()});
}

}  // namespace guestclock::cli
