// How a connection waits (I1) and how it ends; and that nothing a peer does ends more than its own connection.
#include <doctest/doctest.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "gateway/client_loop.h"
#include "support/manual_clock.h"
#include "support/recording_upstream.h"
#include "support/refusals.h"

namespace glassgate {
namespace {

using namespace test;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// One connection with the thread that serves it, and the test at its other end; around it what a gateway would have.
class ServedConnection {
 public:
  explicit ServedConnection(const ScriptedUpstream& upstream, const std::string& server = "")
      : log_(clock), services_(clock, log_) {
    configure(upstream, server);
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    peer = Peer(fds[1]);
    client = std::make_unique<ClientConnection>(http::Socket(fds[0]), IpAddress());
    thread_ = std::thread([this] {
      serve_connection(*client, services_);
      is_over = true;
      client->wire.socket.shutdown_both();  // its owner would close it
    });
  }
  ~ServedConnection() {
    peer.close();
    thread_.join();
  }
  ServedConnection(const ServedConnection&) = delete;
  ServedConnection& operator=(const ServedConnection&) = delete;

  // Requests from here on have this configuration.
  void configure(const ScriptedUpstream& upstream, const std::string& server) {
    const std::string yaml = "listen: 127.0.0.1:0\nlog: {access: false, file: /dev/null}\n";
    services_.runtime.swap_in(std::make_shared<const Runtime>(
        parse_config(yaml + TestGateway::in_front_of({upstream.address()}, server)).config, nullptr));
  }

  // Whether the thread has read all that was sent to it: a local socket tells.
  bool has_read_all() const {
    int unread = 0;
    return ::ioctl(peer.fd(), SIOCOUTQ, &unread) == 0 && unread == 0;
  }

  ManualClock clock;
  Peer peer;
  std::unique_ptr<ClientConnection> client;
  std::atomic<bool> is_over{false};

 private:
  Log log_;
  Services services_;
  std::thread thread_;
};

TEST_CASE("a connection holds no buffer before its first request, and serves whatever follows (I1)") {
  RecordingUpstream upstream;
  ServedConnection connection(upstream);
  CHECK(eventually([&] { return connection.client->is_idle(); }));
  CHECK_FALSE(connection.client->wire.in.holds_memory());  // its thread touches no buffer until a byte is sent to it
  for (const std::string& request :
       {get, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + std::string("\r\n"),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(std::string(200'000, 'x')) +
            "0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(60'000, 'x') + "\r\n\r\n"}) {
    connection.peer.send(request);
    CHECK(connection.peer.read_response().status() == 200);
  }
  connection.peer.send(get + get);
  CHECK(connection.peer.read_response().status() == 200);
  CHECK(connection.peer.read_response().status() == 200);
}

TEST_CASE("an empty line that comes by itself leaves a connection idle, and open to be claimed (I1)") {
  RecordingUpstream upstream;
  ServedConnection connection(upstream);
  ConnectionRegistry registry;
  registry.add(*connection.client);
  for (int i = 0; i < 3; ++i) {
    CHECK(eventually([&] { return connection.client->is_idle(); }));
    connection.peer.send("\r\n");
    CHECK(eventually([&] { return connection.has_read_all(); }));
    CHECK(eventually([&] { return connection.client->is_idle(); }));
    connection.peer.send("\r\n" + get);
    CHECK(connection.peer.read_response().status() == 200);
  }
  CHECK(eventually([&] { return connection.client->is_idle(); }));
  connection.peer.send("\r\n");
  CHECK(eventually([&] { return connection.has_read_all(); }));
  // It may be claimed, or end by itself, where it was asked for in the instant in which it reads.
  CHECK(eventually([&] { return registry.close_longest_idle() || connection.is_over; }));
  registry.remove(*connection.client);
}

TEST_CASE("an empty line is no reason to keep an idle connection for longer") {
  RecordingUpstream upstream;
  ServedConnection connection(upstream);
  CHECK(eventually([&] { return connection.client->is_idle(); }));
  connection.clock.advance(std::chrono::hours(1));  // idle_timeout is a minute
  connection.peer.send("\r\n");
  CHECK(connection.peer.read_to_end() == "");
}

TEST_CASE("a client that sends all of a large upload before it reads finds the answer that refused it") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "max_body_bytes: 1KiB"));
  Peer client = gateway.connect();
  CHECK(client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n" + std::string(20'000'000, 'x')));
  CHECK(client.read_response().status() == 413);
  CHECK_FALSE(client.is_reset());
}

TEST_CASE("a client that was given up on, because it reads nothing, is not waited for once more") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    upstream.note("asked");
    upstream.wait_for_notes(2);
    peer.send(ok(std::string(4 << 20, 'x')));
  });
  ServedConnection connection(upstream, "body_timeout: 100ms");
  connection.peer.send(get);
  upstream.wait_for_notes(1);
  connection.configure(upstream, "body_timeout: 1h");  // not for this request, but for whoever waited once more
  upstream.note("go on");
  CHECK(eventually([&] { return connection.is_over.load(); }));
}

