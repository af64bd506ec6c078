#include "base/unique_fd.h"

#include <fcntl.h>

#include <gtest/gtest.h>

namespace guestclock {
namespace {

int open_null() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

TEST(UniqueFd, StartsWithout) {
  const UniqueFd fd;
  EXPECT_FALSE(fd.valid());
  EXPECT_EQ(fd.get(), -1);
}

TEST(UniqueFd, ClosesAtTheEnd) {
  const int number = open_null();
  ASSERT_GE(number, 0);
  {
    const UniqueFd fd(number);
    EXPECT_TRUE(fd.valid());
    EXPECT_EQ(fd.get(), number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, MovesWithoutClosing) {
  UniqueFd from(open_null());
  const int number = from.get();
  UniqueFd to(std::move(from));
  EXPECT_FALSE(from.valid());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  EXPECT_EQ(to.get(), number);
  EXPECT_TRUE(is_open(number));

  const int replaced = open_null();
  UniqueFd target(replaced);
  target = std::move(to);
  EXPECT_FALSE(is_open(replaced));
  EXPECT_EQ(target.get(), number);
  UniqueFd& itself = target;
  target = std::move(itself);
  EXPECT_EQ(target.get(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(UniqueFd, ReleaseGivesItAway) {
  UniqueFd fd(open_null());
  const int number = fd.release();
  EXPECT_FALSE(fd.valid());
  EXPECT_TRUE(is_open(number));
  ::close(number);
}

TEST(UniqueFd, ResetTakesAnother) {
  const int first = open_null();
  UniqueFd fd(first);
  const int second = ::fcntl(first, F_DUPFD_CLOEXEC, 0);
  fd.reset(second);
  EXPECT_FALSE(is_open(first));
  EXPECT_EQ(fd.get(), second);
  fd.reset();
  EXPECT_FALSE(is_open(second));
}

}  // namespace
}  // namespace guestclock
