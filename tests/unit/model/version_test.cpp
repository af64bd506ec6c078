#include "model/version.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace guestclock::model {
namespace {

using std::strong_ordering;

TEST(Version, ComparesAsManyComponentsAsTheBoundHas) {
  EXPECT_EQ(compare_version("5.3.1", "5.3"), strong_ordering::equal);
  EXPECT_EQ(compare_version("8.4", "8"), strong_ordering::equal);
  EXPECT_EQ(compare_version("9.0", "8"), strong_ordering::greater);
  EXPECT_EQ(compare_version("5.2", "5.3"), strong_ordering::less);
  EXPECT_EQ(compare_version("5.10", "5.9"), strong_ordering::greater);
}

TEST(Version, MissingComponentsCountAsZero) {
  EXPECT_EQ(compare_version("5", "5.1"), strong_ordering::less);
  EXPECT_EQ(compare_version("5", "5.0"), strong_ordering::equal);
}

TEST(Version, ComponentsEndAtTheFirstOtherCharacter) {
  EXPECT_EQ(compare_version("2.6.18-128.el5", "2.6.18"), strong_ordering::equal);
  EXPECT_EQ(compare_version("2.6.18-128.el5", "2.6.18.1"), strong_ordering::less);
  EXPECT_EQ(compare_version("8.1-RELEASE-p2", "8.1"), strong_ordering::equal);
  EXPECT_EQ(compare_version("5..3", "5.0"), strong_ordering::equal);
}

TEST(Version, BuildsCountWhereTheBoundHasOne) {
  EXPECT_EQ(compare_version("2.6.18-128.1.6.el5", "2.6.18-128"), strong_ordering::equal);
  EXPECT_EQ(compare_version("2.6.18-53.el5", "2.6.18-128"), strong_ordering::less);
  EXPECT_EQ(compare_version("2.6.18-308.el5", "2.6.18-128"), strong_ordering::greater);
  EXPECT_EQ(compare_version("2.6.9-400.EL", "2.6.18-128"), strong_ordering::less);
  EXPECT_EQ(compare_version("2.6.18", "2.6.18-128"), strong_ordering::equal);
  EXPECT_EQ(compare_version("2.6.18-rc1", "2.6.18-128"), strong_ordering::equal);
  EXPECT_EQ(compare_version("2.6.17", "2.6.18-128"), strong_ordering::less);
  EXPECT_EQ(compare_version("2.6.18-128.1.6", "2.6.18-128.1.7"), strong_ordering::less);
}

TEST(Version, NothingWithoutANumberInFront) {
  EXPECT_EQ(compare_version("", "5"), std::nullopt);
  EXPECT_EQ(compare_version("rawhide", "5"), std::nullopt);
  EXPECT_EQ(compare_version("5", "x"), std::nullopt);
  EXPECT_EQ(compare_version("-5", "5"), std::nullopt);
}

TEST(Version, ComponentsLongerThanAnyInteger) {
  EXPECT_EQ(compare_version("99999999999999999999999", "99999999999999999999998"),
            strong_ordering::greater);
  EXPECT_EQ(compare_version("0000000000000000000000005", "5"), strong_ordering::equal);
}

TEST(VersionProperty, AgreesWithIntegers) {
  EXPECT_TRUE(rc::check([](std::uint16_t a, std::uint16_t b, std::uint16_t c, std::uint16_t d) {
    const std::string left = std::to_string(a) + "." + std::to_string(b);
    const std::string right = std::to_string(c) + "." + std::to_string(d);
    RC_ASSERT(compare_version(left, right) == (std::pair(a, b) <=> std::pair(c, d)));
  }));
}

TEST(VersionProperty, AnyTextEqualsItself) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    RC_ASSERT(compare_version(text, text).value_or(strong_ordering::equal) ==
              strong_ordering::equal);
  }));
}

}  // namespace
}  // namespace guestclock::model
