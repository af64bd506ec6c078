#include "grub/newest_kernel.h"

namespace guestclock::grub {
namespace {

/// Numbers in names compare as numbers: vmlinuz-6.10 is newer than vmlinuz-6.9.
bool older(std::string_view a, std::string_view b) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  while (!a.empty() && !b.empty()) {
    if (!is_digit(a.front()) || !is_digit(b.front())) {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    const auto take_number = [&](std::string_view& text) {
      while (text.size() > 1 && text[0] == '0' && is_digit(text[1]))
        text.remove_prefix(1);
      std::size_t size = 0;
      while (size < text.size() && is_digit(text[size]))
        ++size;
      const std::string_view number = text.substr(0, size);
      text.remove_prefix(size);
      return number;
    };
    const std::string_view left = take_number(a);
    const std::string_view right = take_number(b);
    if (left.size() != right.size()) return left.size() < right.size();
    if (left != right) return left < right;
  }
  return a.size() < b.size();
}

}  // namespace

std::string newest_kernel(const system::Files& files) {
  std::string newest;
  if (const auto names = files.list("/boot")) {
    for (const std::string& name : *names) {
      const bool kernel = name.starts_with("vmlinuz-") && name.find("rescue") == std::string::npos;
      if (kernel && (newest.empty() || older(newest, name))) newest = name;
    }
  }
  return "/boot/" + (newest.empty() ? std::string("vmlinuz") : newest);
}

}  // namespace guestclock::grub
