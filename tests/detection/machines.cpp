#include "machines.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "probe/probe.h"
#include "probe/virtualization.h"
#include "report/peer_words.h"
#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::detection {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path& fixtures() {
  static const fs::path kFixtures = fs::path(GUESTCLOCK_SOURCE_DIR) / "tests" / "fixtures";
  return kFixtures;
}

json read_json(const fs::path& file) {
  std::ifstream in(file);
  return json::parse(in);
}

std::string in_words(const json& value) {
  if (value.is_null()) return "null";
  if (value.is_string()) return value.get<std::string>();
  auto list = value.get<std::vector<std::string>>();
  return join(list, " ");
}

Words expectations(const json& object) {
  Words words;
  for (const auto& [name, value] : object.items()) {
    if (name == "synthetic" || name == "what" || name == "thread") continue;
    words[name] = in_words(value);
  }
  if (const auto interfaces = object.find("interfaces"); interfaces != object.end()) {
    auto list = interfaces->get<std::vector<std::string>>();
    std::sort(list.begin(), list.end());
    words["interfaces"] = join(list, " ");
  }
  return words;
}

std::string register_of(std::string_view signature, std::size_t index) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t at = index * 4 + i;
    if (at < signature.size()) {
      word |= std::uint32_t{static_cast<unsigned char>(signature[at])} << (8 * i);
    }
  }
  return fmt::format("{:#010x}", word);
}

std::string cpuid_text(const json& machine) {
  std::string text = fmt::format(
      "CPU 0:\n   0x00000001 0x00: eax=0x00000000 ebx=0x00000000 ecx={} edx=0x00000000\n",
      machine["cpu_bit"].get<bool>() ? "0x80000000" : "0x00000000");
  std::uint32_t base = 0x40000000;
  for (const json& one : machine["signatures"]) {
    const auto signature = one.get<std::string>();
    text += fmt::format("   {:#010x} 0x00: eax={:#010x} ebx={} ecx={} edx={}\n", base, base + 1,
                        register_of(signature, 0), register_of(signature, 1),
                        register_of(signature, 2));
    base += 0x100;
  }
  return text;
}

void write_files(const support::ScratchDirectory& capture, const json& machine) {
  for (const auto& [field, value] : machine["dmi"].items())
    capture.write("/root/sys/class/dmi/id/" + field, value.get<std::string>() + "\n");
  for (const json& id : machine["acpi"])
    capture.write("/root/sys/bus/acpi/devices/" + id.get<std::string>() + ":00/hid", "\n");
  for (const auto& [path, text] : machine["files"].items())
    capture.write("/root" + path, text.get<std::string>());
  for (const auto& [path, target] : machine["links"].items()) {
    const fs::path link = capture.path() / "root" / fs::path(path).relative_path();
    fs::create_directories(link.parent_path());
    fs::create_symlink(target.get<std::string>(), link);
  }
}

void write_capture(const support::ScratchDirectory& capture, const json& machine) {
  fs::create_directories(capture.path() / "root");
  capture.write("/uname-m.txt", machine["arch"].get<std::string>() + "\n");
  if (!machine["cpu_bit"].is_null()) capture.write("/cpuid.txt", cpuid_text(machine));
  if (!machine["files"].contains("/proc/cpuinfo") && !machine["files"].contains("/proc/version")) {
    capture.write("/root/proc/cpuinfo", "processor : 0\n");
  }
  std::string sysctl;
  for (const auto& [name, value] : machine["sysctl"].items())
    sysctl += name + ": " + value.get<std::string>() + "\n";
  if (!sysctl.empty()) capture.write("/sysctl.txt", sysctl);
  std::string clocksources;
  for (const json& one : machine["clocksources"])
    clocksources += one.get<std::string>() + " ";
  if (!clocksources.empty()) {
    capture.write("/root/sys/devices/system/clocksource/clocksource0/available_clocksource",
                  clocksources + "\n");
  }
  write_files(capture, machine);
}

std::string or_unknown(const model::Fact<std::string>& fact) {
  return fact.value_or("unknown");
}

std::string or_null(const model::Fact<std::string>& fact) {
  const std::string value = fact.value_or("");
  return value.empty() ? "null" : value;
}

}  // namespace

const tables::Hypervisors& shipped_table() {
  static const tables::Hypervisors kTable = tables::load({}).value().hypervisors;
  return kTable;
}

Machine look_at(const fs::path& capture) {
  const auto system = system::open_capture(capture.string());
  if (!system) throw std::runtime_error(capture.string() + ": " + describe(system.error()));
  return {capture.filename().string(),
          probe::observe(**system, shipped_table()),
          probe::probe_kernel(**system),
          {}};
}

const std::vector<Machine>& captures() {
  static const std::vector<Machine> kAll = [] {
    std::vector<Machine> all;
    for (const auto& entry : fs::directory_iterator(fixtures() / "captures")) {
      if (!entry.is_directory()) continue;
      all.push_back(look_at(entry.path()));
      all.back().expected = expectations(read_json(entry.path() / "expected.json"));
    }
    std::sort(all.begin(), all.end(),
              [](const Machine& a, const Machine& b) { return a.name < b.name; });
    return all;
  }();
  return kAll;
}

const std::vector<Machine>& row_cases() {
  static const std::vector<Machine> kAll = [] {
    std::vector<Machine> all;
    for (const json& machine : read_json(fixtures() / "hypervisor_rows.json")) {
      const support::ScratchDirectory capture;
      write_capture(capture, machine);
      all.push_back(look_at(capture.path()));
      all.back().name = machine["name"].get<std::string>();
      all.back().expected = expectations(machine["expect"]);
    }
    return all;
  }();
  return kAll;
}

model::Virtualization judge(const Machine& machine, const tables::Hypervisors& table) {
  return probe::judge_virtualization(machine.seen, table, machine.kernel);
}

Words said(const Machine& machine, const tables::Hypervisors& table) {
  model::Facts facts;
  facts.kernel = machine.kernel;
  facts.virtualization = judge(machine, table);
  const model::Virtualization& found = facts.virtualization;
  std::vector<std::string> interfaces = found.interfaces;
  std::sort(interfaces.begin(), interfaces.end());
  const Words all{{"role", or_unknown(found.role)},
                  {"vm", or_unknown(found.vm)},
                  {"container", or_unknown(found.container)},
                  {"platform", or_null(found.platform)},
                  {"nested", or_unknown(found.nested)},
                  {"mode", found.mode.value_or("")},
                  {"confidential", or_unknown(found.confidential)},
                  {"interfaces", join(interfaces, " ")},
                  {"systemd", report::systemd_word(found)},
                  {"virt_what", join(report::virt_what_lines(facts), " ")}};
  Words asked;
  for (const auto& [name, word] : machine.expected) {
    const auto known = all.find(name);
    asked[name] = known == all.end() ? "(no such member)" : known->second;
  }
  return asked;
}

}  // namespace guestclock::detection
