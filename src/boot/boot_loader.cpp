#include "boot/boot_loader.h"

namespace guestclock::boot {

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
