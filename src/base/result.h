// How a function says that it failed: Result<T>, or the Error in it.
//
// Recoverable failures are values. An exception means a broken invariant and ends the program in
// main. A fact that cannot be read is no failure at all: see model/fact.h.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace guestclock {

enum class ErrorCode {
  not_found,    ///< the file, name or entry does not exist
  permission,   ///< the operating system refused it to this user
  unsupported,  ///< this system, kernel or build cannot do it
  malformed,    ///< bytes from outside do not follow their grammar
  conflict,     ///< somebody else changed what we meant to change; nothing was written
  io,           ///< any other failure of the operating system
  network,      ///< name resolution, sending or receiving
  timeout,      ///< a deadline passed
  unsafe,       ///< refused: carrying it out could leave the machine worse than before
  busy,         ///< another run holds the lock
  usage,        ///< the caller's words are off
};

/// What went wrong, in words for a person: `message` says what and why, `path` names the file
/// (with ":line" where there is one), `hint` says what to do next. `system_errno` is 0 where no
/// system call failed.
struct Error {
  ErrorCode code = ErrorCode::io;
  std::string message;
  std::string path;
  std::string hint;
  int system_errno = 0;
};

/// The carrier is tl::expected because std::expected needs C++23 and clang 14's tools reject it;
/// the alias lets it be swapped in one place.
template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorCode::malformed, "...", path);`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                                std::string path = {}, std::string hint = {}) {
  return tl::make_unexpected(Error{code, std::move(message), std::move(path), std::move(hint), 0});
}

/// The Error of a failed system call: `errno_value` decides the code, its text ends the message.
[[nodiscard]] Error error_from_errno(int errno_value, std::string what, std::string path = {});

/// `return fail_errno(errno, "cannot open", path);`
[[nodiscard]] inline tl::unexpected<Error> fail_errno(int errno_value, std::string what,
                                                      std::string path = {}) {
  return tl::make_unexpected(error_from_errno(errno_value, std::move(what), std::move(path)));
}

/// One line: "path: message (hint)".
[[nodiscard]] std::string describe(const Error& error);

}  // namespace guestclock
