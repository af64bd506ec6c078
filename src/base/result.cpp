#include "base/result.h"

#include <cerrno>
#include <cstring>
#include <system_error>

namespace guestclock {
namespace {

ErrorCode code_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::permission;
    case ENOSYS:
    case ENOTSUP:
      return ErrorCode::unsupported;
    case ETIMEDOUT:
      return ErrorCode::timeout;
    case EWOULDBLOCK:
      return ErrorCode::busy;
    case ELOOP:
    case EXDEV:
      return ErrorCode::unsafe;
    default:
      return ErrorCode::io;
  }
}

/// strerror(3) looks for a translation each time, and most files that are asked for are not there.
void append_text_of(int errno_value, std::string& message) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 32)
  if (const char* const text = ::strerrordesc_np(errno_value)) {
    message += text;
    return;
  }
#endif
  message += std::generic_category().message(errno_value);
}

}  // namespace

Error error_from_errno(int errno_value, std::string what, std::string path) {
  Error error;
  error.code = code_of(errno_value);
  error.message = std::move(what.append(": "));
  append_text_of(errno_value, error.message);
  error.path = std::move(path);
  error.system_errno = errno_value;
  return error;
}

std::string describe(const Error& error) {
  std::string text;
  if (!error.path.empty()) text += error.path + ": ";
  text += error.message;
  if (!error.hint.empty()) text += " (" + error.hint + ")";
  return text;
}

}  // namespace guestclock
