#include "base/text.h"
#include "boot/entry_selection.h"
#include "cli/output.h"
#include "cli/planning.h"

namespace guestclock::cli {
namespace {

/// Leaves the entries that --entries names.
Result<void> select_entries(const model::EntrySelector& selector,
                            std::vector<model::BootEntry>& entries) {
  using Kind = model::EntrySelector::Kind;
  if (entries.empty() || selector.kind == Kind::automatic || selector.kind == Kind::all) return {};
  const model::ParameterEdit any;
  const auto found = boot::check_selection(selector, std::span(&any, 1), entries, {});
  if (!found) return found;
  std::erase_if(
      entries, [&](const model::BootEntry& entry) { return !boot::selects(selector, any, entry); });
  return {};
}

Result<ExitCode> run(const Invocation& invocation) {
  const auto guest = look_at_guest(invocation.options);
  if (!guest) return tl::make_unexpected(guest.error());
  const auto loaders = loaders_here(*guest, invocation.options);
  if (!loaders) return tl::make_unexpected(loaders.error());

  model::ParamsListDocument document;
  if (loaders->empty()) document.unread.push_back({"", guest->facts.boot.entries.reason()});
  for (const boot::LoaderInUse& in_use : *loaders) {
    auto entries = in_use.loader->entries(guest->system->files(), in_use.located);
    if (!entries) {
      document.unread.push_back({std::string(in_use.loader->name()), describe(entries.error())});
      continue;
    }
    document.entries.insert(document.entries.end(), entries->begin(), entries->end());
    for (const std::string& remark :
         in_use.loader->remarks(guest->system->files(), in_use.located)) {
      warn(std::string(in_use.loader->name()) + ": " + remark);
    }
  }
  for (const model::UnreadEntries& one : document.unread) {
    warn((one.loader.empty() ? "" : one.loader + ": ") + one.reason);
  }
  const bool nothing_read = document.unread.size() >= std::max<std::size_t>(loaders->size(), 1);
  if (auto selected = select_entries(invocation.options.entries, document.entries); !selected) {
    return tl::make_unexpected(selected.error());
  }
  if (auto put = put_out(std::move(document), invocation.options); !put) {
    return tl::make_unexpected(put.error());
  }
  return nothing_read ? ExitCode::undetermined : ExitCode::good;
}

}  // namespace

const Verb kParamsList{"params list",
                       "",
                       "kernel parameters of every boot entry",
                       kWhere | kEntries | kLoader,
                       0,
                       run};

}  // namespace guestclock::cli
