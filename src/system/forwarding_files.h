// Files that are another's but for what a class on top of it answers by itself.
#pragma once

#include "system/system.h"

namespace guestclock::system {

class ForwardingFiles : public Files {
 public:
  /// `under` must outlive this.
  explicit ForwardingFiles(const Files& under) : under_(under) {}

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t limit = kDefaultLimit) const override {
    return under_.read(path, limit);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override {
    return under_.list(path);
  }
  [[nodiscard]] Result<FileStatus> status(std::string_view path) const override {
    return under_.status(path);
  }
  [[nodiscard]] Result<FileStatus> link_status(std::string_view path) const override {
    return under_.link_status(path);
  }
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const override {
    return under_.read_link(path);
  }
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override {
    return under_.resolve(path);
  }
  [[nodiscard]] Result<FileMetadata> metadata(std::string_view path) const override {
    return under_.metadata(path);
  }

 protected:
  [[nodiscard]] const Files& under() const { return under_; }

 private:
  const Files& under_;
};

}  // namespace guestclock::system
