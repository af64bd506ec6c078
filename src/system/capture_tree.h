// The files of a capture, made of what a recorder saw: the inverse of open_capture.
#pragma once

#include <string>
#include <vector>

#include "system/recorder.h"
#include "system/redaction.h"
#include "system/sink.h"

namespace guestclock::system {

struct CaptureTree {
  std::vector<TreeEntry> entries;
  std::vector<std::string> refused;  ///< paths that need more privilege than there was
};

/// Without `redaction` everything is as it was read. What is there only by its name is an empty
/// file that unread.txt lists; a path with a line end in it is left out.
[[nodiscard]] CaptureTree capture_tree(const Recorder& recorder, Redaction* redaction);

}  // namespace guestclock::system
