// chrony.conf and the files that it takes in: what they say of sources, large errors and clients.
#pragma once

#include <string_view>

#include "model/facts.h"
#include "settings/include_handler.h"

namespace guestclock::settings {

class ChronyConfReader {
 public:
  /// Files in the order in which chronyd reads them; `include` is called where the text takes in a
  /// file or directory. Of a directive that stands several times the last counts. Lines that
  /// chronyd would not understand are passed over.
  void read(std::string_view path, std::string_view text, const IncludeHandler& include = {});
  [[nodiscard]] model::ChronyConf result() &&;

 private:
  using Words = std::vector<std::string>;

  void source(const Words& line, const std::string& shown);
  void correction(const Words& line);

  model::ChronyConf conf_;
  std::int64_t sources_ = 0;
  bool no_port_ = false;
};

}  // namespace guestclock::settings
