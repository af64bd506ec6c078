// A mount namespace of a test's own: nothing that is mounted in it is seen outside.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace guestclock::fault {

/// Why there can be none here; nothing where there can.
[[nodiscard]] std::optional<std::string> no_private_mounts_reason();

/// Runs `body` in a child process with such a namespace; its failures are the test's own.
void in_private_mounts(const std::function<void()>& body);

/// One mount, for as long as this lives.
class Mount {
 public:
  /// `flags` and `data` as mount(2) takes them; `type` empty: a bind mount of `source`.
  Mount(const std::string& source, const std::filesystem::path& target, const std::string& type,
        const std::string& data = "");
  ~Mount();
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;

  void remount_read_only() const;
  /// With other options, of a tmpfs "size=65536,nr_inodes=20".
  void remount(const std::string& data) const;

 private:
  std::filesystem::path target_;
};

}  // namespace guestclock::fault
