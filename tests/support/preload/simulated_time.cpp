// Preloaded into the built program: a guest whose clocks are wrong by a known rate, and an NTP
// server behind a path with queueing. True time passes only while the program waits in poll(2), so
// a minute takes milliseconds and is the same every time.
//
// Simulators of whole networks do it alike, and allow no more: one thread that waits in poll with a
// relative timeout. Whatever else a program could wait with ends it here with status 99. Sockets
// know plain SOCK_DGRAM alone; no control message ever arrives, so there are no kernel stamps;
// CLOCK_BOOTTIME and CLOCK_TAI do not exist.
//
//   GUESTCLOCK_SHIM_RATE_PPM  local gain per true second; positive: the guest runs fast
//   GUESTCLOCK_SHIM_SEED      of the delays
//   GUESTCLOCK_SHIM_QUEUE_US  mean of the exponential queueing each way; the floor is 100 us
#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <random>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kEpoch = 1'795'392'000 * kSecond;  // true time 0, since 1970
constexpr std::int64_t kRawStart = 1000 * kSecond;
constexpr std::int64_t kFloor = 100'000;
constexpr std::int64_t kHold = 20'000;
constexpr std::size_t kPacket = 48;

using Packet = std::array<std::uint8_t, kPacket>;

double setting(const char* name, double otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtod(text, nullptr);
}

struct Answer {
  std::int64_t arrives = 0;  ///< true time
  Packet bytes{};
};

struct World {
  std::int64_t now = 0;  ///< true time
  double rate = setting("GUESTCLOCK_SHIM_RATE_PPM", 0) * 1e-6;
  std::mt19937_64 random{static_cast<std::uint64_t>(setting("GUESTCLOCK_SHIM_SEED", 1))};
  std::exponential_distribution<double> queueing{1 /
                                                 (setting("GUESTCLOCK_SHIM_QUEUE_US", 50) * 1000)};
  std::map<int, std::vector<Answer>> sockets;

  std::int64_t path() { return kFloor + std::llround(queueing(random)); }
  [[nodiscard]] std::int64_t local() const {
    return now + std::llround(static_cast<double>(now) * rate);
  }
};

World& world() {
  static World the_world;
  return the_world;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

[[noreturn]] void forbidden(const char* call) {
  std::fprintf(stderr, "simulated time: the program waited with %s\n", call);
  ::_exit(99);
}

void put_u32(Packet& packet, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 4; ++i)
    packet.at(at + i) = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

/// RFC 5905 section 6: seconds since 1900 and a fraction of 2^32.
void put_timestamp(Packet& packet, std::size_t at, std::int64_t since_1970) {
  constexpr std::int64_t k1900To1970 = 2'208'988'800;
  put_u32(packet, at, static_cast<std::uint64_t>(since_1970 / kSecond + k1900To1970));
  const auto rest = static_cast<std::uint64_t>(since_1970 % kSecond);
  put_u32(packet, at + 4, (rest << 32U) / static_cast<std::uint64_t>(kSecond));
}

Answer answer_to(const std::uint8_t* request) {
  World& w = world();
  const std::int64_t received = w.now + w.path();
  const std::int64_t sent = received + kHold;
  Answer answer;
  Packet& bytes = answer.bytes;
  bytes[0] = static_cast<std::uint8_t>((request[0] & 0x38U) | 4U);  // the client's version, mode 4
  bytes[1] = 2;                                                     // stratum
  bytes[2] = 6;                                                     // poll
  bytes[3] = 0xEC;                                                  // precision 2^-20 s
  put_u32(bytes, 8, 1U << 4U);                                      // root dispersion 0.24 ms
  put_u32(bytes, 12, 0x0A000001U);                                  // refid 10.0.0.1
  put_timestamp(bytes, 16, kEpoch + w.now - 10 * kSecond);
  std::memcpy(bytes.data() + 24, request + 40, 8);  // origin: the client's transmit stamp
  put_timestamp(bytes, 32, kEpoch + received);
  put_timestamp(bytes, 40, kEpoch + sent);
  answer.arrives = sent + w.path();
  return answer;
}

bool is_ready(int fd) {
  const auto socket = world().sockets.find(fd);
  return socket != world().sockets.end() && !socket->second.empty() &&
         socket->second.front().arrives <= world().now;
}

int simulated_poll(pollfd* fds, nfds_t count, int timeout_ms) {
  World& w = world();
  std::int64_t until = timeout_ms < 0 ? INT64_MAX : w.now + std::int64_t{timeout_ms} * 1'000'000;
  for (nfds_t i = 0; i < count; ++i) {
    const auto socket = w.sockets.find(fds[i].fd);
    if (socket == w.sockets.end() || socket->second.empty()) continue;
    until = std::min(until, std::max(w.now, socket->second.front().arrives));
  }
  if (until == INT64_MAX) forbidden("a poll that nothing could end");
  w.now = until;
  int ready = 0;
  for (nfds_t i = 0; i < count; ++i) {
    fds[i].revents = is_ready(fds[i].fd) ? POLLIN : 0;
    if (fds[i].revents != 0) ++ready;
  }
  return ready;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t id, timespec* out) noexcept {
  std::int64_t shown = world().local();
  switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
      shown += kEpoch;
      break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
      shown += kRawStart;
      break;
    default:
      errno = EINVAL;
      return -1;
  }
  out->tv_sec = shown / kSecond;
  out->tv_nsec = shown % kSecond;
  return 0;
}

