#include "change/journal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <boost/crc.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace guestclock::change {
namespace {

using nlohmann::json;

constexpr std::size_t kDigits = 8;
constexpr std::size_t kHeader = 2 * kDigits + 2;

struct MarkName {
  JournalMark mark;
  std::string_view name;
};
constexpr std::array<MarkName, 6> kMarks{{{JournalMark::prepared, "prepared"},
                                          {JournalMark::applied, "applied"},
                                          {JournalMark::rolling_back, "rolling-back"},
                                          {JournalMark::rolled_back, "rolled-back"},
                                          {JournalMark::conflict, "conflict"},
                                          {JournalMark::purged, "purged"}}};

// --- bytes that JSON strings cannot hold

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '%';
}

std::string escaped(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (is_plain(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

template <class Number>
std::optional<Number> parse_hex(std::string_view digits) {
  Number value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
  if (digits.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() != '%') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 3) return std::nullopt;
    const auto byte = parse_hex<std::uint8_t>(text.substr(1, 2));
    if (!byte) return std::nullopt;
    out += static_cast<char>(*byte);
    text.remove_prefix(3);
  }
  return out;
}

json escaped_list(const std::vector<std::string>& list) {
  json out = json::array();
  for (const std::string& item : list)
    out.push_back(escaped(item));
  return out;
}

// --- reading JSON that anybody may have written: a wrong type makes the record invalid

class Reader {
 public:
  explicit Reader(const json& object) : object_(object) {}

  std::string text(const char* key) {
    const json* const found = get(key);
    if (found == nullptr || !found->is_string()) return bad<std::string>();
    return text_of(*found);
  }

  template <class Number>
  Number number(const char* key) {
    const json* const found = get(key);
    if (found == nullptr) return bad<Number>();
    return number_of<Number>(*found);
  }

  bool boolean(const char* key) {
    const json* const found = get(key);
    if (found == nullptr || !found->is_boolean()) return bad<bool>();
    return found->get<bool>();
  }

  std::vector<std::string> list(const char* key) {
    std::vector<std::string> out;
    const json* const found = get(key);
    if (found == nullptr || !found->is_array()) return bad<std::vector<std::string>>();
    for (const json& item : *found) {
      if (!item.is_string()) return bad<std::vector<std::string>>();
      out.push_back(text_of(item));
    }
    return out;
  }

  std::vector<std::pair<std::string, std::string>> pairs(const char* key) {
    std::vector<std::pair<std::string, std::string>> out;
    const json* const found = get(key);
    if (found == nullptr || !found->is_array()) return bad<decltype(out)>();
    for (const json& item : *found) {
      if (!item.is_array() || item.size() != 2 || !item[0].is_string() || !item[1].is_string()) {
        return bad<decltype(out)>();
      }
      out.emplace_back(text_of(item[0]), text_of(item[1]));
    }
    return out;
  }

  [[nodiscard]] bool good() const { return good_; }

 private:
  const json* get(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  template <class T>
  T bad() {
    good_ = false;
    return T();
  }
  std::string text_of(const json& item) {
    auto out = unescaped(item.get_ref<const std::string&>());
    return out ? std::move(*out) : bad<std::string>();
  }
  template <class Number>
  Number number_of(const json& item) {
    if (item.is_number_unsigned()) {
      const auto value = item.get<std::uint64_t>();
      if (value > static_cast<std::uint64_t>(std::numeric_limits<Number>::max())) {
        return bad<Number>();
      }
      return static_cast<Number>(value);
    }
    if (!item.is_number_integer()) return bad<Number>();
    const auto value = item.get<std::int64_t>();  // negative: the others are unsigned
    if constexpr (std::numeric_limits<Number>::is_signed) {
      if (value < std::numeric_limits<Number>::min()) return bad<Number>();
      return static_cast<Number>(value);
    }
    return bad<Number>();
  }

  const json& object_;
  bool good_ = true;
};

// --- records

std::string checksum(std::string_view length, std::string_view payload) {
  boost::crc_32_type crc;
  crc.process_bytes(length.data(), length.size());
  crc.process_bytes(payload.data(), payload.size());
  return fmt::format("{:08x}", crc.checksum());
}

std::string framed(const json& record) {
  const std::string payload = record.dump();
  const std::string length = fmt::format("{:08x}", payload.size());
  return length + " " + checksum(length, payload) + " " + payload + "\n";
}

/// The payload of a line that checks out.
std::optional<std::string_view> unframed(std::string_view line) {
  if (line.size() < kHeader || line[kDigits] != ' ' || line[kHeader - 1] != ' ') {
    return std::nullopt;
  }
  const std::string_view length = line.substr(0, kDigits);
  const std::string_view payload = line.substr(kHeader);
  const auto size = parse_hex<std::uint32_t>(length);
  if (!size || *size != payload.size()) return std::nullopt;
  if (checksum(length, payload) != line.substr(kDigits + 1, kDigits)) return std::nullopt;
  return payload;
}

bool take_beginning(const json& record, Journal& journal) {
  Reader reader(record);
  JournalBeginning beginning;
  beginning.id = reader.text("id");
  beginning.time = reader.text("time");
  beginning.files = reader.number<std::size_t>("files");
  beginning.rules = reader.list("rules");
  beginning.parameters = reader.list("parameters");
  if (!reader.good() || journal.beginning) return false;
  journal.beginning = std::move(beginning);
  return true;
}

bool take_file(const json& record, Journal& journal) {
  Reader reader(record);
  JournalFile file;
  file.number = reader.number<std::size_t>("number");
  file.path = reader.text("path");
  file.resolved = reader.text("resolved");
  file.loader = reader.text("loader");
  file.existed = reader.boolean("existed");
  file.after_sha256 = reader.text("after");
  file.directories = reader.list("directories");
  file.temporary = reader.text("temporary");
  file.in_place = reader.boolean("in_place");
  if (file.existed) {
    file.before_sha256 = reader.text("before");
    file.metadata.mode = reader.number<std::uint32_t>("mode");
    file.metadata.uid = reader.number<std::uint32_t>("uid");
    file.metadata.gid = reader.number<std::uint32_t>("gid");
    file.metadata.modified = Nanoseconds(reader.number<std::int64_t>("modified_ns"));
    file.metadata.xattrs = reader.pairs("xattrs");
    file.metadata.flags = reader.number<std::uint32_t>("flags");
  }
  if (!reader.good()) return false;
  journal.files.push_back(std::move(file));
  return true;
}

bool take_mark(std::string_view name, Journal& journal) {
  const auto found = std::find_if(kMarks.begin(), kMarks.end(),
                                  [&](const MarkName& mark) { return mark.name == name; });
  if (found == kMarks.end()) return false;
  journal.marks.push_back(found->mark);
  return true;
}

bool take_record(std::string_view payload, Journal& journal) {
  const json record = json::parse(payload, nullptr, false);
  if (!record.is_object()) return false;
  Reader reader(record);
  const std::string kind = reader.text("record");
  if (kind == "begin") return take_beginning(record, journal);
  if (kind == "file") return take_file(record, journal);
  return reader.good() && take_mark(kind, journal);
}

}  // namespace

bool Journal::complete() const {
  if (!beginning || beginning->files != files.size()) return false;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].number != i) return false;
  }
  return true;
}

