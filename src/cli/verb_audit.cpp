#include "advise/waive.h"
#include "base/rfc3339.h"
#include "cli/guest.h"
#include "cli/output.h"
#include "tables/waivers.h"

namespace guestclock::cli {
namespace {

/// None where --waive was not given.
Result<std::vector<model::Waiver>> waivers_of(const Options& options,
                                              const std::vector<model::Rule>& rules) {
  if (options.waivers.empty()) return std::vector<model::Waiver>{};
  const auto here = system::open_live();
  if (!here) return tl::make_unexpected(here.error());
  auto bytes = read_named((*here)->files(), options.waivers);
  if (!bytes) return tl::make_unexpected(std::move(bytes).error());
  return tables::load_waivers({options.waivers, std::move(*bytes)}, rules);
}

void tell_of(const advise::IdleWaivers& idle, const Options& options) {
  for (const model::Waiver& waiver : idle.expired) {
    warn(waiver.place + ": the waiver of " + waiver.named + " expired on " +
         rfc3339(waiver.acceptance.expires) + ": what it accepted counts again");
  }
  if (options.quiet) return;
  for (const model::Waiver& waiver : idle.unmet) {
    announce(waiver.place + ": nothing is found of " + waiver.named +
             " here: this waiver can be deleted");
  }
}

Result<model::AuditReport> audit(const Invocation& invocation, Result<void>& recorded) {
  const Options& options = invocation.options;
  auto guest = look_at_guest(options);
  if (!guest) return tl::make_unexpected(guest.error());
  report_interrupted(*guest->system, options);
  // Before measuring: who gave a broken file does not want to wait for that.
  const auto waivers = waivers_of(options, guest->tables.rules);
  if (!waivers) return tl::make_unexpected(waivers.error());
  const auto time = now();
  if (!time) return tl::make_unexpected(time.error());

  model::AuditReport report;
  report.tool_version = GUESTCLOCK_VERSION;
  report.rules_version = guest->tables.rules_version;
  report.generated_at = rfc3339(*time);
  const auto host = guest->system->identity().host_name();
  report.host = host ? model::Fact<std::string>(*host)
                     : model::Fact<std::string>::unknown(host.error().message);
  if (!guest->system->live()) {
    report.no_measurements = std::string(model::kLiveOnly);
  } else if (options.no_measure) {
    report.no_measurements = "--no-measure";
  } else {
    auto measured = measure_guest(*guest, invocation);
    if (!measured) return tl::make_unexpected(measured.error());
    report.measurements = std::move(measured->measurements);
    report.undetermined = measured->reference_missing;
    recorded = std::move(measured->recorded);
  }
  report.consent = consent_of(*guest, options);
  report.judgement =
      judge_guest(*guest, report.measurements ? &*report.measurements : nullptr, report.consent);
  const Day today(std::chrono::floor<std::chrono::days>(*time));
  tell_of(advise::waive(*waivers, today, report.judgement), options);
  report.undetermined = report.undetermined || undecided(report.judgement.not_judged);
  report.facts = std::move(guest->facts);
  report.assumptions = std::move(guest->assumptions);
  return report;
}

Result<ExitCode> run(const Invocation& invocation) {
  Result<void> recorded;
  auto report = audit(invocation, recorded);
  if (!report) return tl::make_unexpected(report.error());
  const auto worst = model::worst_severity(report->judgement);
  const bool undetermined = report->undetermined;
  if (auto put = put_out(std::move(*report), invocation.options); !put) {
    return tl::make_unexpected(put.error());
  }
  if (!recorded) return tl::make_unexpected(std::move(recorded).error());
  const auto& fail_on = invocation.options.fail_on;
  if (fail_on && worst && *worst >= *fail_on) return ExitCode::findings;
  return undetermined ? ExitCode::undetermined : ExitCode::good;
}

}  // namespace

const Verb kAudit{"audit",
                  "",
                  "detect, measure and judge: findings with fixes; changes nothing",
                  kWhere | kMeasuring | kNoMeasure | kSelecting | kState | kRules | kJudging,
                  0,
                  run};

}  // namespace guestclock::cli
