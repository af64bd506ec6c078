#include "support/private_network.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/unique_fd.h"

namespace guestclock::support {
namespace {

void check(int result, const std::string& what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

void give_address(const UniqueFd& socket, const std::string& name, const std::string& address) {
  sockaddr_in wanted{};
  wanted.sin_family = AF_INET;
  if (::inet_pton(AF_INET, address.c_str(), &wanted.sin_addr) != 1) {
    throw std::system_error(EINVAL, std::generic_category(), address);
  }
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  std::memcpy(&request.ifr_addr, &wanted, sizeof wanted);
  check(::ioctl(socket.get(), SIOCSIFADDR, &request), "cannot give " + name + " " + address);
}

void bring_up_loopback(const std::vector<std::string>& more_addresses) {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM, 0));
  check(socket.get(), "cannot make a socket");
  ifreq request{};
  std::string("lo").copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  check(::ioctl(socket.get(), SIOCSIFFLAGS, &request), "cannot bring lo up");
  for (std::size_t i = 0; i < more_addresses.size(); ++i)
    give_address(socket, "lo:" + std::to_string(i + 1), more_addresses[i]);
}

/// What `body` throws, thrown here.
void on_a_thread(const std::function<void()>& body) {
  std::exception_ptr thrown;
  std::thread([&] {
    try {
      body();
    } catch (...) {
      thrown = std::current_exception();
    }
  }).join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

std::optional<std::string> no_private_network_reason() {
  std::optional<std::string> reason;
  on_a_thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) {
      reason = std::string("no network namespace can be made here: ") + std::strerror(errno);
    }
  });
  return reason;
}

void in_private_network(const std::vector<std::string>& more_addresses,
                        const std::function<void()>& body) {
  on_a_thread([&] {
    check(::unshare(CLONE_NEWNET), "cannot make a network namespace");
    bring_up_loopback(more_addresses);
    body();
  });
}

}  // namespace guestclock::support
