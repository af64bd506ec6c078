// Questions to programs of this machine: which command each question is, and a child process that
// can neither hang, nor write a file, nor outlive us.
#pragma once

#include <string>
#include <vector>

#include "system/system.h"

namespace guestclock::system {

class QueryPrograms final : public Queries {
 public:
  static constexpr std::size_t kLongestAnswer = std::size_t{256} << 10U;

  /// The directories that systems keep their programs in.
  QueryPrograms();
  /// Programs are looked for in these, in this order; PATH is never asked.
  explicit QueryPrograms(std::vector<std::string> directories);

  [[nodiscard]] Result<std::string> answer(Query query, Nanoseconds patience,
                                           const StopFlag& stop) const override;

 private:
  [[nodiscard]] Result<std::string> program(std::string_view name) const;

  std::vector<std::string> directories_;
};

}  // namespace guestclock::system
