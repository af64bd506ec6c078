// A boot loader: an Editable whose files hold entries with kernel parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "settings/editable.h"

namespace guestclock::boot {

class BootLoader : public settings::Editable {
 public:
  /// Entries in the loader's order, `is_default` at most once. Malformed input gives what can be
  /// read of it; `unsupported` (its message is the reason shown) where this loader's entries cannot
  /// be read at all.
  [[nodiscard]] virtual Result<std::vector<model::BootEntry>> entries(
      const system::Files& files, const settings::Located& located) const = 0;
  /// Whether two names are one parameter to whoever reads these entries; to Linux, where '-' and
  /// '_' are the same.
  [[nodiscard]] virtual bool same_name(std::string_view a, std::string_view b) const;
  /// Lines of the same files from which a generator makes the parameters of entries; no entries
  /// themselves. `title`: what the file calls one; `index`: its place among them. Most have none.
  [[nodiscard]] virtual Result<std::vector<model::BootEntry>> sources(
      const system::Files& files, const settings::Located& located) const;
  /// The located files with `edits` on the source of that index, which there must be.
  [[nodiscard]] virtual Result<settings::Edition> edit_source(
      const system::Files& files, const settings::Located& located,
      std::span<const model::ParameterEdit> edits, std::int64_t index) const;
  /// What whoever reads the entries should know of where they come from, one line each.
  [[nodiscard]] virtual std::vector<std::string> remarks(
      const system::Files& /*files*/, const settings::Located& /*located*/) const {
    return {};
  }
  /// Which fix kind writes here.
  [[nodiscard]] virtual model::FixKind fix_kind() const = 0;
};

/// Values of every token of that name, as model::parameter_values has them, by the loader's own
/// idea of a name.
[[nodiscard]] std::vector<std::optional<std::string>> values_of(const BootLoader& loader,
                                                                std::vector<std::string> tokens,
                                                                std::string_view key);

/// A loader found in use.
struct LoaderInUse {
  const BootLoader* loader = nullptr;
  settings::Located located;
};

/// Every loader of `loaders` that is in use, in their order.
[[nodiscard]] std::vector<LoaderInUse> loaders_in_use(std::span<const BootLoader* const> loaders,
                                                      const system::Files& files,
                                                      const settings::LocateHints& hints);

}  // namespace guestclock::boot
