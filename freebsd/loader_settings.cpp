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

/// The loader forgets this one before each file, and never shows it to $name.
constexpr std::string_view kFileList = "loader_conf_files";
constexpr std::string_view kProductDirectory = "/boot/loader.conf.d";

using Role = SettingsFile::Role;
using Variables = std::map<std::string, std::string, std::less<>>;

bool is_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

/// $name and ${name} by their values (undefined: nothing); a backslash keeps the next byte. For
/// the value of a well-formed assignment.
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
    std::size_t end = braces ? std::min(text.find('}', at), text.size()) : at;
    while (!braces && end < text.size() && is_name(text[end]))
      ++end;
    const std::size_t begin = at + (braces ? 1 : 0);
    const std::string_view name = text.substr(begin, end - begin);
    const auto found = variables.find(name);
    if (found != variables.end() && name != kFileList) out += found->second;
    at = std::min(end + (braces ? 1 : 0), text.size());
  }
  out.resize(std::min(out.size(), kValueLimit));
  return out;
}

/// The loader's words: runs of visible ASCII.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  bool inside = false;
  for (const char c : text) {
    const bool visible = c > ' ' && c < '\x7f';
    if (visible && !inside) names.emplace_back();
    if (visible) names.back() += c;
    inside = visible;
  }
  return names;
}

/// The loader's patterns have no backslash before the dot: any byte may stand there.
bool has_ending(std::string_view path, std::string_view ending) {
  return path.size() > ending.size() && path.ends_with(ending);
}

class Reader {
 public:
  explicit Reader(const system::Files& files) : files_(files) {}

  Result<LoaderSettings> run() {
    settings_.forth = !files_.exists("/boot/lua");
    auto read = read_tree(std::string(kDefaults), {}, Role::defaults);
    if (read && !settings_.files.front().exists) read = read_usual_files();
    if (read) read = read_directories();
    if (read) read = read_list("local_loader_conf_files", {});
    if (read) read = read_next_boot();
    if (!read) return tl::make_unexpected(read.error());
    return std::move(settings_);
  }

 private:
  Result<void> read_usual_files() {
    variables_[std::string(kFileList)] = std::string(kHints) + " " + std::string(kLoaderConf);
    variables_["loader_conf_dirs"] = "/boot/loader.conf.d";
    variables_["local_loader_conf_files"] = "/boot/loader.conf.local";
    variables_["nextboot_conf"] = "/boot/nextboot.conf";
    return read_list(kFileList, {});
  }

  [[nodiscard]] std::string variable(std::string_view name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::string() : found->second;
  }

  /// Notes a file; whether it was new.
  Result<bool> open(const std::string& path, const std::string& directory, Role role) {
    if (!seen_.insert(path).second) return false;
    if (seen_.size() > kFileLimit) {
      return fail(ErrorCode::malformed,
                  "names more than " + std::to_string(kFileLimit) + " files to read", path);
    }
    SettingsFile file;
    file.path = path;
    file.directory = directory;
    file.role = has_ending(path, "lua") ? Role::lua : role;
    if (file.role == Role::lua) {
      file.exists = files_.exists(path);
      settings_.files.push_back(std::move(file));
      return true;
    }
    auto bytes = files_.read(path, kByteLimit - read_bytes_);
    if (!bytes && bytes.error().code != ErrorCode::not_found) {
      return tl::make_unexpected(bytes.error());
    }
    file.exists = bytes.has_value();
    if (bytes) file.bytes = std::move(*bytes);
    read_bytes_ += file.bytes.size();
    file.conf = parse_conf_file(file.bytes);
    settings_.files.push_back(std::move(file));
    return true;
  }

  /// A file, then those it names in loader_conf_files.
  Result<void> read_tree(const std::string& path, const std::string& directory, Role role) {
    const auto opened = open(path, directory, role);
    if (!opened) return tl::make_unexpected(opened.error());
    if (!*opened) return {};
    variables_.erase(std::string(kFileList));
    carry_out(settings_.files.size() - 1);
    return read_list(kFileList, directory);
  }