bool Journal::interrupted() const {
  // A damaged record may have been the mark "prepared": looking does no harm.
  if (marks.empty()) return damaged;
  return marks.back() == JournalMark::prepared || marks.back() == JournalMark::rolling_back;
}

bool Journal::abandoned() const {
  if (marks.empty()) return !damaged;
  return marks.back() == JournalMark::purged;
}

model::TransactionState Journal::state() const {
  using model::TransactionState;
  if (!complete()) return TransactionState::conflict;
  TransactionState state = TransactionState::conflict;
  for (const JournalMark mark : marks) {
    switch (mark) {
      case JournalMark::prepared:
        state = TransactionState::prepared;
        break;
      case JournalMark::applied:
        state = TransactionState::applied;
        break;
      case JournalMark::rolling_back:  // until it is done, what was applied counts
      case JournalMark::purged:
        break;
      case JournalMark::rolled_back:
        state = TransactionState::rolled_back;
        break;
      case JournalMark::conflict:
        state = TransactionState::conflict;
        break;
    }
  }
  return state;
}

std::string encode(const JournalBeginning& beginning) {
  return framed({{"record", "begin"},
                 {"id", escaped(beginning.id)},
                 {"time", escaped(beginning.time)},
                 {"files", beginning.files},
                 {"rules", escaped_list(beginning.rules)},
                 {"parameters", escaped_list(beginning.parameters)}});
}

std::string encode(const JournalFile& file) {
  json record{{"record", "file"},
              {"number", file.number},
              {"path", escaped(file.path)},
              {"resolved", escaped(file.resolved)},
              {"loader", escaped(file.loader)},
              {"existed", file.existed},
              {"after", file.after_sha256},
              {"directories", escaped_list(file.directories)},
              {"temporary", escaped(file.temporary)},
              {"in_place", file.in_place}};
  if (file.existed) {
    json xattrs = json::array();
    for (const auto& [name, value] : file.metadata.xattrs) {
      xattrs.push_back(json::array({escaped(name), escaped(value)}));
    }
    record["before"] = file.before_sha256;
    record["mode"] = file.metadata.mode;
    record["uid"] = file.metadata.uid;
    record["gid"] = file.metadata.gid;
    record["modified_ns"] = file.metadata.modified.value_or(Nanoseconds{}).count();
    record["xattrs"] = std::move(xattrs);
    record["flags"] = file.metadata.flags.value_or(0);
  }
  return framed(record);
}

std::string encode(JournalMark mark) {
  const auto found = std::find_if(kMarks.begin(), kMarks.end(),
                                  [&](const MarkName& one) { return one.mark == mark; });
  return framed({{"record", found->name}});
}

Journal decode_journal(std::string_view bytes) {
  Journal journal;
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const std::string_view line = bytes.substr(0, newline);
    const bool whole = newline != std::string_view::npos;
    bytes.remove_prefix(whole ? newline + 1 : bytes.size());
    if (line.empty() || !whole) continue;
    const auto payload = unframed(line);
    if (!payload || !take_record(*payload, journal)) journal.damaged = true;
  }
  return journal;
}

}  // namespace guestclock::change
