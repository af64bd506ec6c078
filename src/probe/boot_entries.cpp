// What would this guest boot, with which parameters?
#include "base/text.h"
#include "probe/probe.h"
#include "probe/unread.h"

namespace guestclock::probe {

model::Boot probe_boot(const system::System& system, std::span<const boot::LoaderInUse> loaders,
                       std::vector<model::Unread>& unread) {
  using model::Fact;
  model::Boot boot;
  if (loaders.empty()) {
    const std::string reason = "no boot loader configuration that this version knows was found";
    boot.loader = Fact<std::string>::unknown(reason);
    boot.entries = Fact<std::vector<model::BootEntry>>::unknown(reason);
    return boot;
  }
  std::vector<std::string> names;
  std::vector<model::BootEntry> all;
  std::string unreadable;
  for (const boot::LoaderInUse& in_use : loaders) {
    names.emplace_back(in_use.loader->name());
    boot.files.insert(boot.files.end(), in_use.located.files.begin(), in_use.located.files.end());
    auto entries = in_use.loader->entries(system.files(), in_use.located);
    if (!entries) {
      unreadable = describe(entries.error());
      note_unread(unread, entries.error(), entries.error().path, "CAP_DAC_READ_SEARCH");
      continue;
    }
    all.insert(all.end(), entries->begin(), entries->end());
  }
  if (names.size() == 1) {
    boot.loader = names.front();
  } else {
    boot.loader =
        Fact<std::string>::unknown("more than one boot loader is configured: " + join(names, ", "));
  }
  boot.entries = unreadable.empty() ? Fact<std::vector<model::BootEntry>>(std::move(all))
                                    : Fact<std::vector<model::BootEntry>>::unknown(unreadable);
  return boot;
}

}  // namespace guestclock::probe
