// Takes out of a capture what names the machine or its owner, and leaves what tells what it is.
//
// Replaced: serial numbers, UUIDs and machine ids, MAC addresses, the machine's own host name, and
// the passwords of boot loaders; of a process environment only `container` and `product_name` stay,
// of crontabs and the scripts that they run only commands that set the clock.
// What was redacted once stays as it is.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace guestclock::system {

class Redaction {
 public:
  /// `host_name` may be empty. `known_words` are words of the detection's own tables: an asset tag
  /// that begins with one stays, and so does a host name that is one.
  Redaction(std::string_view host_name, std::vector<std::string> known_words);

  /// True for binary tables with serial numbers in them, which a capture had better not hold.
  [[nodiscard]] static bool withholds(std::string_view path);
  /// Of a file: its bytes as they may be shown. `path` decides which rules hold. The same UUID is
  /// replaced by the same stand-in in all calls.
  [[nodiscard]] std::string bytes(std::string_view path, std::string_view bytes);
  /// Of a path, or of where a link leads.
  [[nodiscard]] std::string path(std::string_view path);

 private:
  [[nodiscard]] std::string text(std::string_view path, std::string_view text);
  [[nodiscard]] std::string line(std::string_view line);
  /// What can stand anywhere: ids, addresses and host names.
  [[nodiscard]] std::string without_names(std::string_view path, std::string out);
  void replace_ids(std::string& text);
  void replace_host_names(std::string& text, bool json) const;
  [[nodiscard]] std::string uuid(std::string_view value);
  [[nodiscard]] std::string asset_tag(std::string_view value) const;
  [[nodiscard]] std::string stand_in(std::string_view id);
  [[nodiscard]] bool is_known(std::string_view word) const;

  std::vector<std::string> host_names_;  ///< lower case; the longest first
  std::vector<std::string> known_words_;
  std::map<std::string, std::size_t> ids_;  ///< by lower-case id: its number
};

}  // namespace guestclock::system
