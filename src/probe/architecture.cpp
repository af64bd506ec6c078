#include "probe/architecture.h"

#include <array>

#include <elf.h>

#include "base/text.h"

namespace guestclock::probe {
namespace {

struct MachineName {
  std::uint16_t machine;
  std::string_view name;
};
constexpr std::array<MachineName, 8> kMachines{{
    {EM_386, "i386"},
    {EM_X86_64, "x86_64"},
    {EM_AARCH64, "aarch64"},
    {EM_ARM, "arm"},
    {EM_PPC64, "ppc64"},
    {EM_S390, "s390x"},
    {EM_IA_64, "ia64"},
    {EM_RISCV, "riscv64"},
}};

}  // namespace

std::string normalise_arch(std::string_view machine) {
  const std::string name = lower(machine);
  if (name.size() == 4 && name.front() == 'i' && name.ends_with("86")) return "i386";
  if (name == "amd64") return "x86_64";
  if (name == "arm64") return "aarch64";
  return name;
}

model::Fact<std::string> architecture_of_tree(const system::Files& files) {
  for (const char* const path : {"/sbin/init", "/bin/sh", "/usr/bin/env", "/bin/ls"}) {
    const auto bytes = files.read(path);
    if (!bytes || bytes->size() < 20 ||
        !bytes->starts_with("\x7f"
                            "ELF"))
      continue;
    const bool big_endian = (*bytes)[EI_DATA] == ELFDATA2MSB;
    const auto low = static_cast<std::uint8_t>((*bytes)[big_endian ? 19 : 18]);
    const auto high = static_cast<std::uint8_t>((*bytes)[big_endian ? 18 : 19]);
    const auto machine = static_cast<std::uint16_t>(low | (high << 8U));
    for (const MachineName& known : kMachines) {
      if (known.machine == machine) return std::string(known.name);
    }
  }
  return model::Fact<std::string>::unknown(
      "no program in the tree tells its architecture; give --assume arch=...");
}

}  // namespace guestclock::probe