  void carry_out(std::size_t index) {
    const SettingsFile& file = settings_.files[index];
    const std::size_t end = settings_.first_unread(file);
    for (std::size_t i = 0; i < end; ++i) {
      const ConfLine& line = file.conf.lines[i];
      if (line.kind != ConfLine::Kind::assignment) continue;
      std::string value =
          is_taken_as_written(line.name) ? line.text : expanded(line.text, variables_);
      variables_[line.name] = value;
      settings_.assignments.push_back({index, i, line.name, std::move(value)});
    }
  }

  Result<void> read_list(std::string_view list, const std::string& directory) {
    for (const std::string& name : names_in(variable(list))) {
      const std::string path = absolute(name);
      const auto role = path == kHints ? Role::hints : Role::own;
      if (auto read = read_tree(path, directory, role); !read) return read;
    }
    return {};
  }

  /// The .conf files of a directory, each with its path.
  [[nodiscard]] std::vector<std::string> conf_files(const std::string& directory) const {
    std::vector<std::string> paths;
    const auto names = files_.list(directory);
    if (!names) return paths;
    for (const std::string& name : *names) {
      if (!has_ending(name, "conf")) continue;
      const std::string path = directory + "/" + name;
      const auto status = files_.status(path);
      if (status && status->kind == system::FileKind::regular) paths.push_back(path);
    }
    return paths;
  }

  Result<void> read_directories() {
    std::string list = variable("loader_conf_dirs");
    bool all_known = true;
    for (const std::string& name : words(variable("product_vars"))) {
      const auto product = variables_.find(name);
      if (product == variables_.end()) {
        all_known = false;
      } else {
        list.append(" ").append(kProductDirectory).append("/").append(product->second);
      }
    }
    const std::vector<std::string> directories = names_in(list);
    if (directories.size() > kDirectoryLimit) {
      return fail(ErrorCode::malformed, "loader_conf_dirs names too many directories",
                  std::string(kDefaults));
    }
    for (const std::string& name : directories) {
      std::string directory = absolute(name);
      while (directory.ends_with('/'))
        directory.pop_back();
      for (const std::string& path : conf_files(directory)) {
        if (auto read = read_tree(path, directory, Role::own); !read) return read;
      }
    }
    return all_known ? Result<void>() : note_products();
  }

  /// Files that are read where the firmware says that the machine is of that name.
  Result<void> note_products() {
    const auto names = files_.list(kProductDirectory);
    if (!names) return {};
    for (const std::string& name : *names) {
      for (const std::string& path : conf_files(std::string(kProductDirectory) + "/" + name)) {
        if (auto noted = open(path, {}, Role::some_machines); !noted) {
          return tl::make_unexpected(noted.error());
        }
      }
    }
    return {};
  }

  Result<void> read_next_boot() {
    const std::string path = variable("nextboot_conf");
    if (path.empty()) return {};
    const auto noted = open(absolute(path), {}, Role::next_boot);
    if (!noted) return tl::make_unexpected(noted.error());
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

std::vector<const Assignment*> LoaderSettings::contenders(std::string_view name) const {
  std::vector<const Assignment*> found;
  const Assignment* const winner = effective(name);
  if (winner == nullptr) return found;
  found.push_back(winner);
  const std::string& directory = files[winner->file].directory;
  if (directory.empty()) return found;
  for (auto at = assignments.rbegin(); at != assignments.rend(); ++at) {
    if (at->name != name || files[at->file].directory != directory) continue;
    const bool known = std::any_of(found.begin(), found.end(),
                                   [&](const Assignment* one) { return one->file == at->file; });
    if (!known) found.push_back(&*at);
  }
  return found;
}

std::size_t LoaderSettings::index_of(std::string_view path) const {
  std::size_t index = 0;
  while (index < files.size() && files[index].path != path)
    ++index;
  return index;
}

std::size_t LoaderSettings::first_unread(const SettingsFile& file) const {
  const std::vector<ConfLine>& lines = file.conf.lines;
  if (!forth) return lines.size();
  const auto stop = std::find_if(lines.begin(), lines.end(),
                                 [](const ConfLine& line) { return line.stops_forth; });
  return static_cast<std::size_t>(stop - lines.begin());
}

std::string LoaderSettings::place(const Assignment& assignment) const {
  return files[assignment.file].path + ":" + std::to_string(assignment.line + 1);
}

Result<LoaderSettings> read_loader_settings(const system::Files& files) {
  return Reader(files).run();
}

}  // namespace guestclock::freebsd
