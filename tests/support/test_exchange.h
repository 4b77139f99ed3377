// One exchange without a gateway around it: a request that was read and checked, for what looks at an Exchange.
#pragma once

#include <string>
#include <vector>

#include "gateway/exchange.h"
#include "gateway/services.h"
#include "support/manual_clock.h"
#include "support/net.h"

namespace glassgate::test {

class TestExchange {
 public:
  struct Setup {
    std::string peer = "192.0.2.1";
    // Everything of the configuration but `listen`.
    std::string config = "routes: [{path: /, backends: [backend.example:9101]}]\n";
  };

  // `request`: a head with its empty line, and what of the body has come with it. What the gateway finds wrong with it
  // is in x.error.
  explicit TestExchange(const std::string& request, const Setup& setup);
  explicit TestExchange(const std::string& request) : TestExchange(request, Setup()) {}
  ~TestExchange();
  TestExchange(const TestExchange&) = delete;
  TestExchange& operator=(const TestExchange&) = delete;

  // Finds the route as proxy() does, and takes the first backend.
  const Backend& route();
  // What the client has been sent and did not read yet.
  std::string sent() { return client_end_.read_available(); }
  // The lines of the log. Nothing can be logged any more.
  std::vector<std::string> close_log();

  ManualClock clock;
  Log log;
  Services services;

 private:
  struct Ends {
    int gateway;
    int client;
  };
  TestExchange(const std::string& request, const Setup& setup, Ends ends);
  static Ends connected_pair();

  std::string log_file_;
  Peer client_end_;
  ClientConnection client_;

 public:
  Exchange x;
};

}  // namespace glassgate::test
