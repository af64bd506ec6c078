// Where and when a rule fires, in words.
#pragma once

#include <string>

#include "model/rule.h"

namespace guestclock::report {

/// "vmware guests, linux, i386, rhel or centos 5.1 to 5.3".
[[nodiscard]] std::string ranges_in_words(const model::Ranges& ranges);
/// "clock.source is one of hpet, acpi_pm and ..."; "always".
[[nodiscard]] std::string condition_in_words(const model::Condition& condition);

}  // namespace guestclock::report
