// The DMI files of a capture that has dmidecode's text instead of /sys/class/dmi/id.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace guestclock::system {

/// By path, e.g. "/sys/class/dmi/id/sys_vendor": what the kernel would show, newline included, for
/// the first structure of types 0 (BIOS), 1 (system), 2 (board) and 3 (chassis). "Not Specified" is
/// an empty line. Empty where the text describes no structure (no SMBIOS, no permission).
[[nodiscard]] std::map<std::string, std::string> dmi_files_from_dmidecode(std::string_view text);

}  // namespace guestclock::system
