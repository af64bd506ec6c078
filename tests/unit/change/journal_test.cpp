#include "change/journal.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/text.h"

namespace guestclock::change {
namespace {

using model::TransactionState;

JournalBeginning beginning() {
  return {"20261123T123456Z-1", "2026-11-23T12:34:56Z", 2, {"V-01"}, {"clocksource=acpi_pm"}};
}

std::vector<JournalFile> files() {
  JournalFile edited;
  edited.number = 0;
  edited.path = "/etc/grub.conf";
  edited.resolved = "/boot/grub/grub.conf";
  edited.loader = "grub-legacy";
  edited.existed = true;
  edited.metadata.mode = 0640;
  edited.metadata.uid = 12;
  edited.metadata.gid = 4294967295;
  edited.metadata.modified = Nanoseconds(-1234567890123456789);
  edited.metadata.xattrs = {{"security.selinux", std::string("system_u:\xff\0", 11)}};
  edited.metadata.flags = 0x80000080;
  edited.before_sha256 = std::string(64, 'a');
  edited.after_sha256 = std::string(64, 'b');
  edited.temporary = "/boot/grub/.guestclock-0123456789abcdef";
  edited.in_place = true;
  JournalFile created;
  created.number = 1;
  created.path = created.resolved = "/boot/100%/\xff\n.conf";
  created.loader = "freebsd-loader";
  created.after_sha256 = std::string(64, 'c');
  created.directories = {"/boot", "/boot/100%"};
  created.temporary = "/boot/100%/.guestclock-fedcba9876543210";
  return {edited, created};
}

std::string whole() {
  std::string bytes = encode(beginning());
  for (const JournalFile& file : files())
    bytes += encode(file);
  return bytes + encode(JournalMark::prepared) + encode(JournalMark::applied);
}

TEST(Journal, ComesBackAsItWasWritten) {
  const Journal journal = decode_journal(whole());
  ASSERT_TRUE(journal.beginning);
  EXPECT_EQ(*journal.beginning, beginning());
  EXPECT_EQ(journal.files, files());
  EXPECT_EQ(journal.marks, (std::vector{JournalMark::prepared, JournalMark::applied}));
  EXPECT_FALSE(journal.damaged);
  EXPECT_TRUE(journal.complete());
  EXPECT_EQ(journal.state(), TransactionState::applied);
}

TEST(Journal, StatesFollowTheLastMark) {
  std::string bytes = encode(beginning());
  const auto state = [&] { return decode_journal(bytes).state(); };
  EXPECT_TRUE(decode_journal(bytes).abandoned());
  for (const JournalFile& file : files())
    bytes += encode(file);
  EXPECT_TRUE(decode_journal(bytes).abandoned());
  EXPECT_FALSE(decode_journal(bytes).interrupted());
  bytes += encode(JournalMark::prepared);
  EXPECT_EQ(state(), TransactionState::prepared);
  EXPECT_TRUE(decode_journal(bytes).interrupted());
  bytes += encode(JournalMark::applied);
  EXPECT_EQ(state(), TransactionState::applied);
  EXPECT_FALSE(decode_journal(bytes).interrupted());
  bytes += encode(JournalMark::rolling_back);
  EXPECT_EQ(state(), TransactionState::applied);
  EXPECT_TRUE(decode_journal(bytes).interrupted());
  EXPECT_EQ(decode_journal(bytes + encode(JournalMark::conflict)).state(),
            TransactionState::conflict);
  bytes += encode(JournalMark::rolled_back);
  EXPECT_EQ(state(), TransactionState::rolled_back);
  EXPECT_FALSE(decode_journal(bytes).interrupted());
}

TEST(Journal, TruncatedAnywhereItHoldsTheRecordsBefore) {
  const std::string bytes = whole();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Journal journal = decode_journal(bytes.substr(0, size));
    EXPECT_FALSE(journal.damaged) << size;
    const std::size_t records =
        (journal.beginning ? 1U : 0U) + journal.files.size() + journal.marks.size();
    std::size_t lines_written = 0;
    for (std::size_t i = 0; i < size; ++i)
      lines_written += bytes[i] == '\n' ? 1U : 0U;
    EXPECT_EQ(records, lines_written) << size;
    if (journal.beginning) {
      EXPECT_EQ(*journal.beginning, beginning());
    }
    for (std::size_t i = 0; i < journal.files.size(); ++i) {
      EXPECT_EQ(journal.files[i], files()[i]);
    }
  }
}

TEST(Journal, NoBitCanFlipUnseen) {
  const std::string bytes = whole();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ (1U << bit));
      const Journal journal = decode_journal(flipped);
      const std::size_t records =
          (journal.beginning ? 1U : 0U) + journal.files.size() + journal.marks.size();
      ASSERT_LT(records, 5U) << at;
      if (journal.beginning) {
        ASSERT_EQ(*journal.beginning, beginning());
      }
      for (const JournalFile& file : journal.files)
        ASSERT_EQ(file, files().at(file.number));
      // Only the very end may look like a torn write; damage elsewhere is seen.
      const bool in_last_line = at + 1 == bytes.size();
      ASSERT_TRUE(journal.damaged || in_last_line) << at;
    }
  }
}

TEST(Journal, AMissingFileRecordIsNoWholeJournal) {
  const std::string bytes =
      encode(beginning()) + encode(files()[1]) + encode(JournalMark::prepared);
  EXPECT_FALSE(decode_journal(bytes).complete());
  EXPECT_EQ(decode_journal(bytes).state(), TransactionState::conflict);
}

TEST(Journal, ARecordBehindATornOneCounts) {
  const std::string head = encode(beginning()) + encode(files()[0]) + encode(files()[1]);
  const std::string torn = encode(JournalMark::prepared).substr(0, 9);
  const Journal journal = decode_journal(head + torn + "\n" + encode(JournalMark::rolled_back));
  EXPECT_EQ(journal.marks, (std::vector{JournalMark::rolled_back}));
  EXPECT_EQ(journal.state(), TransactionState::rolled_back);
}

TEST(JournalProperty, AnyBytesAreRead) {
  EXPECT_TRUE(rc::check([](const std::string& junk) {
    const Journal journal = decode_journal(junk);
    RC_ASSERT(!journal.beginning && journal.files.empty() && journal.marks.empty());
    const Journal behind = decode_journal(whole() + junk);
    RC_ASSERT(behind.files == files());
  }));
}

}  // namespace
}  // namespace guestclock::change
