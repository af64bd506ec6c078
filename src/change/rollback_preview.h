// What rollback would do, without doing it.
#pragma once

#include <string>

#include "base/result.h"
#include "change/transaction.h"
#include "model/change.h"

namespace guestclock::change {

/// As rollback() with the same arguments, but nothing is written and no lock is taken: `diff` holds
/// what would be put back, `state` is the present one (conflict where rollback would refuse). Where
/// a transaction was cut off, that one is shown, since it would be undone first.
[[nodiscard]] Result<model::TransactionOutcome> preview_rollback(const Store& store,
                                                                 const std::string& id,
                                                                 const UndoOptions& options = {});

}  // namespace guestclock::change
