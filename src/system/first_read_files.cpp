#include "system/first_read_files.h"

namespace guestclock::system {

Result<std::string> FirstReadFiles::read(std::string_view path, std::size_t limit) const {
  auto resolved = under().resolve(path);
  if (!resolved) return resolved;
  const auto known = seen_.find(*resolved);
  if (known != seen_.end() && known->second.size() <= limit) return known->second;
  auto bytes = under().read(path, limit);
  if (bytes) seen_.emplace(std::move(*resolved), *bytes);
  return bytes;
}

}  // namespace guestclock::system
