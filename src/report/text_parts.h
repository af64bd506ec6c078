// Parts of the text format, one function per document or part of one.
#pragma once

#include "model/report.h"
#include "report/page.h"

namespace guestclock::report {

/// Every fact; `evidence`: each piece with what became of it and why, and the kernel's log.
void write_facts(Page& page, const model::Facts& facts, bool evidence);
void write_measurements(Page& page, const model::Measurements& measurements);
void write_assumptions(Page& page, const std::vector<model::Assumption>& assumptions);
/// What is to be typed or written stands on lines of its own, never wrapped.
void write_steps(Page& page, const std::vector<model::FixStep>& steps);
void write_not_judged(Page& page, const std::vector<model::NotJudged>& rules);
void write_held(Page& page, const std::vector<model::HeldChange>& all);

void write_document(Page& page, const model::DetectDocument& document);
void write_document(Page& page, const model::MeasureDocument& document);
void write_document(Page& page, const model::FitDocument& document);
void write_document(Page& page, const model::SelftestDocument& document);
void write_document(Page& page, const model::AuditReport& report);
void write_document(Page& page, const model::PlanDocument& document);
void write_document(Page& page, const model::ParamsListDocument& document);
void write_document(Page& page, const model::TransactionDocument& document);
void write_document(Page& page, const model::HistoryDocument& document);
void write_document(Page& page, const model::RulesListDocument& document);
void write_document(Page& page, const model::ExplainDocument& document);
void write_document(Page& page, const model::RulesCheckDocument& document);
void write_document(Page& page, const model::CaptureDocument& document);

}  // namespace guestclock::report
