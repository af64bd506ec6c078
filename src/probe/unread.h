// What this user may not read, and who may.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/facts.h"

namespace guestclock::probe {

/// Adds it where `error` is a lack of privilege; anything else has nothing to do with the user.
inline void note_unread(std::vector<model::Unread>& unread, const Error& error, std::string what,
                        std::string capability) {
  if (error.code == ErrorCode::permission) {
    unread.push_back({std::move(what), std::move(capability)});
  }
}

}  // namespace guestclock::probe
