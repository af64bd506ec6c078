#include "system/capture_tree.h"

#include <map>

#include <fmt/format.h>

namespace guestclock::system {
namespace {

using Kind = RecordedFile::Kind;

/// Collects entries by path; of two that come to the same path the first stays.
class Collector {
 public:
  explicit Collector(Redaction* redaction) : redaction_(redaction) {}

  void add(const std::string& path, const RecordedFile& file);
  /// A file beside the tree, as it is; none where there is nothing to say.
  void add_beside(const std::string& name, std::string text);
  [[nodiscard]] CaptureTree take();

 private:
  [[nodiscard]] std::string shown(const std::string& path) const {
    return redaction_ != nullptr ? redaction_->path(path) : path;
  }
  void add_file(const std::string& path, const std::string& shown_path, const RecordedFile& file);
  void note_unread(const std::string& shown_path, Unread why);
  /// Where a file became a directory, or a link, while it was being looked at.
  [[nodiscard]] bool stands_below_a_file(const std::string& path) const;

  Redaction* redaction_;
  std::map<std::string, TreeEntry> entries_;
  std::string unread_;
  std::vector<std::string> refused_;
};

void Collector::note_unread(const std::string& shown_path, Unread why) {
  unread_ += fmt::format("{} {}\n", to_string(why), shown_path);
  if (why == Unread::permission) refused_.push_back(shown_path);
}

void Collector::add_file(const std::string& path, const std::string& shown_path,
                         const RecordedFile& file) {
  TreeEntry entry{"root" + shown_path, TreeEntry::Kind::file, {}};
  if (file.kind == Kind::file && redaction_ == nullptr) {
    entry.bytes = file.bytes;
  } else if (file.kind == Kind::file && Redaction::withholds(path)) {
    note_unread(shown_path, Unread::withheld);
  } else if (file.kind == Kind::file) {
    entry.bytes = redaction_->bytes(path, file.bytes);
  } else {
    note_unread(shown_path, file.unread.value_or(Unread::name));
  }
  entries_.emplace(entry.path, std::move(entry));
}

void Collector::add(const std::string& path, const RecordedFile& file) {
  if (path.find('\n') != std::string::npos) return;
  const std::string at = shown(path);
  switch (file.kind) {
    case Kind::absent:
      note_unread(at, file.unread.value_or(Unread::failed));
      return;
    case Kind::name:
    case Kind::file:
      add_file(path, at, file);
      return;
    case Kind::directory:
      if (file.unread) note_unread(at, *file.unread);
      if (path != "/")
        entries_.emplace("root" + at, TreeEntry{"root" + at, TreeEntry::Kind::directory, {}});
      return;
    case Kind::symlink:
      entries_.emplace("root" + at,
                       TreeEntry{"root" + at, TreeEntry::Kind::symlink, shown(file.bytes)});
      return;
  }
}

void Collector::add_beside(const std::string& name, std::string text) {
  if (text.empty()) return;
  entries_.emplace(name, TreeEntry{name, TreeEntry::Kind::file, std::move(text)});
}

bool Collector::stands_below_a_file(const std::string& path) const {
  for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    const auto above = entries_.find(path.substr(0, at));
    if (above != entries_.end() && above->second.kind != TreeEntry::Kind::directory) return true;
  }
  return false;
}

CaptureTree Collector::take() {
  add_beside("unread.txt", std::move(unread_));
  CaptureTree tree;
  for (const auto& [path, entry] : entries_) {
    if (!stands_below_a_file(path)) tree.entries.push_back(entry);
  }
  tree.refused = std::move(refused_);
  return tree;
}

std::string cpuid_text(const CapturedCpuid::Leaves& leaves) {
  if (leaves.empty()) return {};
  std::string text = "CPU 0:\n";
  for (const auto& [leaf, registers] : leaves) {
    text += fmt::format(
        "   {:#010x} {:#04x}: eax={:#010x} ebx={:#010x} ecx={:#010x} edx={:#010x}\n", leaf.first,
        leaf.second, registers.eax, registers.ebx, registers.ecx, registers.edx);
  }
  return text;
}

std::string sysctl_text(const std::map<std::string, std::string>& values) {
  std::string text;
  for (const auto& [name, value] : values)
    text += fmt::format("{}: {}\n", name, value);
  return text;
}

}  // namespace

CaptureTree capture_tree(const Recorder& recorder, Redaction* redaction) {
  Collector collector(redaction);
  for (const auto& [path, file] : recorder.files().recorded())
    collector.add(path, file);
  std::string sysctl = sysctl_text(recorder.sysctl().recorded());
  if (redaction != nullptr) sysctl = redaction->bytes("/sysctl.txt", sysctl);
  collector.add_beside("sysctl.txt", std::move(sysctl));
  collector.add_beside("cpuid.txt", cpuid_text(recorder.cpuid().recorded()));
  const std::string& machine = recorder.identity().machine();
  collector.add_beside("uname-m.txt", machine.empty() ? machine : machine + "\n");
  const std::string& log = recorder.recorded_kernel_log();
  collector.add_beside("dmesg.txt",
                       redaction == nullptr ? log : redaction->bytes("/dmesg.txt", log));
  return collector.take();
}

}  // namespace guestclock::system
