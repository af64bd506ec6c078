#include "probe/distribution.h"

#include <array>
#include <cctype>

#include "base/text.h"
#include "probe/unknown_reason.h"

namespace guestclock::probe {
namespace {

struct FamilyName {
  std::string_view starts;
  std::string_view id;
};
constexpr std::array<FamilyName, 9> kFamilies{{
    {"Red Hat Enterprise Linux", "rhel"},
    {"CentOS", "centos"},
    {"Scientific Linux", "scientific"},
    {"Oracle Linux", "ol"},
    {"Enterprise Linux Enterprise Linux", "ol"},
    {"Rocky Linux", "rocky"},
    {"AlmaLinux", "almalinux"},
    {"Fedora", "fedora"},
    {"Red Hat Linux", "redhat-linux"},
}};

std::string_view leading_version(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() &&
         (std::isdigit(static_cast<unsigned char>(text[end])) != 0 || text[end] == '.')) {
    ++end;
  }
  while (end > 0 && text[end - 1] == '.')
    --end;
  return text.substr(0, end);
}

std::optional<std::string> defined_number(std::string_view header, std::string_view name) {
  for (const std::string_view line : lines(header)) {
    const auto parts = words(line);
    if (parts.size() >= 3 && parts[0] == "#define" && parts[1] == name) return parts[2];
  }
  return std::nullopt;
}

std::optional<std::string> freebsd_release(const system::Files& files) {
  if (const auto script = files.read("/bin/freebsd-version")) {
    for (const std::string_view line : lines(*script)) {
      if (!line.starts_with("USERLAND_VERSION=")) continue;
      std::string_view value = trim(line.substr(17));
      if (!value.empty() && (value.front() == '"' || value.front() == '\'')) value.remove_prefix(1);
      const std::string_view version = leading_version(value);
      if (!version.empty()) return std::string(version);
    }
  }
  if (const auto header = files.read("/usr/include/sys/param.h")) {
    if (const auto text = defined_number(*header, "__FreeBSD_version")) {
      if (const auto number = parse_int(*text)) return freebsd_version(*number);
    }
  }
  return std::nullopt;
}

std::optional<ReleaseName> release_file(const system::Files& files) {
  for (const char* const path : {"/etc/oracle-release", "/etc/enterprise-release",
                                 "/etc/centos-release", "/etc/redhat-release"}) {
    if (const auto text = files.read(path)) {
      for (const std::string_view line : lines(*text)) {
        if (auto name = parse_release_line(line)) return name;
      }
    }
  }
  return std::nullopt;
}

/// SLES before os-release: "VERSION = 10", "PATCHLEVEL = 1".
std::optional<ReleaseName> suse_release(const system::Files& files) {
  const auto text = files.read("/etc/SuSE-release");
  if (!text) return std::nullopt;
  ReleaseName name{text->starts_with("SUSE Linux Enterprise Desktop") ? "sled" : "sles", ""};
  for (const std::string_view line : lines(*text)) {
    const auto parts = words(line);
    if (parts.size() != 3 || parts[1] != "=") continue;
    if (parts[0] == "VERSION") name.version = parts[2];
    if (parts[0] == "PATCHLEVEL" && !name.version.empty()) name.version += "." + parts[2];
  }
  if (name.version.empty()) return std::nullopt;
  return name;
}

}  // namespace

std::optional<ReleaseName> parse_release_line(std::string_view line) {
  for (const FamilyName& family : kFamilies) {
    if (!line.starts_with(family.starts)) continue;
    const std::size_t at = line.find("release ");
    if (at == std::string_view::npos) return std::nullopt;
    std::string version(leading_version(line.substr(at + 8)));
    if (version.empty()) return std::nullopt;
    if (const std::size_t update = line.find("Update ");
        update != std::string_view::npos && version.find('.') == std::string::npos) {
      version += "." + std::string(leading_version(line.substr(update + 7)));
    }
    if (version.find('.') == std::string::npos) version += ".0";
    return ReleaseName{std::string(family.id), version};
  }
  return std::nullopt;
}

std::optional<std::string> os_release_value(std::string_view text, std::string_view name) {
  for (const std::string_view line : lines(text)) {
    const std::string_view content = trim(line);
    if (!content.starts_with(name) || content.size() <= name.size() ||
        content[name.size()] != '=') {
      continue;
    }
    std::string_view value = trim(content.substr(name.size() + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front()) {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return std::nullopt;
}

std::optional<std::string> freebsd_version(std::int64_t number) {
  if (number < 200000 || number > 9999999) return std::nullopt;
  return std::to_string(number / 100000) + "." + std::to_string(number / 1000 % 100);
}

model::Distribution probe_distribution(const system::System& system) {
  const system::Files& files = system.files();
  model::Distribution found;
  const auto set = [&found](std::string id, std::string version, const char* no_version) {
    found.id = std::move(id);
    found.version = version.empty() ? model::Fact<std::string>::unknown(no_version)
                                    : model::Fact<std::string>(std::move(version));
  };
  if (const auto version = freebsd_release(files)) {
    set("freebsd", *version, "");
    return found;
  }
  const auto family = release_file(files);
  for (const char* const path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto text = files.read(path);
    if (!text) continue;
    const auto id = os_release_value(*text, "ID");
    if (!id || id->empty()) continue;
    const std::string version = os_release_value(*text, "VERSION_ID").value_or("");
    const bool same_family = family && family->id == *id;
    set(*id, same_family ? family->version : version,
        "os-release has no VERSION_ID (a rolling or testing release)");
    return found;
  }
  if (family) {
    set(family->id, family->version, "");
  } else if (const auto suse = suse_release(files)) {
    set(suse->id, suse->version, "");
  } else if (const auto debian = files.read("/etc/debian_version")) {
    set("debian", std::string(leading_version(trim(*debian))),
        "/etc/debian_version names no number");
  } else {
    const std::string reason = "no os-release, release file or freebsd-version";
    found.id = model::Fact<std::string>::unknown(reason);
    found.version = model::Fact<std::string>::unknown(reason);
  }
  return found;
}

}  // namespace guestclock::probe
