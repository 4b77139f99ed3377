// A backend that does exactly what a test tells it to, on a real socket at port 0.
//
// Each connection that it accepts is handed to the script, on a thread of its own, with its number (from 0). The
// script returns when it is done with the connection, which is then closed. What went wrong in a script (a time-out,
// an exception), or in accepting, is kept and shown by error().
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/net.h"

namespace glassgate::test {

class ScriptedUpstream {
 public:
  using Script = std::function<void(Peer& peer, int number)>;

  explicit ScriptedUpstream(Script script);
  ~ScriptedUpstream() { stop(); }
  ScriptedUpstream(const ScriptedUpstream&) = delete;
  ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;

  // Answers every request on every connection with `answer`, and keeps the requests, raw, for requests().
  static Script always(std::string answer);

  uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int connections() const { return accepted_; }
  // Nobody is accepted any more, connections that are open are shut down, and the scripts are waited for.
  void stop();
  std::string error() const;

  // What scripts have noted down with note(), in order.
  void note(std::string text);
  std::vector<std::string> notes() const;
  // Waits until there are n of them. Throws TestTimeout when they do not come.
  std::vector<std::string> wait_for_notes(size_t n) const;

 private:
  void accept_loop();
  void join_ended();
  void start_script(int fd);
  void run(int fd, int number, std::list<std::thread>::iterator self);
  void keep_error(const std::string& error);

  Script script_;
  int listening_fd_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable one_ended_;
  std::list<std::thread> scripts_;  // those that run
  std::list<std::thread> ended_;    // and those that are still to be joined
  std::list<int> open_;
  std::vector<std::string> notes_;
  std::string error_;
};

// "HTTP/1.1 200 OK" with a Content-Length and that body.
std::string ok(std::string_view body, std::string_view extra_fields = "");

// A port on which nobody listens (at the moment of asking).
uint16_t unused_port();

}  // namespace glassgate::test
