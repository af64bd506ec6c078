#include "system/redaction.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "system/clock_command.h"

namespace guestclock::system {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_alnum(char c) {
  return is_digit(c) || is_letter(c);
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// Host names that say nothing of whose the machine is, and that files use as words of their own.
constexpr auto kCommonNames = std::to_array<std::string_view>(
    {"alma",    "almalinux", "alpine",    "amazon", "arch",     "boot",   "centos", "chrony",
     "clock",   "config",    "container", "debian", "default",  "docker", "fedora", "files",
     "freebsd", "gentoo",    "guest",     "host",   "kernel",   "linux",  "local",  "localhost",
     "name",    "node",      "none",      "ntp",    "opensuse", "oracle", "peer",   "platform",
     "pool",    "redhat",    "rhel",      "rocky",  "role",     "root",   "server", "sles",
     "source",  "suse",      "system",    "test",   "time",     "tsc",    "ubuntu", "unknown",
     "value",   "virtual",   "vm"});

/// What stands for "none" in serial numbers and asset tags.
constexpr auto kNoSerials = std::to_array<std::string_view>(
    {"", "0", "None", "Not Specified", "Not Settable", "Not Present", "Default string",
     "System Serial Number", "To be filled by O.E.M.", "To Be Filled By O.E.M."});

/// Beginnings of serial numbers and ids that name the platform.
constexpr auto kPlatformPrefixes =
    std::to_array<std::string_view>({"ec2", "EC2", "i-", "GoogleCloud-", "VMware-"});

/// Letters and digits as zeros, blanks and signs as they are.
std::string without_serial(std::string_view value) {
  if (contains(kNoSerials, trim(value))) return std::string(value);
  std::size_t kept = 0;
  for (const std::string_view prefix : kPlatformPrefixes) {
    if (value.starts_with(prefix)) kept = prefix.size();
  }
  std::string out(value);
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(kept), out.end(), is_alnum, '0');
  return out;
}

bool has_run_of_digits(std::string_view text) {
  constexpr int kRun = 5;
  int run = 0;
  for (const char c : text) {
    run = is_digit(c) ? run + 1 : 0;
    if (run == kRun) return true;
  }
  return false;
}

constexpr std::array<std::size_t, 5> kUuidGroups{8, 4, 4, 4, 12};

/// How long the UUID at the front of `text` is, 36 or 0.
std::size_t uuid_length(std::string_view text) {
  std::size_t at = 0;
  for (const std::size_t group : kUuidGroups) {
    if (at != 0 && (at >= text.size() || text[at++] != '-')) return 0;
    for (const std::size_t end = at + group; at < end; ++at) {
      if (at >= text.size() || !is_hex(text[at])) return 0;
    }
  }
  return at < text.size() && is_alnum(text[at]) ? 0 : at;
}

/// A machine id (machine-id(5)) at the front of `text`: 32 or 0.
std::size_t machine_id_length(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  const auto end = std::find_if_not(text.begin(), text.end(), is_hex);
  const auto length = static_cast<std::size_t>(end - text.begin());
  return length == kDigits && (end == text.end() || !is_alnum(*end)) ? length : 0;
}

/// The id that follows "UUID=" where it is no UUID: of FAT, NTFS and DOS partition tables.
std::size_t short_id_length(std::string_view before, std::string_view text) {
  constexpr std::ptrdiff_t kFewest = 8;
  while (before.ends_with('"') || before.ends_with('\''))
    before.remove_suffix(1);
  if (!before.ends_with("UUID=")) return 0;
  const auto end =
      std::find_if_not(text.begin(), text.end(), [](char c) { return is_hex(c) || c == '-'; });
  if (std::count_if(text.begin(), end, is_hex) < kFewest) return 0;
  return end == text.end() || !is_alnum(*end) ? static_cast<std::size_t>(end - text.begin()) : 0;
}

/// How many bytes from `at` are groups of two hexadecimal digits, at least six of them, with ':' or
/// '-' between; else 0.
std::size_t mac_length(std::string_view text, std::size_t at) {
  constexpr std::size_t kFewest = 6;
  const auto pair = [&](std::size_t here) {
    return here + 2 <= text.size() && is_hex(text[here]) && is_hex(text[here + 1]) &&
           (here + 2 == text.size() || !is_alnum(text[here + 2]));
  };
  if (!pair(at) || at + 2 >= text.size()) return 0;
  const char between = text[at + 2];
  if (between != ':' && between != '-') return 0;
  std::size_t groups = 1;
  std::size_t end = at + 2;
  while (end < text.size() && text[end] == between && pair(end + 1)) {
    end += 3;
    ++groups;
  }
  return groups >= kFewest ? end - at : 0;
}

void replace_macs(std::string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_hex(text[at]) || (at > 0 && is_alnum(text[at - 1]))) continue;
    const std::size_t length = mac_length(text, at);
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    std::replace_if(begin, begin + static_cast<std::ptrdiff_t>(length), is_alnum, '0');
    if (length != 0) at += length - 1;
  }
}

