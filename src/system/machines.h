// The machines that main and the tests can choose from.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "system/clocksource_control.h"
#include "system/sink.h"
#include "system/system.h"
#include "system/writer.h"

namespace guestclock::system {

/// The machine we run on.
[[nodiscard]] Result<std::unique_ptr<System>> open_live();

/// An unbooted tree (--root): its files, nothing else (the kernel's log is /var/log/dmesg);
/// everything live is `unsupported` with the reason that only a running system shows it.
[[nodiscard]] Result<std::unique_ptr<System>> open_tree(const std::string& directory);

/// A recorded guest (--capture): DIR/root as its files and, where present, uname-m.txt,
/// cpuid-signature.txt, cpuid.txt (`cpuid -r` lines), dmidecode.txt, dmi-derived/, sysctl.txt,
/// dmesg.txt, unread.txt (system/unread_files.h).
/// The clocks, the network and everything else live are `unsupported`.
[[nodiscard]] Result<std::unique_ptr<System>> open_capture(const std::string& directory);

/// Writes below `root` ("/" for the machine we run on).
[[nodiscard]] Result<std::unique_ptr<SystemWriter>> open_writer(const std::string& root);

[[nodiscard]] std::unique_ptr<Sink> open_sink();

/// Of the machine we run on; `permission` where this user may not choose.
[[nodiscard]] Result<std::unique_ptr<ClocksourceControl>> open_clocksource_control();

}  // namespace guestclock::system
