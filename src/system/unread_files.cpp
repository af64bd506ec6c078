#include "system/unread_files.h"

#include <array>

#include "base/text.h"

namespace guestclock::system {
namespace {

struct Row {
  Unread why;
  std::string_view word;
  ErrorCode code;
  std::string_view message;
};

constexpr std::array<Row, 4> kRows{{
    {Unread::permission, "permission", ErrorCode::permission,
     "the user who took the capture could not read it"},
    {Unread::failed, "failed", ErrorCode::unsupported,
     "could not be read when the capture was taken"},
    {Unread::name, "name", ErrorCode::unsupported, "the capture holds its name only"},
    {Unread::withheld, "withheld", ErrorCode::unsupported,
     "is not in the capture: it would name the machine"},
}};

const Row& row_of(Unread why) {
  for (const Row& row : kRows) {
    if (row.why == why) return row;
  }
  return kRows.front();
}

}  // namespace

std::string_view to_string(Unread why) {
  return row_of(why).word;
}

std::map<std::string, Unread> parse_unread(std::string_view text) {
  std::map<std::string, Unread> unread;
  for (const std::string_view line : lines(text)) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos || !line.substr(blank + 1).starts_with('/')) continue;
    for (const Row& row : kRows) {
      if (row.word == line.substr(0, blank)) unread.emplace(line.substr(blank + 1), row.why);
    }
  }
  return unread;
}

std::optional<Error> UnreadFiles::refusal(std::string_view path) const {
  const auto found = unread_.find(under_->resolve(path).value_or(std::string(path)));
  if (found == unread_.end()) return std::nullopt;
  const Row& row = row_of(found->second);
  return Error{row.code, std::string(row.message), std::string(path), {}, 0};
}

Result<std::string> UnreadFiles::read(std::string_view path, std::size_t limit) const {
  if (auto refused = refusal(path)) return tl::make_unexpected(std::move(*refused));
  return under_->read(path, limit);
}

Result<std::vector<std::string>> UnreadFiles::list(std::string_view path) const {
  if (auto refused = refusal(path)) return tl::make_unexpected(std::move(*refused));
  return under_->list(path);
}

}  // namespace guestclock::system
