// Files that the user named on the command line (--output, --record, capture): new files outside of
// what is audited.
#pragma once

#include <string_view>

#include "base/result.h"

namespace guestclock::system {

class Sink {
 public:
  virtual ~Sink() = default;
  /// Writes the whole file: a temporary one beside it, then rename, so that a reader never sees
  /// half of it. `path` is relative to the working directory like any argument.
  [[nodiscard]] virtual Result<void> write(std::string_view path, std::string_view bytes) = 0;
};

}  // namespace guestclock::system
