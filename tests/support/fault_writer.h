// A writer at which one operation goes wrong: to see what a change looks like after a failure, or
// after the program died, at each step of it.
#pragma once

#include <cstddef>

#include "system/writer.h"

namespace guestclock::support {

/// Thrown by a FaultWriter that dies. Not a std::exception: nothing in the product catches it.
struct Died {};

class FaultWriter final : public system::SystemWriter {
 public:
  enum class Fault {
    fail_once,    ///< the operation fails (io), those after it work
    fail_always,  ///< it and all after it fail (io)
    die           ///< it throws Died, and so do all after it: the program is gone
  };
  /// How far the operation got before it went wrong. `halfway` leaves half of the bytes of an
  /// append() or overwrite() and is `before` for the others, which are all or nothing.
  enum class Moment { before, halfway, after };

  /// `under` must outlive this. `at` counts the operations from 1, lock() among them; 0: none.
  FaultWriter(system::SystemWriter& under, std::size_t at, Fault fault,
              Moment moment = Moment::before)
      : under_(under), at_(at), fault_(fault), moment_(moment) {}

  /// Operations asked for until now.
  [[nodiscard]] std::size_t operations() const { return operations_; }
  /// The faulty one was reached.
  [[nodiscard]] bool struck() const { return at_ != 0 && operations_ >= at_; }

  [[nodiscard]] Result<std::unique_ptr<system::Lock>> lock(std::string_view path) override;
  [[nodiscard]] Result<std::unique_ptr<system::Lock>> hold(std::string_view path,
                                                           Nanoseconds patience) override;
  [[nodiscard]] Result<void> make_directory(std::string_view path, std::uint32_t mode) override;
  [[nodiscard]] Result<void> remove_directory(std::string_view path) override;
  [[nodiscard]] Result<std::string> fresh_path_beside(std::string_view path) override;
  [[nodiscard]] Result<void> create(std::string_view path, std::string_view bytes,
                                    const system::FileMetadata& metadata) override;
  [[nodiscard]] Result<system::RenameObstacle> rename_obstacle(
      std::string_view path, const system::FileStatus& expected) override;
  [[nodiscard]] Result<void> move_new(std::string_view from, std::string_view to) override;
  [[nodiscard]] Result<void> replace(std::string_view from, std::string_view to,
                                     const system::SteadyFile& expected) override;
  [[nodiscard]] Result<void> overwrite(std::string_view path, std::string_view bytes,
                                       const system::FileMetadata& metadata,
                                       const system::SteadyFile& expected) override;
  [[nodiscard]] Result<void> append(std::string_view path, std::string_view bytes) override;
  [[nodiscard]] Result<void> remove_file(std::string_view path) override;
  [[nodiscard]] Result<void> remove_expected(std::string_view path, std::string_view aside,
                                             const system::SteadyFile& expected) override;
  [[nodiscard]] Result<void> include_in_sync(std::string_view path) override;
  [[nodiscard]] Result<void> sync() override;

 private:
  template <class Operation, class Halfway>
  auto guarded(std::string_view path, Operation operation, Halfway halfway)
      -> decltype(operation());
  template <class Operation>
  auto guarded(std::string_view path, Operation operation) -> decltype(operation());

  system::SystemWriter& under_;
  std::size_t at_;
  Fault fault_;
  Moment moment_;
  std::size_t operations_ = 0;
};

}  // namespace guestclock::support