/// How many hexadecimal digits stand at the front of `text`.
std::size_t hex_digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_hex) -
                                  text.begin());
}

/// The length of the interface identifier that an IPv6 address made of a MAC address ends with (RFC
/// 4291, appendix A: "5054:ff:fe12:3456"), where one is at the front of `text`; else 0.
std::size_t eui64_length(std::string_view text) {
  constexpr std::size_t kGroups = 4;
  std::size_t length = 0;
  for (std::size_t group = 0; group < kGroups; ++group) {
    const std::string_view rest = text.substr(length);
    const std::size_t digits = hex_digits(rest);
    if (digits == 0 || digits > 4) return 0;
    const std::string word = lower(rest.substr(0, digits));
    if (group == 1 && !word.ends_with("ff")) return 0;
    if (group == 2 && (digits != 4 || !word.starts_with("fe"))) return 0;
    length += digits;
    if (group + 1 == kGroups) break;
    if (length >= text.size() || text[length] != ':') return 0;
    ++length;
  }
  const std::string_view after = text.substr(length);
  const bool goes_on = after.size() > 1 && after[0] == ':' && (after[1] == ':' || is_hex(after[1]));
  return goes_on || (!after.empty() && is_alnum(after[0])) ? 0 : length;
}

/// All but the ff:fe in the middle, which says how the address was made.
void replace_interface_ids(std::string& text) {
  for (std::size_t at = text.find(':'); at != std::string::npos; at = text.find(':', at + 1)) {
    const std::size_t start = at + 1;
    const std::size_t length = eui64_length(std::string_view(text).substr(start));
    if (length == 0) continue;
    const std::size_t middle = text.find(':', text.find(':', start) + 1);
    for (std::size_t i = start; i < start + length; ++i) {
      const bool mark = i + 2 >= middle && i <= middle + 2;
      if (!mark && is_hex(text[i])) text[i] = '0';
    }
  }
}

/// Of NUL-separated assignments those that container detection reads.
std::string environment(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\0'), bytes.size());
    const std::string_view one = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (one.starts_with("container=") || one.starts_with("product_name=")) {
      out.append(one).push_back('\0');
    }
  }
  return out;
}

/// Of scripts and crontabs the commands that set the clock, each in its line.
std::string clock_commands(std::string_view bytes) {
  std::string out;
  for (const std::string_view line : lines(bytes)) {
    if (const auto found = clock_command(line)) out += found->command;
    out += '\n';
  }
  return out;
}

constexpr std::string_view kRedacted = "redacted";

