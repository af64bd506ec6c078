#include "support/ntpd_answers.h"

namespace guestclock::support {
namespace {

void put16(std::vector<std::uint8_t>& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8U & 0xffU));
  bytes.push_back(static_cast<std::uint8_t>(value & 0xffU));
}

const std::string kFilterLists =
    "filtdelay=n\xba\xd9\x63\xff\x7f 0 0.00 0.00,\r\nfiltoffset=n\xba\xd9\x63\xff\x7f "
    "0\xc7s\xb4\xee "
    "0.18 0.05 0.00,\r\npmode=4,\r\nfiltdisp=n\xba\xd9\x63\xff\x7f 16000.00 16000.00,\r\n";

}  // namespace

std::vector<std::uint8_t> control_packet(std::uint8_t operation, std::uint16_t sequence,
                                         std::uint16_t association, std::string_view text,
                                         std::size_t offset, bool more) {
  std::vector<std::uint8_t> bytes{
      0x16, static_cast<std::uint8_t>(0x80U | operation | (more ? 0x20U : 0U))};
  put16(bytes, sequence);
  put16(bytes, 0xc016);
  put16(bytes, association);
  put16(bytes, offset);
  put16(bytes, text.size());
  bytes.insert(bytes.end(), text.begin(), text.end());
  while (bytes.size() % 4 != 0)
    bytes.push_back(0);
  return bytes;
}

std::string association_list(std::uint16_t status) {
  std::string list;
  for (const std::uint16_t word :
       {std::uint16_t{17767}, status, std::uint16_t{17768}, std::uint16_t{0x8011}}) {
    list += static_cast<char>(word >> 8U);
    list += static_cast<char>(word & 0xffU);
  }
  return list;
}

const std::string kStartingSystem =
    "leap=3, stratum=16, precision=-24, rootdelay=0.000, rootdisp=0.285,\r\nrefid=INIT, "
    "reftime=0x00000000.00000000, tc=0, peer=0, offset=0.000000,\r\nfrequency=0.000000, "
    "sys_jitter=0.000000, clk_jitter=0.000060,\r\nclock=0xeeb4740c.fed77f30, "
    "processor=\"x86_64\",\r\nsystem=\"Linux/6.1, of a test\", version=\"ntpd ntpsec-1.2.2\",\r\n"
    "clk_wander=0.000000, mintc=0\r\n";

const std::string kFollowingSystem =
    "leap=0, stratum=3, precision=-24, rootdelay=0.199, rootdisp=62.769,\r\nrefid=192.0.2.1, "
    "reftime=0xeeb473d5.f8b9794f, tc=4, peer=17767,\r\noffset=0.078960, frequency=12.500000, "
    "sys_jitter=0.000000,\r\nclk_jitter=0.033088, clock=0xeeb473dd.8cab98c5, "
    "processor=\"x86_64\",\r\nsystem=\"Linux/6.1\", version=\"ntpd ntpsec-1.2.2\",\r\n"
    "clk_wander=0.000000, mintc=0\r\n";

const std::string kPeerAfterTwoAnswers =
    "srcadr=192.0.2.1, srcport=123, dstadr=192.0.2.2, dstport=123, leap=0,\r\nhmode=3, stratum=2, "
    "ppoll=99, hpoll=4, precision=-22, rootdelay=0.000,\r\nrootdisp=0.000, refid=127.127.1.1, "
    "reftime=0xeeb47409.75958e58,\r\nrec=0xeeb4740c.5518fad5, xmt=0xeeb4740c.eeb1bc00, reach=0x1, "
    "unreach=2,\r\ndelay=599.952156, offset=300.011022, jitter=0.099310,\r\n"
    "dispersion=3937.514428, keyid=0,\r\n" +
    kFilterLists + "flash=0x400, headway=26, ntscookies=-1\r\n";

const std::string kPeerFollowed =
    "srcadr=192.0.2.1, srcport=123, dstadr=192.0.2.2, dstport=123, leap=0,\r\nhmode=3, stratum=2, "
    "ppoll=99, hpoll=4, precision=-22, rootdelay=0.000,\r\nrootdisp=0.000, refid=127.127.1.1, "
    "reftime=0xeeb473c2.bf87d86f,\r\nrec=0xeeb473d5.f8b9794f, xmt=0xeeb473d5.f8b8e686, reach=0x3, "
    "unreach=0,\r\ndelay=0.199204, offset=0.090853, jitter=0.091472, dispersion=62.572718,\r\n"
    "keyid=0, " +
    kFilterLists + "flash=0x0, headway=73, ntscookies=-1\r\n";

const std::string kPeerSilent =
    "srcadr=192.0.2.7, srcport=123, dstadr=192.0.2.2, dstport=123, leap=3,\r\nhmode=3, stratum=16, "
    "ppoll=99, hpoll=6, precision=-24, rootdelay=0.000,\r\nrootdisp=0.000, refid=INIT, "
    "reftime=0x00000000.00000000,\r\nrec=0x00000000.00000000, xmt=0x00000000.00000000, reach=0x0, "
    "unreach=1,\r\ndelay=0.000000, offset=0.000000, jitter=0.000060,\r\n"
    "dispersion=15937.500000, keyid=0,\r\n" +
    kFilterLists + "flash=0x1600, headway=0, ntscookies=-1\r\n";

}  // namespace guestclock::support
