#include "change/transaction_directory.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/rfc3339.h"
#include "base/text.h"

namespace guestclock::change {
namespace {

constexpr std::uint32_t kOwnDirectory = 0700;
constexpr std::uint32_t kOwnFile = 0600;
constexpr std::uint32_t kParentDirectory = 0755;
constexpr std::string_view kJournal = "journal";
constexpr std::int64_t kSequenceLimit = 1'000'000'000;

std::string transactions_path(const Store& store) {
  return store.state_dir + "/txn";
}

/// The running number at the end of an id; nothing for names that are no ids.
std::optional<std::int64_t> sequence_of(std::string_view id) {
  const std::size_t dash = id.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto number = parse_int(id.substr(dash + 1));
  return number && *number > 0 && *number < kSequenceLimit ? number : std::nullopt;
}

Result<void> make_if_missing(const Store& store, system::SystemWriter& writer,
                             const std::string& path, std::uint32_t mode) {
  if (store.system.files().exists(path)) return {};
  auto made = writer.make_directory(path, mode);
  // Another run may have been faster; the lock sorts that out.
  if (!made && made.error().code == ErrorCode::conflict) return {};
  return made;
}

Result<void> make_store(const Store& store, system::SystemWriter& writer) {
  for (std::size_t slash = store.state_dir.find('/', 1); slash != std::string::npos;
       slash = store.state_dir.find('/', slash + 1)) {
    auto made = make_if_missing(store, writer, store.state_dir.substr(0, slash), kParentDirectory);
    if (!made) return made;
  }
  if (auto made = make_if_missing(store, writer, store.state_dir, kOwnDirectory); !made) {
    return made;
  }
  return make_if_missing(store, writer, transactions_path(store), kOwnDirectory);
}

/// Locks of the package managers: a kernel that is being installed rewrites boot files.
/// FreeBSD's pkg locks its database while it writes to it.
constexpr std::array<std::string_view, 8> kPackageLocks{"/var/lib/dpkg/lock-frontend",
                                                        "/var/lib/dpkg/lock",
                                                        "/var/lib/rpm/.rpm.lock",
                                                        "/usr/lib/sysimage/rpm/.rpm.lock",
                                                        "/var/lock/rpm/transaction",
                                                        "/run/zypp.pid",
                                                        "/lib/apk/db/lock",
                                                        "/var/db/pkg/local.sqlite"};
constexpr std::string_view kPacmanLock = "/var/lib/pacman/db.lck";

Result<void> keep_package_managers_out(const Store& store, system::SystemWriter& writer,
                                       StoreLock& held) {
  if (store.system.files().exists(kPacmanLock)) {
    return fail(ErrorCode::busy, "pacman is at work (its lock exists)", std::string(kPacmanLock),
                "wait until it has ended, then try again");
  }
  for (const std::string_view path : kPackageLocks) {
    auto lock = writer.hold(path, store.patience);
    if (!lock) return tl::make_unexpected(lock.error());
    if (*lock) held.push_back(std::move(*lock));
  }
  return {};
}

}  // namespace

Result<std::vector<StoredTransaction>> stored_transactions(const Store& store) {
  const system::Files& files = store.system.files();
  std::vector<StoredTransaction> found;
  const auto names = files.list(transactions_path(store));
  if (!names && names.error().code == ErrorCode::not_found) return found;
  if (!names) return tl::make_unexpected(names.error());
  for (const std::string& name : *names) {
    if (!sequence_of(name)) continue;
    StoredTransaction transaction;
    transaction.id = name;
    transaction.directory = transactions_path(store) + "/" + name;
    const auto bytes = files.read(transaction.directory + "/" + std::string(kJournal));
    if (!bytes && bytes.error().code != ErrorCode::not_found) {
      return tl::make_unexpected(bytes.error());
    }
    if (bytes) {
      transaction.journal = decode_journal(*bytes);
      transaction.ends_torn = !bytes->empty() && !bytes->ends_with('\n');
    }
    found.push_back(std::move(transaction));
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return sequence_of(a.id) < sequence_of(b.id);
  });
  return found;
}