/// Replaces the words of `rest` but options.
std::string without_secrets(std::string_view rest) {
  std::string out;
  while (!rest.empty()) {
    if (is_blank(rest.front()) || rest.front() == '\r') {
      out += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r"));
    out += word.starts_with("--") ? word : kRedacted;
    rest.remove_prefix(word.size());
  }
  return out;
}

/// ntp.conf's `crypto`, of whose options `pw` is the password of the private key.
std::string crypto_line(std::string_view line) {
  std::string out;
  bool is_password = false;
  while (!line.empty()) {
    const std::size_t blanks = std::min(line.find_first_not_of(" \t\r"), line.size());
    out += line.substr(0, blanks);
    line.remove_prefix(blanks);
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
    out += is_password && !word.empty() ? kRedacted : word;
    is_password = word == "pw";
    line.remove_prefix(word.size());
  }
  return out;
}

/// The line of a boot loader that sets a password (GRUB's `password`, `password_pbkdf2 USER`,
/// loader.conf's `password=`), or of ntpd, without it; nothing for any other.
std::optional<std::string> password_line(std::string_view line) {
  const std::size_t start = std::min(line.find_first_not_of(" \t"), line.size());
  const std::size_t end = std::min(line.find_first_of(" \t=", start), line.size());
  const std::string word = lower(line.substr(start, end - start));
  if (end == line.size()) return std::nullopt;
  if (word == "password_pbkdf2") {
    const std::size_t user = std::min(line.find_first_not_of(" \t", end), line.size());
    const std::size_t hash = std::min(line.find_first_of(" \t", user), line.size());
    return std::string(line.substr(0, hash)) + without_secrets(line.substr(hash));
  }
  if (word == "crypto") return crypto_line(line);
  const bool assigned = line[end] == '=' && word.ends_with("password");
  if (word != "password" && !assigned) return std::nullopt;
  return std::string(line.substr(0, end + 1)) + without_secrets(line.substr(end + 1));
}

/// The value of a line "<tab>KEY: VALUE" as dmidecode prints it.
std::optional<std::string_view> dmidecode_value(std::string_view line, std::string_view key) {
  const std::size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || start == 0) return std::nullopt;
  line.remove_prefix(start);
  if (!line.starts_with(key) || !line.substr(key.size()).starts_with(": ")) return std::nullopt;
  return line.substr(key.size() + 2);
}

enum class Field { none, uuid, serial, asset_tag, environment, host_name, schedule };

Field field_of(std::string_view path) {
  const std::string_view name = last_component(path);
  const std::string_view directory = path.substr(0, path.size() - name.size());
  if (directory.ends_with("/dmi/id/")) {
    if (name == "product_uuid") return Field::uuid;
    if (name.ends_with("_serial")) return Field::serial;
    if (name.ends_with("_asset_tag")) return Field::asset_tag;
  }
  if (path == "/sys/hypervisor/uuid") return Field::uuid;
  if (directory.starts_with("/proc/device-tree/") ||
      directory.starts_with("/sys/firmware/devicetree/base/")) {
    if (name == "serial-number" || name == "system-id" || name == "vm,uuid") return Field::serial;
  }
  if (directory.starts_with("/proc/") && name == "environ") return Field::environment;
  if (path == "/etc/hostname" || path == "/proc/sys/kernel/hostname") return Field::host_name;
  for (const std::string_view start :
       {"/etc/cron", "/etc/periodic/", "/var/spool/cron/", "/var/cron/"}) {
    if (path.starts_with(start)) return Field::schedule;
  }
  return Field::none;
}

/// In sysfs a UUID is a class of devices, not a device: VMBus and EFI name everything by one.
bool ids_are_classes(std::string_view path) {
  return path.starts_with("/sys/");
}

/// The quoted word at [at, end) is the name of a member.
bool is_json_member(std::string_view text, std::size_t at, std::size_t end) {
  return at > 0 && text[at - 1] == '"' && text.substr(end).starts_with("\":");
}

}  // namespace

Redaction::Redaction(std::string_view host_name, std::vector<std::string> known_words)
    : known_words_(std::move(known_words)) {
  constexpr std::size_t kShortest = 3;
  const std::string full = lower(trim(host_name));
  for (const std::string& name : {full, full.substr(0, full.find('.'))}) {
    if (name.size() >= kShortest && !is_known(name) && !contains(host_names_, name)) {
      host_names_.push_back(name);
    }
  }
}

bool Redaction::is_known(std::string_view word) const {
  if (contains(kCommonNames, word)) return true;
  return std::any_of(known_words_.begin(), known_words_.end(),
                     [&](const std::string& known) { return lower(known) == word; });
}

bool Redaction::withholds(std::string_view path) {
  constexpr std::string_view kEntries = "/sys/firmware/dmi/entries/";
  if (path == "/sys/firmware/dmi/tables/DMI") return true;
  // The BIOS structure holds neither serial number nor UUID.
  return path.starts_with(kEntries) && path.ends_with("/raw") &&
         !path.substr(kEntries.size()).starts_with("0-");
}