int poll(pollfd* fds, nfds_t count, int timeout_ms) {
  return simulated_poll(fds, count, timeout_ms);
}

int __poll_chk(pollfd* fds, nfds_t count, int timeout_ms, std::size_t /*size*/) {
  return simulated_poll(fds, count, timeout_ms);
}

int socket(int domain, int type, int protocol) noexcept {
  if (domain == AF_INET && type != SOCK_DGRAM) {
    errno = EINVAL;
    return -1;
  }
  const int fd = next<int (*)(int, int, int)>("socket")(domain, type, protocol);
  if (domain == AF_INET && fd >= 0) world().sockets[fd];
  return fd;
}

int connect(int fd, const sockaddr* address, socklen_t size) {
  if (world().sockets.count(fd) != 0) return 0;
  return next<int (*)(int, const sockaddr*, socklen_t)>("connect")(fd, address, size);
}

ssize_t send(int fd, const void* bytes, std::size_t size, int flags) {
  const auto socket = world().sockets.find(fd);
  if (socket == world().sockets.end()) {
    return next<ssize_t (*)(int, const void*, std::size_t, int)>("send")(fd, bytes, size, flags);
  }
  if (size >= kPacket) {
    std::vector<Answer>& waiting = socket->second;
    waiting.push_back(answer_to(static_cast<const std::uint8_t*>(bytes)));
    std::sort(waiting.begin(), waiting.end(),
              [](const Answer& a, const Answer& b) { return a.arrives < b.arrives; });
  }
  return static_cast<ssize_t>(size);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  const auto socket = world().sockets.find(fd);
  if (socket == world().sockets.end()) {
    return next<ssize_t (*)(int, msghdr*, int)>("recvmsg")(fd, message, flags);
  }
  if (message->msg_iovlen != 1) forbidden("a recvmsg of several parts");
  if (!is_ready(fd)) {
    errno = EAGAIN;
    return -1;
  }
  const Answer answer = socket->second.front();
  socket->second.erase(socket->second.begin());
  const std::size_t size = std::min(answer.bytes.size(), message->msg_iov->iov_len);
  std::memcpy(message->msg_iov->iov_base, answer.bytes.data(), size);
  message->msg_controllen = 0;
  message->msg_flags = 0;
  return static_cast<ssize_t>(size);
}

int close(int fd) {
  world().sockets.erase(fd);
  return next<int (*)(int)>("close")(fd);
}

int clock_nanosleep(clockid_t, int, const timespec*, timespec*) {
  forbidden("clock_nanosleep");
}
int nanosleep(const timespec*, timespec*) {
  forbidden("nanosleep");
}
unsigned sleep(unsigned) {
  forbidden("sleep");
}
int usleep(useconds_t) {
  forbidden("usleep");
}
int pause() {
  forbidden("pause");
}
int ppoll(pollfd*, nfds_t, const timespec*, const sigset_t*) {
  forbidden("ppoll");
}
int select(int, fd_set*, fd_set*, fd_set*, timeval*) {
  forbidden("select");
}
int pselect(int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*) {
  forbidden("pselect");
}
struct epoll_event;
int epoll_wait(int, epoll_event*, int, int) {
  forbidden("epoll_wait");
}
int epoll_pwait(int, epoll_event*, int, int, const sigset_t*) {
  forbidden("epoll_pwait");
}
int pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) noexcept {
  forbidden("a second thread");
}

}  // extern "C"
