#include "base/result.h"

#include <cerrno>
#include <memory>

#include <gtest/gtest.h>

namespace guestclock {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(ErrorCode::malformed, "is odd", "/etc/number", "take another");
  return value / 2;
}

TEST(Result, CarriesAValueOrAnError) {
  EXPECT_EQ(half(4).value(), 2);
  const Result<int> failed = half(3);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::malformed);
  EXPECT_EQ(failed.error().message, "is odd");
  EXPECT_EQ(failed.error().path, "/etc/number");
  EXPECT_EQ(failed.error().hint, "take another");
  EXPECT_EQ(failed.error().system_errno, 0);
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(result.value());
  EXPECT_EQ(*taken, 7);
}

TEST(Error, ErrnoDecidesTheCode) {
  const std::pair<int, ErrorCode> expected[] = {
      {ENOENT, ErrorCode::not_found},    {ENOTDIR, ErrorCode::not_found},
      {EACCES, ErrorCode::permission},   {EPERM, ErrorCode::permission},
      {EROFS, ErrorCode::permission},    {ENOSYS, ErrorCode::unsupported},
      {ENOTSUP, ErrorCode::unsupported}, {ETIMEDOUT, ErrorCode::timeout},
      {EWOULDBLOCK, ErrorCode::busy},    {ELOOP, ErrorCode::unsafe},
      {EXDEV, ErrorCode::unsafe},        {EIO, ErrorCode::io},
      {ENOSPC, ErrorCode::io},
  };
  for (const auto& [number, code] : expected) {
    const Error error = error_from_errno(number, "cannot do it", "/file");
    EXPECT_EQ(error.code, code) << number;
    EXPECT_EQ(error.system_errno, number);
    EXPECT_EQ(error.path, "/file");
  }
  EXPECT_EQ(error_from_errno(ENOENT, "cannot open").message,
            "cannot open: No such file or directory");
}

TEST(Error, FailErrnoFillsAResult) {
  const Result<void> failed = fail_errno(EACCES, "cannot open", "/etc/shadow");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::permission);
}

TEST(Error, DescribeIsOneLine) {
  EXPECT_EQ(describe({ErrorCode::io, "went wrong", "/file:3", "try again", 0}),
            "/file:3: went wrong (try again)");
  EXPECT_EQ(describe({ErrorCode::io, "went wrong", "", "", 0}), "went wrong");
}

}  // namespace
}  // namespace guestclock
