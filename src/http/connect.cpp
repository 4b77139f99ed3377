#include "http/connect.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <thread>

#include "base/mutex.h"

namespace glassgate::http {
namespace {

// Shared between the caller, who may give up waiting, and the thread that looks the name up.
struct Lookup {
  std::string host;
  std::string service;
  Mutex mutex;
  CondVar finished;
  bool done GUARDED_BY(mutex) = false;
  std::vector<SocketAddress> addresses GUARDED_BY(mutex);
};

std::atomic<int> lookups_running{0};

std::vector<SocketAddress> look_up(const std::string& host, const std::string& service, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::vector<SocketAddress> out;
  if (getaddrinfo(host.c_str(), service.c_str(), &hints, &found) != 0) return out;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, freeaddrinfo);
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    address.size = entry->ai_addrlen;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    out.push_back(address);
  }
  return out;
}

void run_lookup(const std::shared_ptr<Lookup>& lookup) {
  pthread_setname_np(pthread_self(), "resolve");
  std::vector<SocketAddress> addresses;
  try {
    addresses = look_up(lookup->host, lookup->service, 0);
  } catch (const std::bad_alloc&) {  // then it has none
  }
  lookups_running.fetch_sub(1);
  const MutexLock lock(lookup->mutex);
  lookup->addresses = std::move(addresses);
  lookup->done = true;
  lookup->finished.notify_all();
}

bool start_lookup(const std::shared_ptr<Lookup>& lookup) {
  if (lookups_running.fetch_add(1) < max_lookups) {
    try {
      std::thread(run_lookup, lookup).detach();
      return true;
    } catch (const std::exception&) {
      // no thread or no memory to be had: the same outcome as too many lookups
    }
  }
  lookups_running.fetch_sub(1);
  return false;
}

// How long a resolver is waited for before `waiting` is asked again: there is no socket to be shut down here.
constexpr Duration resolve_step = std::chrono::milliseconds(50);

bool is_done_within(Lookup& lookup, Duration step) {
  const MutexLock lock(lookup.mutex);
  if (!lookup.done && step > Duration::zero()) lookup.finished.wait_for(lookup.mutex, step);
  return lookup.done;
}

ConnectStatus to_status(int error) {
  switch (error) {
    case EINPROGRESS:  // what connect() says when SO_SNDTIMEO passed
    case EAGAIN:
    case ETIMEDOUT: return ConnectStatus::timed_out;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL: return ConnectStatus::no_resources;
    default: return ConnectStatus::refused;
  }
}

void set_send_timeout(const Socket& socket, Duration timeout) {
  const auto micros = std::max<int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(timeout).count(), 1);
  const timeval limit{micros / 1'000'000, micros % 1'000'000};
  setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

// A port in the ephemeral range that nobody listens on can be reached from itself: both ends of a TCP connection are
// then the same socket, and it would echo the request as its own answer.
bool is_connected_to_itself(int fd) {
  SocketAddress local;
  SocketAddress peer;
  local.size = peer.size = sizeof local.storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&local.storage), &local.size) != 0) return false;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer.storage), &peer.size) != 0) return false;
  return local.size == peer.size && std::memcmp(&local.storage, &peer.storage, local.size) == 0;
}

int connect_within(const Socket& socket, const SocketAddress& address, Duration timeout, const Waiting& waiting) {
  set_send_timeout(socket, timeout);  // bounds connect(), too
  int error = ECANCELED;
  if (!waiting || waiting(&socket)) error = ::connect(socket.fd(), address.get(), address.size) == 0 ? 0 : errno;
  if (waiting) waiting(nullptr);
  set_send_timeout(socket, Socket::patience);
  return error;
}

ConnectResult connect_one(const SocketAddress& address, Duration timeout, const Waiting& waiting) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return {to_status(errno), {}};
  Socket socket(fd);
  const int error = connect_within(socket, address, timeout, waiting);
  if (error != 0) return {to_status(error), {}};
  if (is_connected_to_itself(fd)) return {ConnectStatus::refused, {}};
  return {ConnectStatus::connected, std::move(socket)};
}

}  // namespace

std::vector<SocketAddress> resolve(const std::string& host, uint16_t port, TimePoint deadline, const Waiting& waiting) {
  const std::string service = std::to_string(port);
  std::vector<SocketAddress> numeric = look_up(host, service, AI_NUMERICHOST);
  if (!numeric.empty()) return numeric;

  const auto lookup = std::make_shared<Lookup>();
  lookup->host = host;
  lookup->service = service;
  if (!start_lookup(lookup)) return {};
  while (!is_done_within(*lookup, std::min(deadline - std::chrono::steady_clock::now(), resolve_step))) {
    if (std::chrono::steady_clock::now() >= deadline || (waiting && !waiting(nullptr))) return {};
  }
  const MutexLock lock(lookup->mutex);
  return lookup->addresses;
}

ConnectResult connect_to(const std::string& host, uint16_t port, Duration timeout, const Waiting& waiting) {
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  return connect_to_any(resolve(host, port, deadline, waiting), deadline, waiting);
}

ConnectResult connect_to_any(const std::vector<SocketAddress>& addresses, TimePoint deadline, const Waiting& waiting) {
  ConnectResult result{ConnectStatus::unresolved, {}};
  for (size_t i = 0; i < addresses.size(); ++i) {
    const Duration left = deadline - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) return {ConnectStatus::timed_out, {}};
    result = connect_one(addresses[i], left / static_cast<int64_t>(addresses.size() - i), waiting);
    if (result.status == ConnectStatus::connected) break;
  }
  return result;
}

}  // namespace glassgate::http
