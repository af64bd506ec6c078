#include <algorithm>

#include "advise/obstacles.h"
#include "base/text.h"
#include "boot/parameter_line.h"
#include "cli/carry_out.h"
#include "model/kernel_parameters.h"

namespace guestclock::cli {
namespace {

using Action = model::ParameterEdit::Action;
using Edits = std::vector<model::ParameterEdit>;

/// "K", "K=", "K=V" as an edit.
model::ParameterEdit edit_of(const std::string& text, Action action) {
  const std::size_t equals = text.find('=');
  model::ParameterEdit edit;
  edit.key = text.substr(0, equals);
  edit.action = action;
  if (equals != std::string::npos) edit.values.emplace_back(text.substr(equals + 1));
  if (equals == std::string::npos && action == Action::set) edit.values.emplace_back(std::nullopt);
  return edit;
}

bool is_set(const Edits& edits, const std::string& key) {
  return std::any_of(edits.begin(), edits.end(), [&](const model::ParameterEdit& edit) {
    return edit.action == Action::set && model::same_parameter_name(edit.key, key);
  });
}

Result<void> check(const model::ParameterEdit& edit) {
  if (const auto why = boot::why_not_a_parameter(edit)) {
    return fail(ErrorCode::usage, *why, {},
                "expected NAME, NAME= or NAME=VALUE; a value with blanks is quoted where it must "
                "be, give it without quotes of its own");
  }
  return {};
}

/// Neighbours of one name are one edit, as long as it is spelt alike: whether a-b is a_b too is
/// the loader's matter. Others stay edits of their own, which count as one too, so
/// that what goes to the end of a line goes there in the order given: it matters for parameters
/// such as hugepagesz= and hugepages= that belong together in pairs.
Result<void> add_set(const std::string& text, Edits& edits) {
  model::ParameterEdit edit = edit_of(text, Action::set);
  if (auto checked = check(edit); !checked) return checked;
  if (!edits.empty() && edits.back().key == edit.key) {
    edits.back().values.push_back(std::move(edit.values.front()));
  } else {
    edits.push_back(std::move(edit));
  }
  return {};
}

/// A name without a value takes all of them, whatever else is said about it.
Result<void> add_removal(const std::string& text, Edits& edits) {
  model::ParameterEdit edit = edit_of(text, Action::remove);
  if (auto checked = check(edit); !checked) return checked;
  if (is_set(edits, edit.key)) {
    return fail(ErrorCode::usage,
                printable(edit.key) +
                    " is both set and unset: setting a parameter replaces every "
                    "value that it has",
                {}, "leave --unset " + printable(text) + " out");
  }
  const auto known =
      std::find_if(edits.begin(), edits.end(),
                   [&](const model::ParameterEdit& other) { return other.key == edit.key; });
  if (known == edits.end()) {
    edits.push_back(std::move(edit));
  } else if (edit.values.empty()) {
    known->values.clear();
  } else if (!known->values.empty()) {
    known->values.push_back(std::move(edit.values.front()));
  }
  return {};
}

Result<Edits> edits_of(const Options& options) {
  Edits edits;
  for (const std::string& text : options.arguments) {
    if (auto added = add_set(text, edits); !added) return tl::make_unexpected(added.error());
  }
  for (const std::string& text : options.unset) {
    if (auto added = add_removal(text, edits); !added) return tl::make_unexpected(added.error());
  }
  if (edits.empty()) {
    return fail(ErrorCode::usage, "params set needs a parameter to set or --unset", {},
                "such as: guestclock params set console=ttyS0 --unset quiet");
  }
  return edits;
}

Result<boot::LoaderInUse> the_loader(const Guest& guest, const Options& options) {
  const auto loaders = loaders_here(guest, options);
  if (!loaders) return tl::make_unexpected(loaders.error());
  if (loaders->empty()) {
    return fail(ErrorCode::unsupported, guest.facts.boot.entries.reason());
  }
  if (loaders->size() > 1) {
    return fail(ErrorCode::usage,
                "more than one boot loader is configured here: " + loader_names(*loaders), {},
                "name the one to edit with --loader");
  }
  return loaders->front();
}

/// The user's own parameters are written all the same.
void warn_of_unknown(const Guest& guest, const boot::LoaderInUse& loader, const Edits& edits,
                     model::ChangeSet& changes) {
  for (const model::ParameterEdit& edit : edits) {
    if (edit.values.empty() || edit.action == Action::remove) continue;
    std::string why = advise::unknown_to_kernel(edit.key, loader.loader->fix_kind(),
                                                guest.tables.parameters, guest.facts);
    if (!why.empty()) changes.warnings.push_back(std::move(why));
  }
}

Result<Planned> plan(const Options& options, const Edits& edits) {
  Planned planned;
  auto guest = look_at_guest(options);
  if (!guest) return tl::make_unexpected(guest.error());
  const auto loader = the_loader(*guest, options);
  if (!loader) return tl::make_unexpected(loader.error());
  auto changes = change::plan_parameters(edits, guest->facts, *guest->system, *loader,
                                         options.entries, guest->tables.thresholds);
  if (!changes) return tl::make_unexpected(changes.error());
  warn_of_unknown(*guest, *loader, edits, *changes);
  planned.document.changes = std::move(*changes);
  planned.document.rules_version = guest->tables.rules_version;
  planned.document.assumptions = guest->assumptions;
  planned.guest = std::move(*guest);
  return planned;
}

Result<ExitCode> run(const Invocation& invocation) {
  const auto edits = edits_of(invocation.options);
  if (!edits) return tl::make_unexpected(edits.error());
  return carry_out(invocation, "params set", [&] { return plan(invocation.options, *edits); });
}

}  // namespace

const Verb kParamsSet{
    "params set",
    "[K[=V]...]",
    "set or remove kernel parameters, with diff and backup",
    kWhere | kEntries | kLoader | kUnset | kState | kConfirming | kForce | kDryRun,
    1000,
    run};

}  // namespace guestclock::cli
