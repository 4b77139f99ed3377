// Backends that cannot be reached.
#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "support/listening.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";

TEST_CASE("a backend that cannot be reached is 502, one that does not answer the call 504, and the client may go on") {
  const Silent silent;
  const struct {
    std::string what;
    std::string address;
    int status;
    std::string error;
  } rows[] = {
      {"nobody listens", "127.0.0.1:" + std::to_string(unused_port()), 502, "backend_unreachable"},
      {"no such name", "no-such-host.invalid:80", 502, "backend_unresolved"},
      {"no answer to the call", silent.text(), 504, "backend_timeout"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    TestGateway gateway(TestGateway::with_upstream(row.address, "connect_timeout: 200ms"));
    Peer client = gateway.connect();
    for (const std::string& request : {get, post, get}) {
      client.send(request);
      const Response response = client.read_response();
      CHECK(response.status() == row.status);
      CHECK(response.complete);
      CHECK(json_field(response.body, "status") == std::to_string(row.status));
      CHECK(json_field(response.body, "trace_id") == response.field("X-Request-ID"));
      CHECK(response.field("Connection").empty());
    }
    for (size_t n = 1; n <= 3; ++n) CHECK(logged_error(gateway, n) == row.error);
    CHECK(backend_status(gateway, "connections_opened") == "0");
    client.close();
    CHECK(comes_to_rest(gateway));
  }
}

// Answers one request on the next connection.
void answer_once(const Listening& listening) {
  Peer peer(listening.accept());
  if (!peer.read_request().empty()) peer.send(ok("from there"));
}

TEST_CASE("a backend is reached by address of either family, or by a name that has both") {
  for (const int family : {AF_INET, AF_INET6}) {
    const Listening listening(family);
    if (!listening.works()) continue;
    CAPTURE(listening.text());
    TestGateway gateway(TestGateway::with_upstream(listening.text(), "connect_timeout: 5s"));
    std::thread backend(answer_once, std::cref(listening));
    CHECK(gateway.exchange(get).ends_with("from there"));
    backend.join();
  }
  const Listening only_v4(AF_INET);
  TestGateway gateway(TestGateway::in_front_of({"localhost:" + std::to_string(only_v4.port())}));
  std::thread backend(answer_once, std::cref(only_v4));
  CHECK(gateway.exchange(get).ends_with("from there"));
  backend.join();
}

TEST_CASE("a backend that comes back is used again") {
  const uint16_t port = unused_port();
  TestGateway gateway(TestGateway::in_front_of({"127.0.0.1:" + std::to_string(port)}));
  Peer client = gateway.connect();
  client.send(get);
  CHECK(client.read_response().status() == 502);
  const http::SocketAddress address = loopback(AF_INET, port);
  http::Socket listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::bind(listening.fd(), address.get(), address.size) == 0);
  REQUIRE(::listen(listening.fd(), 1) == 0);
  std::thread backend([&] {
    Peer peer(::accept4(listening.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    peer.read_request();
    peer.send(ok("back"));
  });
  client.send(get);
  CHECK(client.read_response().body == "back");
  backend.join();
}

}  // namespace
}  // namespace glassgate
