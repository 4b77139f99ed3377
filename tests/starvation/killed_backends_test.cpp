// Backends that are killed and started again, one after the other, while clients are at it.
#include <doctest/doctest.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "support/gateway_process.h"
#include "support/json_reader.h"
#include "support/load.h"

namespace glassgate::test {
namespace {

// Another gateway, in front of a fixed answer: it writes that in one piece, so that a kill comes before an answer or
// behind it. (One of which the client has seen the beginning cannot be had from somebody else.)
class KillableBackend {
 public:
  KillableBackend() { start(); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void kill() {
    process_->signal(SIGKILL);
    CHECK(process_->wait() == 128 + SIGKILL);
  }
  // On the port that it had.
  void start() {
    process_ = std::make_unique<Process>(std::vector<std::string>{glassgate_program(), "--config", config_.path()});
    process_->wait_for_err_line("listens on");
  }

 private:
  const uint16_t port_ = unused_port();
  ScriptedUpstream behind_{ScriptedUpstream::always(ok("hello"))};
  TemporaryFile config_{"listen: " + address() + "\nlog: {file: /dev/null}\n" +
                        TestGateway::in_front_of({behind_.address()})};
  std::unique_ptr<Process> process_;
};

bool is_closed(const GatewayProcess& gateway, size_t i) {
  const Json status = json_of(gateway.admin("/status"));
  return status.at("upstreams").at(0).at("backends").at(i).at("circuit").at("state").text == "closed";
}

TEST_CASE("no GET fails while backends are killed and started again, as long as one is up") {
  KillableBackend first;
  KillableBackend second;
  GatewayProcess gateway("upstreams:\n  u: {backends: [\"" + first.address() + "\", \"" + second.address() +
                         "\"], retries: 1, circuit_breaker: {max_failures: 2, open_for: 100ms}}\n"
                         "routes:\n  - {path: /, upstream: u}\n");
  constexpr bool only_gets = true;
  Load load(gateway.port(), 4, only_gets);
  for (int round = 0; round < 3; ++round) {
    for (KillableBackend* backend : {&first, &second}) {
      CAPTURE(round);
      load.wait_for_good(200);
      backend->kill();
      load.wait_for_good(200);
      backend->start();
      REQUIRE(eventually([&] { return is_closed(gateway, 0) && is_closed(gateway, 1); }));
    }
  }
  load.stop();
  CHECK(load.bad() == "");
  CHECK(load.unanswered().empty());
  const Json status = json_of(gateway.admin("/status"));
  CHECK(std::stoi(status.at("upstreams").at(0).at("retries").text) >= 6);
  CHECK(eventually([&] { return gateway.admin("/status").find("\"open\":0,\"idle\":0") != std::string::npos; }));
}

}  // namespace
}  // namespace glassgate::test
