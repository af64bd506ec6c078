#include "boot/boot_loader.h"

namespace guestclock::boot {

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
