// What knows one family of configuration files: where it is, what it holds, how to edit it without
// touching any other byte. Everything here is text in, text out: nothing is written.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/change.h"
#include "model/facts.h"
#include "system/system.h"

namespace guestclock::settings {

/// What is already known when files are looked for.
struct LocateHints {
  std::optional<std::string> os;  ///< linux, freebsd
};

/// The files of a family on one machine. Nothing of it exists without at least one reason.
struct Located {
  std::vector<std::string> files;  ///< as found; an existing one or the one that would be created
};

/// New file contents, and what they mean.
struct Edition {
  std::vector<model::FileEdit> files;       ///< only those that change
  std::vector<model::EntryChange> entries;  ///< every entry touched or asked about
  std::vector<std::string> pending;         ///< what must still run for the edit to count
  std::vector<std::string> warnings;        ///< limits of the loader that the outcome comes near
};

class Editable {
 public:
  virtual ~Editable() = default;
  /// The contract's identifier: "grub-legacy", "freebsd-loader".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Nothing: this family is not in use on this machine.
  [[nodiscard]] virtual std::optional<Located> locate(const system::Files& files,
                                                      const LocateHints& hints) const = 0;
  /// Edits the located files. Bytes that carry none of the edits stay as they are. Fails
  /// (malformed, with "file:line") where the file is outside of the understood grammar, (unsafe)
  /// where the loader could not carry the value, (not_found) where the selector matches no entry.
  [[nodiscard]] virtual Result<Edition> edit(const system::Files& files, const Located& located,
                                             std::span<const model::ParameterEdit> edits,
                                             const model::EntrySelector& selector) const = 0;
};

}  // namespace guestclock::settings
