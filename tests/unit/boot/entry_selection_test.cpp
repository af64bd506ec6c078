#include "boot/entry_selection.h"

#include <gtest/gtest.h>

namespace guestclock::boot {
namespace {

using model::BootEntry;
using model::EntrySelector;
using model::ParameterEdit;

BootEntry entry(std::int64_t index, std::string kernel, bool is_default = false,
                bool rescue = false) {
  BootEntry one;
  one.index = index;
  one.title = "entry " + std::to_string(index);
  one.kernel = std::move(kernel);
  one.is_default = is_default;
  one.rescue = rescue;
  return one;
}

const ParameterEdit kAdd{"a", {"1"}, ""};
const ParameterEdit kRemove{"a", {}, ""};

std::vector<BootEntry> four() {
  return {entry(0, "/vmlinuz-1"), entry(1, "/vmlinuz-2", true), entry(2, "/vmlinuz-2", false, true),
          entry(3, "")};
}

std::vector<std::int64_t> selected(const EntrySelector& selector, const ParameterEdit& edit) {
  std::vector<std::int64_t> indexes;
  for (const BootEntry& one : four()) {
    if (selects(selector, edit, one)) indexes.push_back(one.index);
  }
  return indexes;
}

TEST(EntrySelection, AutomaticAddsToTheDefaultAndRemovesEverywhereButRescue) {
  EXPECT_EQ(selected({}, kAdd), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(selected({}, kRemove), (std::vector<std::int64_t>{0, 1}));
}

TEST(EntrySelection, NamedSelectorsAreTakenAtTheirWord) {
  EXPECT_EQ(selected({EntrySelector::Kind::default_entry, 0, ""}, kRemove),
            (std::vector<std::int64_t>{1}));
  EXPECT_EQ(selected({EntrySelector::Kind::all, 0, ""}, kAdd),
            (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(selected({EntrySelector::Kind::index, 2, ""}, kAdd), (std::vector<std::int64_t>{2}));
  EXPECT_EQ(selected({EntrySelector::Kind::kernel_path, 0, "/vmlinuz-2"}, kAdd),
            (std::vector<std::int64_t>{1, 2}));
}

TEST(EntrySelection, SaysWhatIsMissing) {
  const auto entries = four();
  const auto check = [&](const EntrySelector& selector, const ParameterEdit& edit) {
    return check_selection(selector, std::vector{edit}, entries, "/boot/grub/menu.lst");
  };
  EXPECT_TRUE(check({}, kAdd));
  const auto no_kernel = check({EntrySelector::Kind::index, 3, ""}, kAdd);
  ASSERT_FALSE(no_kernel);
  EXPECT_EQ(no_kernel.error().code, ErrorCode::not_found);
  EXPECT_EQ(no_kernel.error().path, "/boot/grub/menu.lst");
  EXPECT_FALSE(check({EntrySelector::Kind::kernel_path, 0, "/none"}, kRemove));
}

TEST(EntrySelection, ADefaultWithoutAKernelIsNamed) {
  const std::vector<BootEntry> windows{entry(0, "", true)};
  const auto refused = check_selection({}, std::vector{kAdd}, windows, "menu.lst");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("\"entry 0\""), std::string::npos);
  EXPECT_TRUE(check_selection({}, std::vector{kRemove}, windows, "menu.lst"));
}

TEST(EntrySelection, RescueIsReadOffTitleKernelAndParameters) {
  BootEntry one = entry(0, "/vmlinuz-0-rescue-abc");
  EXPECT_TRUE(looks_like_rescue(one));
  one = entry(0, "/vmlinuz-1");
  EXPECT_FALSE(looks_like_rescue(one));
  one.title = "Debian GNU/Linux, kernel 2.6.18 (single-user mode)";
  EXPECT_TRUE(looks_like_rescue(one));
  one.title = "Linux";
  one.parameters = {"ro", "single"};
  EXPECT_TRUE(looks_like_rescue(one));
}

}  // namespace
}  // namespace guestclock::boot
