// The DMI files of a capture that has dmidecode's text instead of /sys/class/dmi/id.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace guestclock::system {

/// By path, e.g. "/sys/class/dmi/id/sys_vendor": what the kernel would show, newline included, for
/// the first structure of types 0 (BIOS), 1 (system), 2 (board) and 3 (chassis). "Not Specified" is
/// an empty line. And /sys/firmware/dmi/entries/0-0/raw as smbios_bios_structure() makes it. Empty
/// where the text describes no structure (no SMBIOS, no permission).
[[nodiscard]] std::map<std::string, std::string> dmi_files_from_dmidecode(std::string_view text);

/// SMBIOS type 0 up to the second extension byte (SMBIOS 3.6, 7.1), all zero but its header and,
/// where `virtual_machine`, the bit that says so: what a capture knows of it.
[[nodiscard]] std::string smbios_bios_structure(bool virtual_machine);

}  // namespace guestclock::system
