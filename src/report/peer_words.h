// The hypervisor and container in the vocabularies of two tools that scripts already read.
#pragma once

#include <string>
#include <vector>

#include "model/facts.h"

namespace guestclock::report {

/// The one word of systemd-detect-virt(1): the container where there is one, else the virtual
/// machine, else none; vm-other and container-other for what it has no word for.
[[nodiscard]] std::string systemd_word(const model::Virtualization& facts);

/// The lines of virt-what(1) in its order; none on bare metal and where nothing is known. "virt"
/// for a hypervisor that it has no word for.
[[nodiscard]] std::vector<std::string> virt_what_lines(const model::Facts& facts);

}  // namespace guestclock::report
