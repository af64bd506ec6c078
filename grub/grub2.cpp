#include "grub/grub2.h"

#include <array>

namespace guestclock::grub {

std::vector<std::string> grub2_configurations(const system::Files& files) {
  static constexpr std::array<std::string_view, 2> kFixed{"/boot/grub/grub.cfg",
                                                          "/boot/grub2/grub.cfg"};
  static constexpr std::string_view kVendors = "/boot/efi/EFI";
  std::vector<std::string> found;
  for (const std::string_view path : kFixed) {
    if (files.exists(path)) found.emplace_back(path);
  }
  if (const auto vendors = files.list(kVendors)) {
    for (const std::string& vendor : *vendors) {
      std::string path = std::string(kVendors) + "/" + vendor + "/grub.cfg";
      if (files.exists(path)) found.push_back(std::move(path));
    }
  }
  return found;
}

std::optional<settings::Located> Grub2::locate(const system::Files& files,
                                               const settings::LocateHints& /*hints*/) const {
  settings::Located located;
  located.files = grub2_configurations(files);
  if (located.files.empty()) return std::nullopt;
  return located;
}

Result<std::vector<model::BootEntry>> Grub2::entries(const system::Files& /*files*/,
                                                     const settings::Located& /*located*/) const {
  return fail(ErrorCode::unsupported,
              "GRUB 2 entries are not read by this version; /proc/cmdline shows the running one");
}

Result<settings::Edition> Grub2::edit(const system::Files& /*files*/,
                                      const settings::Located& located,
                                      std::span<const model::ParameterEdit> /*edits*/,
                                      const model::EntrySelector& /*selector*/) const {
  return fail(ErrorCode::unsupported, "GRUB 2 is not edited by this version",
              located.files.empty() ? std::string() : located.files.front(),
              "edit GRUB_CMDLINE_LINUX in /etc/default/grub and run update-grub "
              "(grub2-mkconfig -o with the path of grub.cfg where there is none)");
}

}  // namespace guestclock::grub
