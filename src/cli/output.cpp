#include "cli/output.h"

#include <cstdio>
#include <iostream>

#include <unistd.h>

#include <fmt/format.h>

#include "base/text.h"
#include "report/format.h"
#include "system/machines.h"

namespace guestclock::cli {
namespace {

std::string render(const model::Document& document, Format format) {
  switch (format) {
    case Format::json:
      return report::render_json(document);
    case Format::jsonl:
      return report::render_jsonl(document);
    case Format::virt_what:
      return report::render_virt_what(document);
    case Format::systemd:
      return report::render_systemd(document);
    case Format::ntpq:
      return report::render_ntpq(document);
    case Format::ntpdate:
      return report::render_ntpdate(document);
    case Format::text:
      break;
  }
  return report::render_text(document);
}

Result<void> print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return fail(ErrorCode::io, "cannot write to standard output");
  }
  return {};
}

}  // namespace

Result<void> put_out(const model::Document& document, const Options& options) {
  bool instead_of_stdout = false;
  for (const Output& output : options.outputs) {
    if (!output.format) instead_of_stdout = true;
    const std::string text = render(document, output.format.value_or(options.format));
    if (auto written = system::open_sink()->write(output.file, text); !written) return written;
  }
  if (instead_of_stdout || options.quiet) return {};
  return print(render(document, options.format));
}

void warn(const std::string& message) {
  fmt::print(stderr, "guestclock: warning: {}\n", message);
}

void announce(const std::string& message) {
  fmt::print(stderr, "guestclock: {}\n", message);
}

bool ask(const std::string& question) {
  fmt::print(stderr, "{} [y/N] ", question);
  std::fflush(stderr);
  std::string answer;
  std::getline(std::cin, answer);
  const std::string word = lower(trim(answer));
  return word == "y" || word == "yes";
}

bool input_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

}  // namespace guestclock::cli
