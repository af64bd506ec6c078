#include <array>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::system {
namespace {

class SinkTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return (scratch_.path() / name).string();
  }
  [[nodiscard]] long names() const {
    return std::distance(std::filesystem::directory_iterator(scratch_.path()), {});
  }

  support::ScratchDirectory scratch_;
  std::unique_ptr<Sink> sink_ = open_sink();
};

TEST_F(SinkTest, WritesANewFileAsTheUmaskSays) {
  const mode_t mask = ::umask(027);
  const auto written = sink_->write(path("report.json"), "{}");
  ::umask(mask);
  ASSERT_TRUE(written);
  EXPECT_EQ(scratch_.read("report.json"), "{}");
  struct stat status {};
  ASSERT_EQ(::stat(path("report.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
  EXPECT_EQ(names(), 1);
}

TEST_F(SinkTest, ReplacesAFileAndKeepsItsMode) {
  scratch_.write("real", "old, and longer");
  ASSERT_EQ(::chmod(path("real").c_str(), 0604), 0);
  std::filesystem::create_symlink("real", path("link"));
  ASSERT_TRUE(sink_->write(path("link"), "new"));
  EXPECT_EQ(scratch_.read("real"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  struct stat status {};
  ASSERT_EQ(::stat(path("real").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0604U);
  EXPECT_EQ(names(), 2);
}

TEST_F(SinkTest, NamesThatCannotBeWritten) {
  std::filesystem::create_symlink("nowhere", path("dangling"));
  EXPECT_EQ(sink_->write("", "x").error().code, ErrorCode::usage);
  EXPECT_EQ(sink_->write(path("dir/"), "x").error().code, ErrorCode::usage);
  EXPECT_EQ(sink_->write(std::string_view("a\0b", 3), "x").error().code, ErrorCode::usage);
  EXPECT_EQ(sink_->write(scratch_.path().string(), "x").error().code, ErrorCode::usage);
  EXPECT_EQ(sink_->write(path("dangling"), "x").error().code, ErrorCode::usage);
  EXPECT_EQ(sink_->write(path("absent/file"), "x").error().code, ErrorCode::not_found);
  EXPECT_EQ(names(), 1);
}

TEST_F(SinkTest, DevicesAndFifosAreWrittenTo) {
  EXPECT_TRUE(sink_->write("/dev/null", "x"));
  struct stat status {};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));

  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] {
    const UniqueFd fd(::open(path("fifo").c_str(), O_RDONLY));
    std::array<char, 16> bytes{};
    const ssize_t size = ::read(fd.get(), bytes.data(), bytes.size());
    if (size > 0) got.assign(bytes.data(), static_cast<std::size_t>(size));
  });
  EXPECT_TRUE(sink_->write(path("fifo"), "through"));
  reader.join();
  EXPECT_EQ(got, "through");
}

TEST_F(SinkTest, AnOpenDescriptorIsContinuedNotReopened) {
  scratch_.write("redirected", "");
  const UniqueFd fd(::open(path("redirected").c_str(), O_WRONLY));
  ASSERT_EQ(::write(fd.get(), "first ", 6), 6);
  ASSERT_TRUE(sink_->write("/dev/fd/" + std::to_string(fd.get()), "second"));
  EXPECT_EQ(scratch_.read("redirected"), "first second");
}

using Kind = TreeEntry::Kind;

TEST_F(SinkTest, ATreeIsMadeInOnePiece) {
  const std::vector<TreeEntry> entries{{"a/b/file", Kind::file, std::string("x\0\n", 3)},
                                       {"a/empty", Kind::directory, ""},
                                       {"a/link", Kind::symlink, "/nowhere"},
                                       {"top", Kind::file, ""}};
  ASSERT_TRUE(sink_->write_tree(path("tree/"), entries));
  EXPECT_EQ(scratch_.read("tree/a/b/file"), std::string("x\0\n", 3));
  EXPECT_TRUE(std::filesystem::is_directory(path("tree/a/empty")));
  EXPECT_EQ(std::filesystem::read_symlink(path("tree/a/link")), "/nowhere");
  EXPECT_EQ(scratch_.read("tree/top"), "");
  EXPECT_EQ(names(), 1);
  struct stat status {};
  ASSERT_EQ(::stat(path("tree").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U) << "what only its owner could read stays so";
}

TEST_F(SinkTest, ATreeTakesAnEmptyDirectoryAndNothingElse) {
  const std::vector<TreeEntry> entries{{"file", Kind::file, "x"}};
  std::filesystem::create_directory(path("empty"));
  std::filesystem::create_symlink("empty", path("link"));
  ASSERT_TRUE(sink_->write_tree(path("link"), entries));
  EXPECT_EQ(scratch_.read("empty/file"), "x");
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));

  scratch_.write("plain", "");
  std::filesystem::create_symlink("nowhere", path("dangling"));
  for (const char* const taken : {"empty", "plain", "dangling", "link"}) {
    const auto refused = sink_->write_tree(path(taken), entries);
    ASSERT_FALSE(refused) << taken;
    EXPECT_EQ(refused.error().code, ErrorCode::unsafe) << taken;
  }
  EXPECT_EQ(sink_->write_tree("", entries).error().code, ErrorCode::usage);
  EXPECT_EQ(sink_->write_tree(path("no/parent"), entries).error().code, ErrorCode::not_found);
  EXPECT_EQ(names(), 4);
}

TEST_F(SinkTest, ATreeThatFailsLeavesNothing) {
  std::filesystem::create_directory(path("outside"));
  const std::vector<std::vector<TreeEntry>> bad{
      {{"x", Kind::symlink, path("outside")}, {"x/file", Kind::file, "1"}},
      {{"x", Kind::symlink, path("outside/file")}, {"x", Kind::file, "1"}},
      {{"x", Kind::file, ""}, {"x/y", Kind::directory, ""}},
      {{"../file", Kind::file, "1"}},
      {{"x/../../file", Kind::file, "1"}},
      {{"x/", Kind::file, "1"}},
      {{std::string(300, 'n'), Kind::file, "1"}}};
  for (const std::vector<TreeEntry>& entries : bad) {
    EXPECT_FALSE(sink_->write_tree(path("tree"), entries)) << entries.back().path;
    EXPECT_EQ(names(), 1) << entries.back().path;
    EXPECT_TRUE(std::filesystem::is_empty(path("outside")));
  }
}

}  // namespace
}  // namespace guestclock::system
