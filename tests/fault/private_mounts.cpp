#include "fault/private_mounts.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace guestclock::fault {
namespace {

bool enter_private_mounts() {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// The exit code of a child that does this.
int in_child(const std::function<int()>& body) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const int code = body();
    std::fflush(stdout);
    ::_exit(code);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) throw std::runtime_error("cannot fork");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void must(int result, const std::string& what) {
  if (result != 0) throw std::runtime_error("cannot " + what + ": " + std::strerror(errno));
}

}  // namespace

std::optional<std::string> no_private_mounts_reason() {
  if (in_child([] { return enter_private_mounts() ? 0 : 1; }) == 0) return std::nullopt;
  return "this user may not have mounts of its own";
}

void in_private_mounts(const std::function<void()>& body) {
  const int code = in_child([&] {
    if (!enter_private_mounts()) return 2;
    try {
      body();
    } catch (const std::exception& error) {
      std::printf("%s\n", error.what());
      return 3;
    }
    return testing::Test::HasFailure() ? 1 : 0;
  });
  ASSERT_EQ(code, 0) << "see the failures above";
}

Mount::Mount(const std::string& source, const std::filesystem::path& target,
             const std::string& type, const std::string& data)
    : target_(target) {
  unsigned long flags = 0;
  if (type.empty()) flags = MS_BIND;
  must(::mount(source.c_str(), target.c_str(), type.c_str(), flags, data.c_str()),
       "mount " + target.string());
}

Mount::~Mount() {
  ::umount2(target_.c_str(), MNT_DETACH);
}

void Mount::remount_read_only() const {
  must(::mount("none", target_.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr),
       "make read-only " + target_.string());
}

void Mount::remount(const std::string& data) const {
  must(::mount("none", target_.c_str(), nullptr, MS_REMOUNT, data.c_str()),
       "remount " + target_.string());
}

}  // namespace guestclock::fault
