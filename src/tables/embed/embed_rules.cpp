// Build-time tool: checks every file of rules/ and the schema of waivers, and writes them as C++.
//   guestclock_embed_rules RULES-DIRECTORY WAIVERS-SCHEMA.json OUTPUT.cpp
#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "tables/packed_hypervisors.h"
#include "tables/table_files.h"

namespace {

namespace fs = std::filesystem;
using guestclock::tables::FileKind;
using guestclock::tables::FileProblem;
using guestclock::tables::NamedBytes;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<NamedBytes> read_directory(const fs::path& directory) {
  std::vector<NamedBytes> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    const std::string name = fs::relative(entry.path(), directory).generic_string();
    if (!entry.is_regular_file() || guestclock::tables::kind_of(name) == FileKind::other) continue;
    files.push_back({name, read_file(entry.path())});
  }
  std::sort(files.begin(), files.end(),
            [](const NamedBytes& a, const NamedBytes& b) { return a.name < b.name; });
  return files;
}

/// `bytes` as string literals, one per line of it.
std::string literals(const std::string& bytes) {
  std::string text = "\"";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte == '\n') {
      text += i + 1 < bytes.size() ? "\\n\"\n     \"" : "\\n";
    } else if (byte == '"' || byte == '\\') {
      text += '\\';
      text += bytes[i];
    } else if (byte < 0x20 || byte > 0x7e || byte == '?') {
      text += fmt::format("\\{:03o}", byte);
    } else {
      text += bytes[i];
    }
  }
  return text + "\"";
}

std::string as_cpp(const std::vector<NamedBytes>& files, const std::string& waivers_schema) {
  std::string text =
      "// Generated from rules/ and docs/schema/ by guestclock_embed_rules.\n"
      "#include \"tables/tables.h\"\n"
      "#include \"tables/waivers.h\"\n\n"
      "namespace guestclock::tables {\n\n";
  const auto table = std::find_if(files.begin(), files.end(), [](const NamedBytes& file) {
    return guestclock::tables::kind_of(file.name) == FileKind::hypervisors;
  });
  text += fmt::format(
      "std::string_view packed_hypervisors() {{\n"
      "  using namespace std::string_view_literals;\n  return\n     {}sv;\n}}\n\n"
      "std::string_view waivers_schema() {{\n  return\n     {};\n}}\n\n"
      "std::span<const NamedBytes> embedded() {{\n"
      "  static const std::vector<NamedBytes> kFiles{{\n",
      literals(guestclock::tables::pack(guestclock::tables::hypervisors_in(table->bytes))),
      literals(waivers_schema));
  for (const NamedBytes& file : files) {
    text += fmt::format("    {{{},\n     {}}},\n", literals(file.name), literals(file.bytes));
  }
  return text + "  };\n  return kFiles;\n}\n\n}  // namespace guestclock::tables\n";
}

int run(const fs::path& directory, const fs::path& waivers_schema, const fs::path& output) {
  const std::vector<NamedBytes> files = read_directory(directory);
  const auto problems = guestclock::tables::check_files(files, files);
  for (const auto& problem : problems)
    fmt::print(stderr, "{}\n", (directory / problem.in_words()).string());
  const NamedBytes schema{waivers_schema.string(), read_file(waivers_schema)};
  std::vector<FileProblem> in_schema;
  const bool readable = guestclock::tables::FileCheck(schema, in_schema).readable();
  for (const FileProblem& problem : in_schema)
    fmt::print(stderr, "{}\n", problem.in_words());
  bool complete = readable;
  for (const char* const name : {"hypervisors.json", "smearing.json", "thresholds.json"}) {
    const bool there = std::any_of(files.begin(), files.end(),
                                   [name](const NamedBytes& file) { return file.name == name; });
    if (!there) fmt::print(stderr, "{}: missing\n", (directory / name).string());
    complete = complete && there;
  }
  if (!problems.empty() || !complete) return 1;
  std::ofstream out(output, std::ios::binary | std::ios::trunc);
  out << as_cpp(files, schema.bytes);
  out.close();
  if (!out) {
    fmt::print(stderr, "cannot write {}\n", output.string());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr,
               "usage: guestclock_embed_rules RULES-DIRECTORY WAIVERS-SCHEMA.json OUTPUT.cpp\n");
    return 64;
  }
  try {
    return run(argv[1], argv[2], argv[3]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "guestclock_embed_rules: {}\n", error.what());
    return 1;
  }
}
