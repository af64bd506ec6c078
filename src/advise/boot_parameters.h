// Kernel parameters and loader tunables where a rule can look for them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "advise/truth.h"
#include "model/facts.h"
#include "model/rule.h"

namespace guestclock::advise {

/// Values of one parameter in one place, in order; a bare flag is an empty value.
using ParameterValues = std::vector<std::string>;

struct ParameterSeen {
  std::string evidence_path;            ///< "boot.default.divider"
  std::string evidence;                 ///< printable: "10", "absent"
  std::vector<ParameterValues> places;  ///< one for every entry that `where` means
};

class BootParameters {
 public:
  /// `facts` must outlive it.
  explicit BootParameters(const model::Facts& facts) : facts_(facts) {}

  /// What stands there, or what is missing to tell.
  [[nodiscard]] std::variant<ParameterSeen, Missing> at(model::Condition::Where where,
                                                        std::string_view key) const;

 private:
  [[nodiscard]] std::variant<ParameterSeen, Missing> running(std::string_view key) const;

  const model::Facts& facts_;
};

/// The value that counts: the last one. Nothing where the parameter is absent.
[[nodiscard]] std::optional<std::string> effective(const ParameterValues& values);

}  // namespace guestclock::advise