std::string Redaction::stand_in(std::string_view id) {
  constexpr std::size_t kCounter = 4;
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto digits = static_cast<std::size_t>(std::count_if(id.begin(), id.end(), is_hex));
  std::size_t zeros = 0;
  for (const char c : id) {
    if (c != '0' && c != '-') break;
    zeros += c == '0' ? 1 : 0;
  }
  if (zeros + kCounter >= digits) return std::string(id);  // it is one already
  std::size_t number = ids_.emplace(lower(id), ids_.size() + 1).first->second;
  std::string out(id);
  for (auto at = out.rbegin(); at != out.rend(); ++at) {
    if (!is_hex(*at)) continue;
    *at = kDigits[number % kDigits.size()];
    number /= kDigits.size();
  }
  return out;
}

void Redaction::replace_ids(std::string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_hex(text[at]) || (at > 0 && is_alnum(text[at - 1]))) continue;
    const std::string_view rest = std::string_view(text).substr(at);
    std::size_t length = uuid_length(rest);
    if (length == 0) length = machine_id_length(rest);
    if (length == 0) length = short_id_length(std::string_view(text).substr(0, at), rest);
    if (length == 0) continue;
    text.replace(at, length, stand_in(rest.substr(0, length)));
    at += length - 1;
  }
}

void Redaction::replace_host_names(std::string& text, bool json) const {
  for (const std::string& name : host_names_) {
    const std::string folded = lower(text);
    for (std::size_t at = folded.find(name); at != std::string::npos;
         at = folded.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      const bool whole = (at == 0 || !is_alnum(folded[at - 1])) &&
                         (end == folded.size() || !is_alnum(folded[end]));
      if (!whole || (json && is_json_member(folded, at, end))) continue;
      const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
      std::replace_if(begin, begin + static_cast<std::ptrdiff_t>(name.size()), is_alnum, 'x');
    }
  }
}

std::string Redaction::uuid(std::string_view value) {
  if (value.starts_with("ec2") || value.starts_with("EC2")) return without_serial(value);
  const std::string_view id = trim(value);
  if (uuid_length(id) != id.size() || id.empty()) return without_serial(value);
  return stand_in(id) + std::string(value.substr(id.size()));
}

std::string Redaction::asset_tag(std::string_view value) const {
  for (const std::string& known : known_words_) {
    if (!known.empty() && value.starts_with(known)) return std::string(value);
  }
  const bool serial = has_run_of_digits(value) || value.starts_with("i-");
  return serial ? without_serial(value) : std::string(value);
}

std::string Redaction::line(std::string_view line) {
  if (auto password = password_line(line)) return std::move(*password);
  for (const std::string_view key : {"Serial Number", "UUID", "Asset Tag"}) {
    const auto value = dmidecode_value(line, key);
    if (!value) continue;
    const std::string front(line.substr(0, line.size() - value->size()));
    if (key == "UUID") return front + uuid(*value);
    return front + (key == "Asset Tag" ? asset_tag(*value) : without_serial(*value));
  }
  return std::string(line);
}

std::string Redaction::text(std::string_view path, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += line(text.substr(0, end));
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return without_names(path, std::move(out));
}

std::string Redaction::without_names(std::string_view path, std::string out) {
  if (!ids_are_classes(path)) replace_ids(out);
  replace_macs(out);
  replace_interface_ids(out);
  // In binary files a short word can be anything.
  if (out.find('\0') == std::string::npos) replace_host_names(out, path.ends_with(".json"));
  return out;
}

std::string Redaction::bytes(std::string_view path, std::string_view bytes) {
  switch (field_of(path)) {
    case Field::uuid:
      return uuid(bytes);
    case Field::serial:
      return without_serial(bytes);
    case Field::asset_tag:
      return asset_tag(bytes);
    case Field::environment:
      return environment(bytes);
    case Field::host_name: {
      std::string name(bytes);
      if (!is_known(lower(trim(bytes)))) {
        std::replace_if(name.begin(), name.end(), is_alnum, 'x');
      }
      return name;
    }
    case Field::schedule:
      // Before: what is replaced must not be what makes it a command. After: a file that looks
      // binary may hold commands that do not.
      return without_names(path, clock_commands(without_names(path, std::string(bytes))));
    case Field::none:
      break;
  }
  return text(path, bytes);
}

std::string Redaction::path(std::string_view path) {
  std::string out(path);
  if (!ids_are_classes(path)) replace_ids(out);
  replace_macs(out);
  replace_interface_ids(out);
  return out;
}

}  // namespace guestclock::system
