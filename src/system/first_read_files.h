// Files as they were when they were first read: whoever reads one twice sees one state of it, even
// while somebody else is writing.
#pragma once

#include <map>
#include <string>

#include "system/forwarding_files.h"

namespace guestclock::system {

/// Only contents are kept; names and status are those of the moment.
class FirstReadFiles final : public ForwardingFiles {
 public:
  using ForwardingFiles::ForwardingFiles;

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t limit = kDefaultLimit) const override;

 private:
  mutable std::map<std::string, std::string> seen_;  ///< by resolved path
};

}  // namespace guestclock::system
