#include "measure/smearing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::measure {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<tables::SmearingRow> kKnown{
    {{"smear.test", "192.0.2.7", "2001:db8::123"}, "slowly"}};

model::Server server(const std::string& address, const std::string& endpoint,
                     std::int64_t received = 5) {
  model::Server row;
  row.address = address;
  row.endpoint = endpoint;
  row.received = received;
  row.verdict = "usable";
  return row;
}

TEST(NoteSmearing, OneKindAloneIsOnlyNamed) {
  std::vector<model::Server> rows{server("Smear.test.:123", "198.51.100.1:123")};
  note_smearing(rows, kKnown);
  EXPECT_THAT(rows[0].reasons, testing::ElementsAre("it smears leap seconds, slowly"));
}

TEST(NoteSmearing, BesideOthersItSaysThatTheyDoNotGoTogether) {
  std::vector<model::Server> rows{server("a.test:123", "192.0.2.7:123"),
                                  server("b.test:123", "198.51.100.2:123"),
                                  server("[2001:db8::123]:123", "[2001:db8::123]:123")};
  note_smearing(rows, kKnown);
  EXPECT_THAT(rows[0].reasons.at(0), HasSubstr("up to a second from b.test:123"));
  EXPECT_THAT(rows[1].reasons, IsEmpty());
  EXPECT_THAT(rows[2].reasons.at(0), HasSubstr("Ask servers of one kind only"));
}

TEST(NoteSmearing, OneThatDidNotAnswerCountsForNothing) {
  std::vector<model::Server> rows{server("smear.test:123", "192.0.2.7:123"),
                                  server("b.test:123", "198.51.100.2:123", 0)};
  note_smearing(rows, kKnown);
  EXPECT_EQ(rows[0].reasons.at(0), "it smears leap seconds, slowly");
  rows = {server("smear.test:123", "192.0.2.7:123", 0)};
  note_smearing(rows, kKnown);
  EXPECT_THAT(rows[0].reasons, IsEmpty());
}

}  // namespace
}  // namespace guestclock::measure