Result<StoreLock> lock_store(const Store& store, system::SystemWriter& writer) {
  if (auto made = make_store(store, writer); !made) return tl::make_unexpected(made.error());
  auto own = writer.lock(store.state_dir + "/lock");
  if (!own) return tl::make_unexpected(own.error());
  StoreLock held;
  held.push_back(std::move(*own));
  if (auto kept_out = keep_package_managers_out(store, writer, held); !kept_out) {
    return tl::make_unexpected(kept_out.error());
  }
  return held;
}

NewId next_id(const std::vector<StoredTransaction>& existing, Nanoseconds now) {
  std::int64_t number = 1;
  for (const StoredTransaction& transaction : existing) {
    number = std::max(number, sequence_of(transaction.id).value_or(0) + 1);
  }
  const std::string time = rfc3339(now);
  std::string compact = time;
  compact.erase(
      std::remove_if(compact.begin(), compact.end(), [](char c) { return c == '-' || c == ':'; }),
      compact.end());
  return {compact + "-" + std::to_string(number), time};
}

TransactionDirectory::TransactionDirectory(const Store& store, std::string id)
    : store_(store), path_(transactions_path(store) + "/" + std::move(id)) {}

std::string TransactionDirectory::blob_path(std::size_t number, Side side) const {
  return fmt::format("{}/{}.{}", path_, number, side == Side::before ? "before" : "after");
}

std::string TransactionDirectory::journal_path() const {
  return path_ + "/" + std::string(kJournal);
}

system::FileMetadata TransactionDirectory::own_file() const {
  system::FileMetadata metadata;
  metadata.mode = kOwnFile;
  // The directory is ours; so is what lies in it, whoever we are.
  if (const auto status = store_.system.files().status(path_)) {
    metadata.uid = status->uid;
    metadata.gid = status->gid;
  }
  return metadata;
}

Result<void> TransactionDirectory::make(system::SystemWriter& writer) const {
  return writer.make_directory(path_, kOwnDirectory);
}

Result<void> TransactionDirectory::write_blob(system::SystemWriter& writer, std::size_t number,
                                              Side side, std::string_view bytes) const {
  return writer.create(blob_path(number, side), bytes, own_file());
}

Result<void> TransactionDirectory::write_journal(system::SystemWriter& writer,
                                                 std::string_view bytes) const {
  const std::string unfinished = path_ + "/journal.new";
  if (auto made = writer.create(unfinished, bytes, own_file()); !made) return made;
  if (auto synced = writer.sync(); !synced) return synced;
  if (auto moved = writer.move_new(unfinished, journal_path()); !moved) return moved;
  return writer.sync();
}

Result<void> TransactionDirectory::mark(system::SystemWriter& writer, JournalMark mark) const {
  const auto bytes = store_.system.files().read(journal_path());
  if (!bytes) return tl::make_unexpected(bytes.error());
  const bool torn = !bytes->empty() && !bytes->ends_with('\n');
  return writer.append(journal_path(), (torn ? "\n" : "") + encode(mark));
}

Result<std::string> TransactionDirectory::read_blob(std::size_t number, Side side,
                                                    const std::string& sha256) const {
  auto bytes = store_.system.files().read(blob_path(number, side));
  if (bytes && sha256_hex(*bytes) != sha256) {
    return fail(ErrorCode::malformed, "the kept copy is damaged", blob_path(number, side));
  }
  return bytes;
}

Result<void> TransactionDirectory::remove(system::SystemWriter& writer) const {
  const auto names = store_.system.files().list(path_);
  if (!names) return tl::make_unexpected(names.error());
  for (const std::string& name : *names) {
    if (name == kJournal) continue;
    if (auto gone = writer.remove_file(path_ + "/" + name); !gone) return gone;
  }
  if (std::find(names->begin(), names->end(), kJournal) != names->end()) {
    if (auto gone = writer.remove_file(journal_path()); !gone) return gone;
  }
  if (auto gone = writer.remove_directory(path_); !gone) return gone;
  return writer.sync();
}

}  // namespace guestclock::change
