#include "model/change.h"

#include "model/word_table.h"

namespace guestclock::model {
namespace {

constexpr WordTable<TransactionState, 5> kStates{{
    {TransactionState::prepared, "prepared"},
    {TransactionState::applied, "applied"},
    {TransactionState::verified, "verified"},
    {TransactionState::rolled_back, "rolled-back"},
    {TransactionState::conflict, "conflict"},
}};

}  // namespace

std::string_view to_string(TransactionState state) {
  return word_of(kStates, state);
}

std::optional<TransactionState> transaction_state_from(std::string_view text) {
  return value_of(kStates, text);
}

}  // namespace guestclock::model
