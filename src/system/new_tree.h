// A directory that is being made with everything in it: removed again unless it is moved into
// place.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "system/sink.h"

namespace guestclock::system {

class NewTree {
 public:
  /// Made beside `target`, which must not exist or be an empty directory (`unsafe`).
  [[nodiscard]] static Result<NewTree> create(std::string_view target);

  NewTree(NewTree&& other) noexcept;
  NewTree& operator=(NewTree&&) = delete;
  NewTree(const NewTree&) = delete;
  NewTree& operator=(const NewTree&) = delete;
  ~NewTree();

  /// No link made before is followed: nothing is written outside of the tree.
  [[nodiscard]] Result<void> add(const TreeEntry& entry);
  [[nodiscard]] Result<void> move_into_place();

 private:
  NewTree(std::string partial, std::string target, UniqueFd fd)
      : partial_(std::move(partial)), target_(std::move(target)), fd_(std::move(fd)) {}

  /// The directory at `path`, made where it is not there.
  [[nodiscard]] Result<UniqueFd> enter(std::string_view path) const;

  std::string partial_;  ///< empty once it is in place
  std::string target_;
  UniqueFd fd_;
};

}  // namespace guestclock::system
