// Taking our own parameters out of a file that somebody else has changed since.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "boot/boot_loader.h"
#include "system/system.h"

namespace guestclock::change {

/// One file of a transaction, as it was, as we left it, and as it is now.
struct ChangedFile {
  std::string resolved;
  std::string before;  ///< empty: there was none
  std::string after;
  std::string now;
};

struct ParameterInverse {
  std::string bytes;              ///< `now` without our change
  std::vector<std::string> left;  ///< entries that came since and copied our parameters, in words
};

/// Every parameter whose values differ between an entry before and after gets its old values back
/// in the entry of the same title and kernel as it is now, and so do the lines from which a
/// generator makes entries (BootLoader::sources); nothing else of `now` changes, and the loader
/// must confirm it. `conflict` where that is not unambiguous: the parameter has yet other values by
/// now, the entry is there twice, the difference was none of parameters, or other files would have
/// to change as well.
[[nodiscard]] Result<ParameterInverse> take_back_parameters(const boot::BootLoader& loader,
                                                            const system::Files& files,
                                                            const ChangedFile& file);

}  // namespace guestclock::change
