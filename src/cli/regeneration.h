// Generators that must still run, asked of the boot loaders in use.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/facts.h"
#include "system/system.h"

namespace guestclock::cli {

/// What must run before the configured values of these kernel parameters count, one line each.
/// Nothing is edited; a loader that cannot be read says nothing.
[[nodiscard]] std::vector<std::string> not_regenerated(const system::Files& files,
                                                       const std::vector<std::string>& keys);

/// Kernel parameters of every loader in use, at one moment.
class ConfiguredParameters {
 public:
  explicit ConfiguredParameters(const system::Files& files);
  /// not_regenerated() of those that have other values in `files` now.
  [[nodiscard]] std::vector<std::string> changed_and_not_regenerated(
      const system::Files& files) const;

 private:
  std::map<std::string, std::vector<model::BootEntry>> entries_;  ///< by loader
};

}  // namespace guestclock::cli
