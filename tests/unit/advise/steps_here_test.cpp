#include "advise/steps_here.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/advise/judged_guest.h"

namespace guestclock::advise {
namespace {

using model::FixStep;
using testing::ElementsAre;
using testing::IsEmpty;

FixStep in_chrony_conf() {
  return {FixStep::Action::write, "makestep 1 -1", "/etc/chrony.conf", "timesync.chrony_conf.files",
          "as the last line"};
}

std::vector<std::string> in_words_here(const FixStep& step, const Facts& facts) {
  std::vector<std::string> all;
  for (const FixStep& one : steps_here({step}, model::FactLookup(facts, nullptr)))
    all.push_back(model::in_words(one));
  return all;
}

TEST(Steps, TheFileIsCalledAsOnThisGuest) {
  Facts facts = a_guest();
  model::ChronyConf conf;
  conf.files = {"/etc/chrony/chrony.conf", "/etc/chrony/conf.d/a.conf"};
  facts.timesync.chrony_conf = std::optional(conf);
  EXPECT_THAT(in_words_here(in_chrony_conf(), facts),
              ElementsAre("in /etc/chrony/chrony.conf, as the last line, write: makestep 1 -1"));
}

TEST(Steps, OfAFileThatIsKnownNotToBeThereThereAreNone) {
  Facts facts = a_guest();
  facts.timesync.chrony_conf = std::optional<model::ChronyConf>();
  EXPECT_THAT(in_words_here(in_chrony_conf(), facts), IsEmpty());
}

TEST(Steps, WhereItIsUnknownTheRulesNameStays) {
  Facts facts = a_guest();
  facts.timesync.chrony_conf = model::Fact<std::optional<model::ChronyConf>>::unknown("a test");
  EXPECT_THAT(in_words_here(in_chrony_conf(), facts),
              ElementsAre("in /etc/chrony.conf, as the last line, write: makestep 1 -1"));
}

TEST(Steps, FactsStandInThePlaceOfTheirPaths) {
  Facts facts = a_guest();
  facts.clock.source = std::string("ACPI-fast");
  const auto words = [&](const std::string& text) {
    return in_words_here({FixStep::Action::run, text, "", "", ""}, facts).at(0);
  };
  EXPECT_EQ(words("sysctl a=%{clock.source} b"), "run: sysctl a=ACPI-fast b");
  EXPECT_EQ(words("%{clock.source}%{clock.source}"), "run: ACPI-fastACPI-fast");
  EXPECT_EQ(words("ATTR{clock_name} 100%"), "run: ATTR{clock_name} 100%");
  EXPECT_EQ(words("no end %{clock.source"), "run: no end %{clock.source");
  facts.clock.source = std::string("a; reboot");
  EXPECT_EQ(words("sysctl a=%{clock.source}"), "run: sysctl a=%{clock.source}");
}

}  // namespace
}  // namespace guestclock::advise
