#include "fault/disk_model.h"

#include <array>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace guestclock::fault {
namespace {

constexpr mode_t kNewFile = S_IFREG | 0600;

/// A file of which only its name is known to the disk.
Entry never_synced(const Entry& now) {
  Entry entry;
  entry.mode = S_ISREG(now.mode) ? kNewFile : now.mode;
  entry.uid = now.uid;
  entry.gid = now.gid;
  // A link's text is written with its name.
  if (S_ISLNK(now.mode)) entry.content = now.content;
  return entry;
}

void must(bool done, const std::filesystem::path& path) {
  if (!done) throw std::runtime_error("cannot make " + path.string());
}

void dress(const std::filesystem::path& path, const Entry& entry) {
  if (::geteuid() == 0) must(::lchown(path.c_str(), entry.uid, entry.gid) == 0, path);
  if (S_ISLNK(entry.mode)) return;
  must(::chmod(path.c_str(), entry.mode & 07777U) == 0, path);
  for (const auto& [name, value] : entry.attributes) {
    must(::setxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0) == 0, path);
  }
  const std::array<timespec, 2> times{
      {{0, UTIME_OMIT}, {entry.modified_ns / 1'000'000'000, entry.modified_ns % 1'000'000'000}}};
  must(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0, path);
}

}  // namespace

DiskModel::DiskModel(std::filesystem::path tree) : tree_(std::move(tree)) {
  look();
  kept_ = now_;
}

DiskModel::Id DiskModel::look_at(const std::filesystem::path& path, std::map<ino_t, Id>& seen) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) throw std::runtime_error("no " + path.string());
  const auto known = ids_.find(status.st_ino);
  const Id id = known == ids_.end() ? next_++ : known->second;
  seen[status.st_ino] = id;
  Node& node = now_[id];
  node = {entry_at(path), {}};
  if (S_ISDIR(status.st_mode)) {
    for (const auto& one : std::filesystem::directory_iterator(path)) {
      const Id below = look_at(one.path(), seen);
      now_[id].names[one.path().filename().string()] = below;
    }
  }
  return id;
}

void DiskModel::look() {
  std::map<ino_t, Id> seen;
  now_.clear();
  root_ = look_at(tree_, seen);
  ids_ = std::move(seen);
}

std::optional<DiskModel::Id> DiskModel::id_of(const std::string& path) const {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  const auto known = ids_.find(status.st_ino);
  return known == ids_.end() ? std::nullopt : std::optional(known->second);
}

void DiskModel::sync(Id id) {
  kept_[id] = now_.at(id);
}

void DiskModel::observe(const support::ChangingCall& call) {
  look();
  if (call.result < 0) return;
  if (call.name == "sync" || call.name == "syncfs") {
    for (const auto& [id, node] : now_)
      kept_[id] = node;
  } else if (call.name == "fsync") {
    if (const auto id = id_of(call.path)) sync(*id);
  } else if (call.name == "fdatasync") {
    const auto id = id_of(call.path);
    if (!id) return;
    const Node& node = now_.at(*id);
    auto kept = kept_.try_emplace(*id, Node{never_synced(node.entry), {}}).first;
    kept->second.entry.content = node.entry.content;
    kept->second.names = node.names;
  }
}

Entry DiskModel::content_of(Id id, Loss loss) const {
  const auto now = now_.find(id);
  const auto kept = kept_.find(id);
  // What is gone now but stands on the disk can only be what was synced.
  if (now == now_.end()) return kept == kept_.end() ? Entry{} : kept->second.entry;
  const Entry synced = kept == kept_.end() ? never_synced(now->second.entry) : kept->second.entry;
  const std::string& bytes = now->second.entry.content;
  switch (loss) {
    case Loss::everything:
    case Loss::contents:
      return synced;
    case Loss::half_a_content:
      if (bytes.size() > synced.content.size() && bytes.starts_with(synced.content)) {
        Entry half = synced;
        half.content = bytes.substr(0, (synced.content.size() + bytes.size()) / 2);
        return half;
      }
      return synced;
    default:
      return now->second.entry;
  }
}

void DiskModel::collect(Id id, const std::string& path, Loss loss, Snapshot& all) const {
  const auto now = now_.find(id);
  const auto kept = kept_.find(id);
  bool names_arrived = loss == Loss::nothing || loss == Loss::contents;
  if (loss == Loss::some_names) names_arrived = id % 2 == 0;
  if (loss == Loss::other_names) names_arrived = id % 2 == 1;
  const Node* node = nullptr;
  if (kept != kept_.end()) node = &kept->second;
  if (names_arrived && now != now_.end()) node = &now->second;
  if (node == nullptr) return;
  for (const auto& [name, below] : node->names) {
    const std::string there = path + "/" + name;
    all[there] = content_of(below, loss);
    collect(below, there, loss, all);
  }
}

Snapshot DiskModel::after_power_cut(Loss loss) const {
  Snapshot all;
  collect(root_, "", loss, all);
  return all;
}

void build_tree(const std::filesystem::path& directory, const Snapshot& tree) {
  for (const auto& [name, entry] : tree) {  // sorted: a directory comes before what is in it
    const std::filesystem::path path = directory / name.substr(1);
    if (S_ISDIR(entry.mode)) {
      must(::mkdir(path.c_str(), 0700) == 0, path);
    } else if (S_ISLNK(entry.mode)) {
      must(::symlink(entry.content.c_str(), path.c_str()) == 0, path);
    } else {
      const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
      const ssize_t size = static_cast<ssize_t>(entry.content.size());
      must(::write(fd.get(), entry.content.data(), entry.content.size()) == size, path);
    }
  }
  for (const auto& [name, entry] : tree)
    dress(directory / name.substr(1), entry);
}

}  // namespace guestclock::fault
