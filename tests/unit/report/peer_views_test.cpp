// The mission's case as two old programs show it.
#include <gtest/gtest.h>

#include "report/format.h"

namespace guestclock::report {
namespace {

using model::Fact;

model::MeasureDocument asked_too_early() {
  model::Server guest;
  guest.address = "192.0.2.53:123";
  guest.stratum = std::int64_t{0};
  guest.leap = std::int64_t{3};
  guest.refid = std::string("INIT");
  guest.precision_s = 0x1p-17;
  guest.root_delay_s = 0.0;
  guest.root_dispersion_s = 0.0;
  guest.reference_time = Fact<std::string>::unknown("the server sent zero");
  guest.offset_s = -0.452;
  guest.delay_s = 0.02577;
  guest.jitter_s = 0.0005;
  guest.reach = 0377;
  guest.sent = guest.received = 40;
  guest.verdict = "unsynchronised";
  model::Server host;
  host.address = "192.0.2.1:123";
  host.stratum = std::int64_t{2};
  host.leap = std::int64_t{0};
  host.refid = std::string("198.51.100.7");
  host.precision_s = 0x1p-20;
  host.root_delay_s = 0.012;
  host.root_dispersion_s = 0.004;
  host.reference_time = std::string("2026-11-23T11:59:30Z");
  host.offset_s = -1.78;
  host.delay_s = 0.0005;
  host.jitter_s = 0.00001;
  host.reach = 0377;
  host.sent = host.received = 40;
  host.verdict = "usable";
  model::Drift drift;
  drift.rate_error_ppm = 1.0;
  drift.ci95_ppm = model::Interval{0.9, 1.1};
  host.drift = drift;
  model::Server silent;
  silent.address = "[2001:db8::1]:123";
  silent.sent = 10;
  silent.verdict = "unreachable";
  model::MeasureDocument document;
  document.measurements.servers = {guest, host, silent};
  return document;
}

TEST(PeerViews, NtpqsBillboard) {
  EXPECT_EQ(render_ntpq(asked_too_early()),
            "     remote           refid      st t when poll reach   delay   offset  jitter\n"
            "==============================================================================\n"
            " 192.0.2.53      .INIT.          16 u    -    -   377  25.770 -452.000   0.500\n"
            "*192.0.2.1       198.51.100.7     2 u    -    -   377   0.500 -1780.000   0.010\n"
            " [2001:db8::1]   .INIT.          16 u    -    -     0   0.000   +0.000   0.000\n");
  EXPECT_EQ(render_ntpq(model::DetectDocument{}), "");
}

TEST(PeerViews, NtpdatesDebugLines) {
  const std::string text = render_ntpdate(asked_too_early());
  EXPECT_EQ(text.substr(0, text.find("\n\n")),
            "server 192.0.2.53, port 123\n"
            "stratum 16, precision -17, leap 11, trust 000\n"
            "refid [INIT], root delay 0.000000, root dispersion 0.000000\n"
            "reference time: 00000000.00000000\n"
            "delay 0.02577, jitter 0.00050\n"
            "offset -0.452000");
  EXPECT_NE(text.find("192.0.2.53: Server dropped: strata too high\n"
                      "192.0.2.53: Server dropped: Leap not in sync\n"
                      "192.0.2.53: Server dropped: server has gone too long without sync\n"
                      "[2001:db8::1]: Server dropped: no data\n"
                      "would step time server 192.0.2.1 offset -1.780000 sec\n"),
            std::string::npos)
      << text;
}

TEST(PeerViews, WithoutAUsableServerNtpdateSaysSo) {
  model::MeasureDocument document = asked_too_early();
  document.measurements.servers[1].verdict = "falseticker";
  const std::string text = render_ntpdate(document);
  EXPECT_NE(text.find("192.0.2.1: Server dropped: falseticker\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("no server suitable for synchronization found\n")) << text;
  EXPECT_NE(render_ntpq(document).find("\nx192.0.2.1"), std::string::npos);
}

}  // namespace
}  // namespace guestclock::report
