// transaction_driver apply|rollback|recover ROOT [PATIENCE_MS]
//
// The five-file transaction in a process of its own, for tests that stop, kill or starve it. Exit
// codes are the program's: 5 conflict, 75 busy, 77 permission, 1 any other failure.
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "change/transaction.h"
#include "fault/five_files.h"

namespace guestclock::fault {
namespace {

int code_of(const Error& error) {
  fmt::print(stderr, "{}\n", describe(error));
  switch (error.code) {
    case ErrorCode::conflict:
      return 5;
    case ErrorCode::busy:
      return 75;
    case ErrorCode::permission:
      return 77;
    default:
      return 1;
  }
}

template <class T>
int code_of(const Result<T>& result) {
  return result ? 0 : code_of(result.error());
}

int run(std::string_view verb, const std::string& root, std::string_view patience) {
  const OpenTree open(root);
  change::Store store = open.store();
  if (!patience.empty()) {
    std::int64_t milliseconds = 0;
    std::from_chars(patience.data(), patience.data() + patience.size(), milliseconds);
    store.patience = std::chrono::milliseconds(milliseconds);
  }
  if (verb == "apply") {
    return code_of(change::apply(store, *open.writer, five_file_changes(), kNow));
  }
  if (verb == "recover") return code_of(change::recover(store, *open.writer));
  if (verb != "rollback") return 64;
  const auto outcome = change::rollback(store, *open.writer, "");
  return outcome && !outcome->conflict_diff.empty() ? 5 : code_of(outcome);
}

}  // namespace
}  // namespace guestclock::fault

int main(int argc, char** argv) {
  if (argc < 3) return 64;
  return guestclock::fault::run(argv[1], argv[2], argc > 3 ? argv[3] : "");
}
