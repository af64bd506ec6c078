#include "freebsd/loader_settings.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"

namespace guestclock::freebsd {
namespace {

constexpr std::string_view kDefaults = "/boot/defaults/loader.conf";
constexpr std::string_view kHints = "/boot/device.hints";
constexpr std::size_t kFileLimit = 256;
constexpr std::size_t kDirectoryLimit = 16;
constexpr std::size_t kByteLimit = std::size_t{512} << 10U;  ///< of all files together
/// A value that expands to more than this is no value: kenv(2) takes 128 bytes.
constexpr std::size_t kValueLimit = 4096;

using Variables = std::map<std::string, std::string, std::less<>>;

bool is_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

/// $name and ${name} by their values (undefined: nothing); a backslash keeps the next byte.
std::string expanded(std::string_view text, const Variables& variables) {
  std::string out;
  for (std::size_t at = 0; at < text.size() && out.size() < kValueLimit;) {
    const char c = text[at++];
    if (c == '\\' && at < text.size()) {
      out += text[at++];
      continue;
    }
    if (c != '$') {
      out += c;
      continue;
    }
    const bool braces = at < text.size() && text[at] == '{';
    std::size_t end = braces ? text.find('}', at) : at;
    if (end == std::string_view::npos) {
      out += c;
      continue;
    }
    while (!braces && end < text.size() && is_name(text[end]))
      ++end;
    const std::size_t begin = at + (braces ? 1 : 0);
    const auto found = variables.find(text.substr(begin, end - begin));
    if (found != variables.end()) out += found->second;
    at = end + (braces ? 1 : 0);
  }
  out.resize(std::min(out.size(), kValueLimit));
  return out;
}

class Reader {
 public:
  explicit Reader(const system::Files& files) : files_(files) {}

  Result<LoaderSettings> run() {
    auto read = read_tree(std::string(kDefaults), {}, SettingsFile::Role::defaults);
    if (read && !settings_.files.front().exists) read = read_usual_files();
    if (read) read = read_directories();
    if (read) read = read_list("local_loader_conf_files");
    if (!read) return tl::make_unexpected(read.error());
    return std::move(settings_);
  }

 private:
  Result<void> read_usual_files() {
    variables_["loader_conf_files"] = std::string(kHints) + " " + std::string(kLoaderConf);
    variables_["loader_conf_dirs"] = "/boot/loader.conf.d";
    variables_["local_loader_conf_files"] = "/boot/loader.conf.local";
    return read_list("loader_conf_files");
  }

  /// A file, then those it names in loader_conf_files.
  Result<void> read_tree(const std::string& path, const std::string& directory,
                         SettingsFile::Role role) {
    if (!seen_.insert(path).second) return {};
    if (seen_.size() > kFileLimit) {
      return fail(ErrorCode::malformed,
                  "names more than " + std::to_string(kFileLimit) + " files to read", path);
    }
    SettingsFile file;
    file.path = path;
    file.directory = directory;
    file.role = role;
    auto bytes = files_.read(path, kByteLimit - read_bytes_);
    if (!bytes && bytes.error().code != ErrorCode::not_found) {
      return tl::make_unexpected(bytes.error());
    }
    file.exists = bytes.has_value();
    if (bytes) file.bytes = std::move(*bytes);
    read_bytes_ += file.bytes.size();
    file.conf = parse_conf_file(file.bytes);
    variables_.erase("loader_conf_files");
    settings_.files.push_back(std::move(file));
    carry_out(settings_.files.size() - 1);
    return read_list("loader_conf_files");
  }

  void carry_out(std::size_t index) {
    const ConfFile& conf = settings_.files[index].conf;
    for (std::size_t i = 0; i < conf.lines.size(); ++i) {
      const ConfLine& line = conf.lines[i];
      if (line.kind != ConfLine::Kind::assignment) continue;
      std::string value = expanded(line.text, variables_);
      variables_[line.name] = value;
      settings_.assignments.push_back({index, i, line.name, std::move(value)});
    }
  }

  Result<void> read_list(std::string_view variable) {
    const auto found = variables_.find(variable);
    if (found == variables_.end()) return {};
    for (const std::string& path : words(found->second)) {
      const auto role = path == kHints ? SettingsFile::Role::hints : SettingsFile::Role::own;
      if (auto read = read_tree(absolute(path), {}, role); !read) return read;
    }
    return {};
  }

  Result<void> read_directories() {
    const auto found = variables_.find("loader_conf_dirs");
    if (found == variables_.end()) return {};
    const std::vector<std::string> directories = words(found->second);
    if (directories.size() > kDirectoryLimit) {
      return fail(ErrorCode::malformed, "loader_conf_dirs names too many directories",
                  std::string(kDefaults));
    }
    for (const std::string& name : directories) {
      const std::string directory = absolute(name);
      const auto names = files_.list(directory);
      if (!names) continue;
      for (const std::string& file : *names) {
        if (!file.ends_with(".conf")) continue;
        auto read = read_tree(directory + "/" + file, directory, SettingsFile::Role::own);
        if (!read) return read;
      }
    }
    return {};
  }

  static std::string absolute(const std::string& path) {
    return path.starts_with('/') ? path : "/" + path;
  }

  const system::Files& files_;
  LoaderSettings settings_;
  Variables variables_;
  std::set<std::string> seen_;
  std::size_t read_bytes_ = 0;
};

}  // namespace

const Assignment* LoaderSettings::effective(std::string_view name) const {
  for (auto at = assignments.rbegin(); at != assignments.rend(); ++at) {
    if (at->name == name) return &*at;
  }
  return nullptr;
}

std::size_t LoaderSettings::index_of(std::string_view path) const {
  std::size_t index = 0;
  while (index < files.size() && files[index].path != path)
    ++index;
  return index;
}

Result<LoaderSettings> read_loader_settings(const system::Files& files) {
  return Reader(files).run();
}

}  // namespace guestclock::freebsd
