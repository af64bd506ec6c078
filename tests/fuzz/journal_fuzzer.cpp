// Any bytes as a transaction's journal, and any lines as the payloads of its records: read without
// complaint, and what was read is what its records say when they are written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <boost/crc.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "change/journal.h"

namespace {

using namespace guestclock::change;

void require(bool holds) {
  if (!holds) std::abort();
}

/// With the length and checksum that a random input would never hit upon.
std::string framed(std::string_view payload) {
  const std::string length = fmt::format("{:08x}", payload.size());
  boost::crc_32_type crc;
  crc.process_bytes(length.data(), length.size());
  crc.process_bytes(payload.data(), payload.size());
  return fmt::format("{} {:08x} {}\n", length, crc.checksum(), payload);
}

void check(const Journal& journal) {
  require(!(journal.interrupted() && journal.abandoned()));
  static_cast<void>(journal.state());
  std::string again;
  if (journal.beginning) again += encode(*journal.beginning);
  for (const JournalFile& file : journal.files)
    again += encode(file);
  for (const JournalMark mark : journal.marks)
    again += encode(mark);
  const Journal reread = decode_journal(again);
  require(!reread.damaged && reread.beginning == journal.beginning &&
          reread.files == journal.files && reread.marks == journal.marks);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(decode_journal(bytes));
  std::string records;
  for (const std::string_view line : guestclock::lines(bytes))
    records += framed(line);
  check(decode_journal(records));
  return 0;
}
