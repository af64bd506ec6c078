#include "boot/boot_loader.h"

#include "model/kernel_parameters.h"

namespace guestclock::boot {

bool BootLoader::same_name(std::string_view a, std::string_view b) const {
  return model::same_parameter_name(a, b);
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
