#include "boot/boot_loader.h"

#include <algorithm>

#include "model/kernel_parameters.h"

namespace guestclock::boot {

bool BootLoader::same_name(std::string_view a, std::string_view b) const {
  return model::same_parameter_name(a, b);
}

std::vector<std::optional<std::string>> values_of(const BootLoader& loader,
                                                  std::vector<std::string> tokens,
                                                  std::string_view key) {
  const auto another = [&](const std::string& token) {
    const std::string_view name = model::parameter_key(token);
    return model::same_parameter_name(name, key) && !loader.same_name(name, key);
  };
  tokens.erase(std::remove_if(tokens.begin(), tokens.end(), another), tokens.end());
  return model::parameter_values(tokens, key);
}

Result<std::vector<model::BootEntry>> BootLoader::sources(
    const system::Files& /*files*/, const settings::Located& /*located*/) const {
  return std::vector<model::BootEntry>();
}

Result<settings::Edition> BootLoader::edit_source(const system::Files& /*files*/,
                                                  const settings::Located& /*located*/,
                                                  std::span<const model::ParameterEdit> /*edits*/,
                                                  std::int64_t /*index*/) const {
  return fail(ErrorCode::not_found, "this loader's entries come from no other lines");
}

std::vector<LoaderInUse> loaders_in_use(std::span<const BootLoader* const> loaders,
                                        const system::Files& files,
                                        const settings::LocateHints& hints) {
  std::vector<LoaderInUse> found;
  for (const BootLoader* loader : loaders) {
    if (auto located = loader->locate(files, hints)) found.push_back({loader, std::move(*located)});
  }
  return found;
}

}  // namespace guestclock::boot
