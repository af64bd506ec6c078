// How to undo a transaction without this program: plain commands for a rescue shell.
#pragma once

#include <string>
#include <vector>

#include "change/journal.h"
#include "change/transaction_directory.h"

namespace guestclock::change {

/// Paths begin with `root` where it is not "/". cp, chown, chmod, touch, rm and rmdir only.
[[nodiscard]] std::vector<std::string> undo_by_hand(const std::string& root,
                                                    const TransactionDirectory& directory,
                                                    const std::vector<JournalFile>& files);

}  // namespace guestclock::change
