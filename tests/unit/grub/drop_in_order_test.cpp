// Drop-ins whose order depends on the locale.
#include "grub/drop_in_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grub2_machine.h"
#include "support/program.h"

namespace guestclock::grub {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kName = "GRUB_CMDLINE_LINUX_DEFAULT";
const model::ParameterEdit kSet{"x", {"1"}, ""};

std::string drop_in(const std::string& name) {
  return "/etc/default/grub.d/" + name;
}

Grub2Machine machine_of(const std::string& shell, const Contents& drop_ins) {
  Contents contents{
      {kMain, "GRUB_CMDLINE_LINUX_DEFAULT=quiet\n"},
      {"/usr/sbin/grub-mkconfig", "#!" + shell + "\n# ${sysconfdir}/default/grub.d/*.cfg\n"},
      {"/bin/bash", ""}};
  for (const auto& [name, bytes] : drop_ins)
    contents[drop_in(name)] = bytes;
  return Grub2Machine::debian(std::move(contents));
}

std::vector<std::string> warnings(const Grub2Machine& machine) {
  const auto layers = read_grub_layers(machine.files());
  return layers ? uncertain_order(*layers, {kName})
                : std::vector<std::string>{describe(layers.error())};
}

std::string assign(const std::string& value) {
  return std::string(kName) + "=\"" + value + "\"\n";
}

TEST(DropInOrder, TwoWinnersAreNamedWhereTheShellSortsByLocale) {
  for (const auto& [first, second] : std::vector<std::pair<std::string, std::string>>{
           {"Zoo.cfg", "apple.cfg"}, {"99-guestclock.cfg", "_50.cfg"}, {"50-b.cfg", "50_a.cfg"}}) {
    const Contents two{{first, assign("a")}, {second, assign("b")}};
    EXPECT_THAT(warnings(machine_of("/bin/bash", two)),
                ElementsAre(AllOf(HasSubstr(kName),
                                  HasSubstr(drop_in(first) + " and " + drop_in(second)))));
    EXPECT_THAT(warnings(machine_of("/bin/sh", two)), IsEmpty());
  }
}

TEST(DropInOrder, NothingIsSaidWhereItMakesNoDifference) {
  for (const Contents& drop_ins : std::vector<Contents>{
           {{"50-cloudimg-settings.cfg", assign("a")}, {"kdump.cfg", assign("b")}},
           {{"Zoo.cfg", assign("a")}, {"apple.cfg", assign("a")}},
           {{"Zoo.cfg", "GRUB_TIMEOUT=1\n"}, {"apple.cfg", assign("a")}},
           {{"Zoo.cfg", assign("a")}, {"apple.cfg", assign("b")}, {"zz.cfg", assign("c")}}}) {
    EXPECT_THAT(warnings(machine_of("/bin/bash", drop_ins)), IsEmpty());
  }
}

TEST(DropInOrder, AnEditWarnsOfOurOwnDropInToo) {
  const auto machine =
      machine_of("/bin/bash", {{"10-a.cfg", assign("a")}, {"_20.cfg", "GRUB_TIMEOUT=1\n"}});
  EXPECT_THAT(machine.edit({kSet})->warnings, testing::Not(testing::Contains(HasSubstr("locale"))));
  const auto uncertain = machine_of(
      "/bin/bash", {{"50-a.cfg", "A=1\n"},
                    {"_20.cfg", "GRUB_CMDLINE_LINUX_DEFAULT=\"${GRUB_CMDLINE_LINUX_DEFAULT} b\"\n"},
                    {"99-guestclock.cfg",
                     "GRUB_CMDLINE_LINUX_DEFAULT=\"${GRUB_CMDLINE_LINUX_DEFAULT} x=0\"\n"}});
  EXPECT_THAT(uncertain.edit({kSet})->warnings,
              ElementsAre(HasSubstr("99-guestclock.cfg and /etc/default/grub.d/_20.cfg are read")));
  EXPECT_THAT(uncertain.loader().remarks(uncertain.files(), {}), testing::SizeIs(1));
}

/// dash does sort by bytes, whatever the locale: what the warnings rest on.
TEST(DropInOrder, DashSortsByBytesInEveryLocale) {
  const support::ScratchDirectory scratch;
  for (const char* name : {"9-b.cfg", "99-a.cfg", "_l.cfg", "Zoo.cfg", "apple.cfg", "50_a.cfg"})
    scratch.write(name, "");
  for (const char* locale : {"LC_ALL=C", "LC_ALL=C.UTF-8", "LC_ALL=en_US.UTF-8"}) {
    EXPECT_EQ(support::run_program(
                  {"dash", "-c", "cd \"$0\" && echo *.cfg", scratch.path().string()}, {locale})
                  .out,
              "50_a.cfg 9-b.cfg 99-a.cfg Zoo.cfg _l.cfg apple.cfg\n")
        << locale;
  }
}

}  // namespace
}  // namespace guestclock::grub