TEST_CASE("empty lines without end are a head that is too large, however they come") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "max_header_bytes: 512"));
  std::string all;
  for (int i = 0; i < 500; ++i) all += "\r\n";
  for (const size_t step : {size_t{2}, size_t{3}, all.size()}) {
    CAPTURE(step);
    Peer client = gateway.connect();
    for (size_t at = 0; at < all.size(); at += step) client.send(all.substr(at, step));
    check_error_answer(client.read_response(), 414, "uri_too_long");
    CHECK(client.read_to_end() == "");
  }
  CHECK(gateway.wait_for_access_lines(3).size() == 3);
}

TEST_CASE("a client that leaves behind an empty line leaves no trace") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  for (const bool after_request : {false, true}) {
    Peer client = gateway.connect();
    if (after_request) {
      client.send(get);
      CHECK(client.read_response().status() == 200);
    }
    CHECK(eventually([&] { return gateway.services().connections.idle() == 1; }));
    client.send("\r\n");
    client.shutdown_write();
    CHECK(client.read_to_end() == "");
    CHECK(eventually([&] { return gateway.services().connections.size() == 0; }));
  }
  gateway.exchange("GET /last HTTP/1.0\r\n\r\n");
  CHECK(json_field(gateway.wait_for_access_lines(2)[1], "path") == "/last");
}

TEST_CASE("an idle connection ends silently after idle_timeout, and the log says nothing of it") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "idle_timeout: 50ms"));
  Peer never_used = gateway.connect();
  CHECK(never_used.read_to_end() == "");
  CHECK_FALSE(never_used.is_reset());
  Peer used = gateway.connect();
  used.send(get);
  CHECK(used.read_response().status() == 200);
  CHECK(used.read_to_end() == "");
  CHECK_FALSE(used.is_reset());
  CHECK(gateway.wait_for_access_lines(1).size() == 1);
}

TEST_CASE("a client that leaves between requests leaves no trace") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  for (const bool by_reset : {false, true}) {
    Peer client = gateway.connect();
    client.send(get);
    CHECK(client.read_response().status() == 200);
    by_reset ? client.reset() : client.close();
  }
  Peer{gateway.connect()}.close();
  CHECK(eventually([&] { return gateway.services().connections.size() == 0; }));
  CHECK(gateway.wait_for_access_lines(2).size() == 2);
}

TEST_CASE("a client that ends its half behind its requests gets all answers") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(get + get + get);
  client.shutdown_write();
  for (int i = 0; i < 3; ++i) CHECK(client.read_response().status() == 200);
  CHECK(client.read_to_end() == "");
}

TEST_CASE("a head that ends in its middle is answered 400, if anybody listens, and logged once") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  size_t lines = 0;
  for (size_t cut = 1; cut < get.size(); ++cut) {
    CAPTURE(cut);
    const std::string answer = gateway.exchange(get.substr(0, cut));
    CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);
    CHECK(json_field(gateway.wait_for_access_lines(++lines).back(), "error") == "request_cut");
  }
  Peer client = gateway.connect();
  client.send("GET / HT");
  CHECK(eventually(
      [&] { return gateway.services().connections.size() == 1 && gateway.services().connections.idle() == 0; }));
  client.reset();
  CHECK(json_field(gateway.wait_for_access_lines(++lines).back(), "error") == "request_cut");
  CHECK(upstream.connections() == 0);
}

TEST_CASE("a connection that finds no room is answered 503 at once, with Retry-After, and logged") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    upstream.note("busy");
    peer.ends();
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "max_connections: 1"));
  Peer busy = gateway.connect();
  busy.send(get);
  upstream.wait_for_notes(1);
  Peer newcomer = gateway.connect();
  const Response response = newcomer.read_response();  // nothing was sent
  check_error_answer(response, 503, "too_many_connections");
  CHECK(response.field("Retry-After") == "1");
  CHECK(response.field("Connection") == "close");
  CHECK(newcomer.read_to_end() == "");
  CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "too_many_connections");
}

}  // namespace
}  // namespace glassgate
