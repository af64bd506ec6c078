// A machine without any file, for fuzzers that lay a few over it (system::OverlayFiles).
#pragma once

#include "system/system.h"

namespace guestclock::fuzz {

class NoFiles final : public system::Files {
 public:
  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t /*limit*/) const override {
    return none(path);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override {
    return none(path);
  }
  [[nodiscard]] Result<system::FileStatus> status(std::string_view path) const override {
    return none(path);
  }
  [[nodiscard]] Result<system::FileStatus> link_status(std::string_view path) const override {
    return none(path);
  }
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const override {
    return none(path);
  }
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const override {
    return none(path);
  }
  [[nodiscard]] Result<system::FileMetadata> metadata(std::string_view path) const override {
    return none(path);
  }

 private:
  [[nodiscard]] static tl::unexpected<Error> none(std::string_view path) {
    return fail(ErrorCode::not_found, "no such file", std::string(path));
  }
};

}  // namespace guestclock::fuzz
