#include "support/ntp_daemons.h"

#include <filesystem>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/unique_fd.h"

namespace guestclock::support {
namespace {

std::string program(const std::string& name) {
  const std::string fetched = std::string(GUESTCLOCK_TEST_TOOLS) + "/usr/sbin/" + name;
  return std::filesystem::exists(fetched) ? fetched : "/usr/sbin/" + name;
}

}  // namespace

std::string free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("no UDP port of 127.0.0.1 can be bound");
  }
  return std::to_string(ntohs(address.sin_port));
}

std::string chronyd() {
  return program("chronyd");
}

std::string ntpd() {
  return program("ntpd");
}

Chronyd::Chronyd(const ScratchDirectory& scratch, const std::string& name, const std::string& lines)
    : port_(free_port()) {
  const auto conf = scratch.write(
      name + ".conf", lines + "cmdport 0\nallow\nbindaddress 127.0.0.1\nport " + port_ +
                          "\npidfile " + (scratch.path() / (name + ".pid")).string() + "\n");
  server_ = std::make_unique<Running>(
      std::vector<std::string>{chronyd(), "-x", "-d", "-u", "root", "-f", conf.string()});
}

std::string Chronyd::as_source() const {
  return "server 127.0.0.1 port " + port_ + " iburst minpoll -2 maxpoll -2\n";
}

Ntpd::Ntpd(const ScratchDirectory& scratch, const std::string& name, const std::string& address,
           const std::string& lines)
    : address_(address) {
  // Not "ignore all": that leaves it every address of the loopback interface, and of two daemons
  // at one address the one that came last gets the requests.
  const auto conf = scratch.write(
      name + ".conf",
      "disable ntp\ndisable kernel\ninterface ignore ipv4\ninterface ignore "
      "ipv6\ninterface listen " +
          address + "\ndriftfile " + (scratch.path() / (name + ".drift")).string() + "\n" + lines);
  server_ = std::make_unique<Running>(
      std::vector<std::string>{"setpriv", "--bounding-set", "-sys_time", "--inh-caps", "-sys_time",
                               ntpd(), "-n", "-c", conf.string()});
}

}  // namespace guestclock::support
