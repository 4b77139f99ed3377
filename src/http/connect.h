// Opening a connection to host:port, with a deadline over all of it.
//
// Problem: a name may have several addresses, some of them dead; resolving may hang in DNS; and the system's own
// time-out for connecting is minutes.
// Algorithm: the name's addresses in the order in which the resolver gives them (RFC 6724, IPv6 and IPv4 mixed), one
// after the other; each gets an equal share of the time that is left. Names are looked up on a thread of their own, so
// that a resolver that hangs costs its caller no more than the deadline; at most `max_lookups` hang at a time. Who asks
// for a name that is being looked up gets the same answer.
// Guarantee: returns within `timeout`, give or take a scheduling delay. Nothing is cached: a name means what it means
// now, or meant when a look-up began that is still under way.
// Thread rule: any thread. Source: RFC 8305 (the idea; not raced, because one thread reads more plainly).
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "http/socket.h"

namespace glassgate::http {

enum class ConnectStatus {
  connected,
  unresolved,  // no such name, or the resolver did not answer in time
  refused,     // no address took the connection
  timed_out,
  no_resources,  // this process is out of descriptors, ports or memory
  no_lookup,     // nobody could ask for the name: no thread, or too many are asking. No descriptor would help
};

struct ConnectResult {
  ConnectStatus status = ConnectStatus::refused;
  Socket socket;
};

// Has the system load what it looks names up with, while there is memory for it. At the first look-up it would do so by
// itself; and glibc (2.36) ends the process where there is no memory for that.
void load_name_services();

inline constexpr size_t max_lookups = 64;

// Is told which socket is about to wait for a peer, and nullptr when it does not wait any more: whoever shuts that
// socket down meanwhile ends the waiting. Says whether there is any sense in going on. Waiting for a resolver has no
// socket, and is asked again and again with nullptr.
using Waiting = std::function<bool(const Socket*)>;

ConnectResult connect_to(const std::string& host, uint16_t port, Duration timeout, const Waiting& waiting = {});

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

struct Resolved {
  std::vector<SocketAddress> addresses;
  ConnectStatus why_none = ConnectStatus::unresolved;  // also where the resolver did not answer by the deadline
};

Resolved resolve(const std::string& host, uint16_t port, TimePoint deadline, const Waiting& waiting);

// What connect_to() does once it knows the addresses of a name: the first that takes the connection. Where none does,
// what the last one said; but that there is no means to try one (IPv6 on a host without it) says less than what an
// address before it has said.
ConnectResult connect_to_any(const std::vector<SocketAddress>& addresses, TimePoint deadline,
                             const Waiting& waiting = {});

}  // namespace glassgate::http
