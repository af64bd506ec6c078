#include "support/scratch_directory.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace guestclock::support {

ScratchDirectory::ScratchDirectory(const std::filesystem::path& parent) {
  std::string pattern = (parent / "guestclock-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path ScratchDirectory::write(std::string_view below,
                                              std::string_view bytes) const {
  while (below.starts_with('/'))
    below.remove_prefix(1);
  const std::filesystem::path file = path_ / below;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  return file;
}

std::string ScratchDirectory::read(std::string_view below) const {
  while (below.starts_with('/'))
    below.remove_prefix(1);
  std::ifstream in(path_ / below, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + (path_ / below).string());
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

}  // namespace guestclock::support
