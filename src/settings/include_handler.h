// How a reader of a configuration hands on that another file stands here.
#pragma once

#include <functional>
#include <string>

namespace guestclock::settings {

/// Called with a file or directory as written.
using IncludeHandler = std::function<void(const std::string& include)>;

}  // namespace guestclock::settings
