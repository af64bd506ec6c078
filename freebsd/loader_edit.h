// Sets and removes tunables in the loader.conf family.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "freebsd/loader_settings.h"
#include "model/change.h"

namespace guestclock::freebsd {

struct TunableEdition {
  std::map<std::string, std::string> contents;  ///< new ones by path, of the files that change
  std::vector<std::string> warnings;            ///< who else may decide about what was edited
};

/// `unsafe` where the loader could not carry a value, `malformed` where what stands there is read
/// differently by different releases; both with "file:line" where there is one. A tunable has one
/// value: `add` is refused (unsafe, file:line) where another one stands; `remove` with values takes
/// every line of the name where the value in effect is among them, and nothing otherwise. Where the
/// files of a directory, which are read in no order, disagree about a name, `set` writes to all of
/// them, since each may be the last one; `add` and `remove` by value are refused (unsafe, naming
/// both lines).
[[nodiscard]] Result<TunableEdition> edit_tunables(const system::Files& files,
                                                   std::span<const model::ParameterEdit> edits);

/// `files` with the contents of edit_tunables in place.
[[nodiscard]] Result<LoaderSettings> settings_with(
    const system::Files& files, const std::map<std::string, std::string>& contents);

}  // namespace guestclock::freebsd
