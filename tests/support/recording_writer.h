// A writer that keeps a log of what it was asked to do, and has another do it.
#pragma once

#include <string>
#include <vector>

#include "system/writer.h"

namespace guestclock::support {

class RecordingWriter final : public system::SystemWriter {
 public:
  struct Operation {
    std::string name;  ///< of the function: "replace"
    std::string path;
    std::string bytes;  ///< of create, overwrite and append
    bool succeeded = false;
  };

  /// `under` must outlive this.
  explicit RecordingWriter(system::SystemWriter& under) : under_(under) {}

  [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
  /// One "name path" each, in order.
  [[nodiscard]] std::vector<std::string> log() const;

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
  template <class Function>
  auto recorded(const char* name, std::string_view path, std::string_view bytes, Function function)
      -> decltype(function());

  system::SystemWriter& under_;
  std::vector<Operation> operations_;
};

}  // namespace guestclock::support
