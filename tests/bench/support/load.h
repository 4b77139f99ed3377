// A gateway in a process of its own, between a backend and clients that cost as little as they can.
//
// Problem: what a request costs the gateway has to be told apart from what it costs the load that surrounds it.
// Algorithm: backends and clients live in the bench, one thread each, for any number of connections; the gateway's
// processor time is read from the kernel's clock of its process, before and after.
// Guarantee: every answer is looked at; a wrong one ends the bench. Everything is on loopback, and nothing outlives the
// bench.
// Thread rule: one thread, but for the one of the backends.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "support/process.h"

namespace glassgate::bench {

// `count` ports that answer any request without a body, for as long as the program lives.
std::vector<uint16_t> start_backends(size_t count);

class GatewayUnderLoad {
 public:
  // `yaml`: everything but `listen`, `log`, `server` and `reload_interval`. Room for `connections` clients: where the
  // machine does not have it, the bench ends.
  GatewayUnderLoad(const std::string& yaml, size_t connections);

  uint16_t port() const { return port_; }
  const test::Process& process() const { return process_; }
  // User and system time of all its threads so far, those that have ended too.
  Duration processor_time() const;

 private:
  test::TemporaryFile config_;
  test::Process process_;
  uint16_t port_ = 0;
};

// A client's connection.
class Client {
 public:
  explicit Client(uint16_t port);
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  void ask(const std::string& request);
  // Takes what has come; true when the answer is whole.
  bool take();
  int fd() const { return fd_; }

 private:
  int fd_;
  std::string in_;
};

std::string get(const std::string& path);  // the request

// One request, and its answer.
void ask_once(Client& client, const std::string& request);

// The usual number of clients that ask all the time.
constexpr size_t busy_clients = 8;

// Busy clients, each with one request under way at any time, through all of `requests` over and over.
class BusyClients {
 public:
  BusyClients(const GatewayUnderLoad& gateway, std::vector<std::string> requests);

  // What a request costs the gateway, in microseconds of processor time, over so long.
  double measure(Duration time);

 private:
  size_t run(Duration time);  // the number of answers

  const GatewayUnderLoad& gateway_;
  const std::vector<std::string> requests_;
  size_t next_ = 0;
  std::vector<Client> clients_;
};

}  // namespace glassgate::bench
