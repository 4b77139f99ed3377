// The front door: binds, accepts, and gives each connection a thread.
//
// Problem: accepting must go on whatever happens to single connections, to descriptors or to memory; and a newcomer
// that finds no room must be told so at once.
// Algorithm: cpp-httplib's Server binds and accepts; what it gives to its TaskQueue goes to our WorkerPool. At the
// limit, make_room() may end an idle connection, and the newcomer takes over its worker; otherwise refuse() answers
// the newcomer on the accepting thread.
// Guarantee: the listening socket stays open until it is told to stop, also when the library gives up on it: a
// duplicate of the descriptor is kept, and a new Server is put behind it.
// Invariants:
//   I1 every accepted descriptor is handed to exactly one of serve() and refuse(), which owns it from then on
//   I2 refuse() runs on the accepting thread and must not block
// Thread rule: bind(), start(), stop_accepting() and stop() by the owner; the three callbacks are called from the
// listener's and the workers' threads. The workers must outlive stop().
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "gateway/config.h"
#include "gateway/log.h"
#include "gateway/worker_pool.h"

namespace glassgate {

class Listener {
 public:
  struct Callbacks {
    std::function<void(int fd)> serve;   // on a worker
    std::function<void(int fd)> refuse;  // on the accepting thread
    std::function<bool()> make_room;     // true: a worker will be free in a moment
  };

  // `name`: of the accepting thread.
  Listener(Callbacks callbacks, WorkerPool& workers, Log& log, const char* name = "accept");
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Empty: bound and listening. Otherwise why not.
  std::string bind(const HostPort& address);
  void start();
  // From here on a client's connection is refused by the kernel.
  void stop_accepting();
  // Also waits for the accepting thread. Out of descriptors, accept() does not notice the end before one is free: so
  // this comes after connections have been closed.
  void stop();
  uint16_t port() const { return port_; }

 private:
  class AcceptServer;
  class Queue;

  void accept_until_stopped();
  int accept_until_failure();  // the errno
  void on_connection(int fd);
  bool hand_over(int fd);

  const Callbacks callbacks_;
  WorkerPool& workers_;
  Log& log_;
  const char* const name_;
  unsigned accepted_ = 0;  // the accepting thread's
  std::atomic<bool> stopping_{false};
  int listening_fd_ = -1;  // our duplicate; shutting it down ends accept() for whoever is in it
  uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace glassgate
