// The writers of tests/support: that they do what the tests which use them rely on.
#include "support/fault_writer.h"

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/recording_writer.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::support {
namespace {

using ::testing::ElementsAre;

system::FileMetadata own() {
  system::FileMetadata metadata;
  metadata.uid = ::geteuid();
  metadata.gid = ::getegid();
  return metadata;
}

class Writers : public ::testing::Test {
 protected:
  Writers() : real_(system::open_writer(scratch_.path().string()).value()), log_(*real_) {}

  /// Four operations, as far as they are let.
  static void work(system::SystemWriter& writer) {
    if (!writer.make_directory("/d", 0700)) return;
    if (!writer.create("/d/journal", "", own())) return;
    if (!writer.append("/d/journal", "12345678")) return;
    static_cast<void>(writer.remove_file("/d/journal"));
  }

  ScratchDirectory scratch_;
  std::unique_ptr<system::SystemWriter> real_;
  RecordingWriter log_;
};

TEST_F(Writers, ARecordOfEverything) {
  work(log_);
  EXPECT_FALSE(log_.remove_directory("/absent"));
  EXPECT_TRUE(log_.lock("/lock"));
  EXPECT_THAT(log_.log(),
              ElementsAre("make_directory /d", "create /d/journal", "append /d/journal",
                          "remove_file /d/journal", "remove_directory /absent", "lock /lock"));
  EXPECT_EQ(log_.operations()[2].bytes, "12345678");
  EXPECT_TRUE(log_.operations()[3].succeeded);
  EXPECT_FALSE(log_.operations()[4].succeeded);
}

TEST_F(Writers, NoFault) {
  FaultWriter writer(log_, 0, FaultWriter::Fault::die);
  work(writer);
  EXPECT_EQ(writer.operations(), 4U);
  EXPECT_FALSE(writer.struck());
  EXPECT_EQ(log_.operations().size(), 4U);
}

TEST_F(Writers, FailsOnceOrAlways) {
  FaultWriter once(log_, 2, FaultWriter::Fault::fail_once);
  ASSERT_TRUE(once.make_directory("/d", 0700));
  EXPECT_EQ(once.create("/d/a", "", own()).error().code, ErrorCode::io);
  EXPECT_TRUE(once.struck());
  EXPECT_TRUE(once.create("/d/a", "", own()));
  FaultWriter always(log_, 1, FaultWriter::Fault::fail_always);
  EXPECT_FALSE(always.create("/d/b", "", own()));
  EXPECT_FALSE(always.remove_file("/d/a"));
  EXPECT_TRUE(std::filesystem::exists(scratch_.path() / "d/a"));
}

TEST_F(Writers, DiesBeforeHalfwayOrAfter) {
  ASSERT_TRUE(real_->create("/j", "", own()));
  FaultWriter before(log_, 1, FaultWriter::Fault::die);
  EXPECT_THROW(static_cast<void>(before.append("/j", "1234")), Died);
  EXPECT_EQ(scratch_.read("j"), "");
  EXPECT_THROW(static_cast<void>(before.remove_file("/j")), Died) << "gone is gone";

  FaultWriter halfway(log_, 1, FaultWriter::Fault::die, FaultWriter::Moment::halfway);
  EXPECT_THROW(static_cast<void>(halfway.append("/j", "1234")), Died);
  EXPECT_EQ(scratch_.read("j"), "12");

  FaultWriter after(log_, 1, FaultWriter::Fault::die, FaultWriter::Moment::after);
  EXPECT_THROW(static_cast<void>(after.append("/j", "34")), Died);
  EXPECT_EQ(scratch_.read("j"), "1234");
}

}  // namespace
}  // namespace guestclock::support
