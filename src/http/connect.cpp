#include "http/connect.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <thread>

#include "base/mutex.h"
#include "base/resource_errors.h"

namespace glassgate::http {
namespace {

// Shared between those who wait for it, and may give up waiting, and the thread that looks the name up.
struct Lookup {
  Lookup(std::string h, std::string s, TimePoint now) : host(std::move(h)), service(std::move(s)), started(now) {}

  const std::string host;
  const std::string service;
  const TimePoint started;
  Mutex mutex;
  CondVar finished;
  bool done GUARDED_BY(mutex) = false;
  Resolved resolved GUARDED_BY(mutex);
};
using LookupPtr = std::shared_ptr<Lookup>;

// Those under way, the newest last.
struct Running {
  Mutex mutex;
  std::vector<LookupPtr> lookups GUARDED_BY(mutex);
};
Running& running() {
  static auto* const all = new Running;  // never destroyed: a look-up that hangs may outlive main()
  return *all;
}

// getaddrinfo() may say "no such name" only because it had no descriptor to open /etc/hosts with. What it returns does
// not tell; errno, which it leaves behind, does.
bool is_our_lack(int error) {
  return error == EAI_MEMORY || (error != 0 && is_out_of_resources(errno));
}

Resolved look_up(const std::string& host, const std::string& service, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  errno = 0;
  const int error = getaddrinfo(host.c_str(), service.c_str(), &hints, &found);
  Resolved out;
  if (is_our_lack(error)) out.why_none = ConnectStatus::no_resources;
  if (error != 0) return out;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, freeaddrinfo);
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    address.size = entry->ai_addrlen;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    out.addresses.push_back(address);
  }
  return out;
}

void run_lookup(const LookupPtr& lookup) {
  pthread_setname_np(pthread_self(), "resolve");
  Resolved resolved;
  try {
    resolved = look_up(lookup->host, lookup->service, 0);
  } catch (const std::bad_alloc&) {
    resolved.why_none = ConnectStatus::no_resources;
  }
  {
    const MutexLock lock(running().mutex);
    std::erase(running().lookups, lookup);
  }
  const MutexLock lock(lookup->mutex);
  lookup->resolved = std::move(resolved);
  lookup->done = true;
  lookup->finished.notify_all();
}

// Whoever asks for a name that is being looked up waits with the others: a hundred clients of a cold pool are one
// question. Not for one that began long ago, and may be lost; but no name takes the room of all.
bool is_to_be_shared(const Lookup& newest, std::ptrdiff_t of_this_name, TimePoint now) {
  constexpr Duration young = std::chrono::seconds(1);
  constexpr std::ptrdiff_t most_of_a_name = 4;
  return now - newest.started < young || of_this_name >= most_of_a_name;
}

// nullptr when there is no room for another one, no thread, or no memory.
LookupPtr join_or_start(const std::string& host, const std::string& service) {
  const TimePoint now = std::chrono::steady_clock::now();
  const MutexLock lock(running().mutex);
  std::vector<LookupPtr>& lookups = running().lookups;
  const auto is_same = [&](const LookupPtr& one) { return one->host == host && one->service == service; };
  const auto newest = std::find_if(lookups.rbegin(), lookups.rend(), is_same);
  const auto same = std::count_if(lookups.begin(), lookups.end(), is_same);
  if (newest != lookups.rend() && is_to_be_shared(**newest, same, now)) return *newest;
  if (lookups.size() >= max_lookups) return nullptr;
  try {
    lookups.push_back(std::make_shared<Lookup>(host, service, now));
    std::thread(run_lookup, lookups.back()).detach();
    return lookups.back();
  } catch (const std::exception&) {
    std::erase_if(lookups, [&](const LookupPtr& one) { return is_same(one) && one->started == now; });
    return nullptr;
  }
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
    case EAGAIN:
    case ETIMEDOUT: return ConnectStatus::timed_out;
    case EADDRNOTAVAIL: return ConnectStatus::no_resources;
    default: return is_out_of_resources(error) ? ConnectStatus::no_resources : ConnectStatus::refused;
  }
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

// What became of a connect() that was begun.
int outcome_within(const Socket& socket, Duration timeout) {
  if (!socket.wait(POLLOUT, timeout)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// Begun before anybody is told of the socket: who shuts one down that does not connect yet ends nothing.
int connect_within(const Socket& socket, const SocketAddress& address, Duration timeout, const Waiting& waiting) {
  if (::connect(socket.fd(), address.get(), address.size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  int error = ECANCELED;
  if (!waiting || waiting(&socket)) error = outcome_within(socket, timeout);
  if (waiting) waiting(nullptr);
  return error;
}

ConnectResult connect_one(const SocketAddress& address, Duration timeout, const Waiting& waiting) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return {to_status(errno), {}};
  Socket socket(fd);
  const int error = connect_within(socket, address, timeout, waiting);
  if (error != 0) return {to_status(error), {}};
  ::fcntl(fd, F_SETFL, 0);  // from here on it blocks
  if (is_connected_to_itself(fd)) return {ConnectStatus::refused, {}};
  return {ConnectStatus::connected, std::move(socket)};
}

}  // namespace

void load_name_services() {
  ::sethostent(0);
  ::endhostent();
}

Resolved resolve(const std::string& host, uint16_t port, TimePoint deadline, const Waiting& waiting) {
  const std::string service = std::to_string(port);
  Resolved numeric = look_up(host, service, AI_NUMERICHOST);
  if (!numeric.addresses.empty()) return numeric;

  const LookupPtr lookup = join_or_start(host, service);
  if (!lookup) return {{}, ConnectStatus::no_lookup};
  while (!is_done_within(*lookup, std::min(deadline - std::chrono::steady_clock::now(), resolve_step))) {
    if (std::chrono::steady_clock::now() >= deadline || (waiting && !waiting(nullptr))) return {};
  }
  const MutexLock lock(lookup->mutex);
  return lookup->resolved;
}

ConnectResult connect_to(const std::string& host, uint16_t port, Duration timeout, const Waiting& waiting) {
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  const Resolved resolved = resolve(host, port, deadline, waiting);
  if (resolved.addresses.empty()) return {resolved.why_none, {}};
  return connect_to_any(resolved.addresses, deadline, waiting);
}

ConnectResult connect_to_any(const std::vector<SocketAddress>& addresses, TimePoint deadline, const Waiting& waiting) {
  ConnectResult result{ConnectStatus::unresolved, {}};
  for (size_t i = 0; i < addresses.size(); ++i) {
    const Duration left = deadline - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) return {ConnectStatus::timed_out, {}};
    ConnectResult next = connect_one(addresses[i], left / static_cast<int64_t>(addresses.size() - i), waiting);
    const bool says_less = next.status == ConnectStatus::no_resources && i > 0;
    if (!says_less) result = std::move(next);
    if (result.status == ConnectStatus::connected) break;
  }
  return result;
}

}  // namespace glassgate::http
