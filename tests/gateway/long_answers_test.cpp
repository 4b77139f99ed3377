// Long answers of a known length pass by the program, from socket to socket: nobody sees a difference.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/resource.h>

#include <iterator>
#include <string>
#include <vector>

#include "gateway/descriptors.h"
#include "support/gate.h"
#include "support/open_pipes.h"
#include "support/status_probe.h"
#include "support/stirred_bytes.h"

namespace glassgate {
namespace {

using namespace test;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr size_t length = 300'000;

std::string head_of(size_t size) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

// Two ends, where this process may have descriptors enough for pipes.
size_t one_pipe() {
  return pipes_that_fit(descriptor_limit()) > 0 ? 2 : 0;
}

TEST_CASE("a long answer with a length goes through a pipe, and what has none, or is short, does not") {
  const std::string body = stirred_bytes(length);
  const struct {
    std::string what;
    std::string answer;
    size_t ends;
  } rows[] = {
      {"short", ok(body.substr(0, 30'000)), 0},
      {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(body) + std::string(last_chunk), 0},
      {"long", ok(body), one_pipe()},
  };
  WARN(one_pipe() > 0);  // else there is little to see here
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Gate seen;
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      const size_t all_but = row.answer.size() - 10;
      peer.send(std::string_view(row.answer).substr(0, all_but));
      seen.wait();
      peer.send(std::string_view(row.answer).substr(all_but));
      peer.ends();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    const size_t before = open_pipes();
    Peer client = gateway.connect();
    client.send(get);
    client.read_head();
    client.read_exactly(row.ends > 0 ? length - 100 : 29'000);
    CHECK(open_pipes() == before + row.ends);
    seen.open();
    gateway.wait_for_access_lines(1);
    if (row.ends == 0) CHECK(open_pipes() == before);
    CHECK(eventually([&] { return open_pipes() == before; }));  // the housekeeper closes what nobody needs
  }
}

TEST_CASE("where there are few descriptors, a long answer is copied") {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{1024, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &few);
  const std::string body = stirred_bytes(length);
  ScriptedUpstream upstream(ScriptedUpstream::always(ok(body)));
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  setrlimit(RLIMIT_NOFILE, &before);
  const size_t pipes = open_pipes();
  Peer client = gateway.connect();
  client.send(get);
  CHECK((client.read_response().body == body));
  CHECK(open_pipes() == pipes);
}

TEST_CASE("an answer of any length around the first read and a pipe's worth arrives as it was sent") {
  std::vector<size_t> sizes;
  for (size_t size = 32'500; size < 32'800; size += 7) sizes.push_back(size);
  for (size_t size = 57'000; size < 57'400; size += 7) sizes.push_back(size);
  const std::string body = stirred_bytes(60'000);
  ScriptedUpstream upstream([&](Peer& peer, int) {
    for (size_t i = 0; !peer.read_request().empty(); ++i) peer.send(ok(std::string_view(body).substr(0, sizes.at(i))));
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  for (const size_t size : sizes) {
    CAPTURE(size);
    client.send(get);
    CHECK((client.read_response().body == body.substr(0, size)));
  }
  CHECK(upstream.connections() == 1);
}

TEST_CASE("both connections go on behind a long answer, and what follows it is the next one") {
  const std::string body = stirred_bytes(length);
  ScriptedUpstream upstream([&](Peer& peer, int) {
    for (int i = 0; !peer.read_request().empty(); ++i) peer.send(ok(i % 2 == 0 ? body : "short"));
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(get + get + get + get);  // pipelined
  for (int i = 0; i < 4; ++i) {
    const Response response = client.read_response();
    CHECK((response.body == (i % 2 == 0 ? body : "short")));
  }
  CHECK(upstream.connections() == 1);
  CHECK(json_field(gateway.wait_for_access_lines(4).at(2), "bytes_out") == std::to_string(length));
}

TEST_CASE("bytes behind a long answer reach no client, and their connection is not used again") {
  const std::string body = stirred_bytes(length);
  ScriptedUpstream upstream([&](Peer& peer, int number) {
    peer.read_request();
    peer.send(number == 0 ? ok(body) + ok("forged") : ok("second"));
    peer.ends();
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(get);
  CHECK((client.read_response().body == body));
  client.send(get);
  CHECK(client.read_response().body == "second");
  CHECK(upstream.connections() == 2);
}

TEST_CASE("of a long answer each byte reaches the client while the backend still holds the rest") {
  const std::string body = stirred_bytes(length);
  constexpr size_t steps[] = {1, 40'000, 40'001, 200'000, length - 1, length};
  Gate seen[std::size(steps)];
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_request();
    peer.send(head_of(length));
    size_t sent = 0;
    for (size_t i = 0; i < std::size(steps); ++i) {
      if (i == 3) ::poll(nullptr, 0, 1200);  // longer than a read into a pipe waits, and the way past goes on behind it
      peer.send(std::string_view(body).substr(sent, steps[i] - sent));
      sent = steps[i];
      seen[i].wait();
    }
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(get);
  client.read_head();
  std::string arrived;
  for (size_t i = 0; i < std::size(steps); ++i) {
    arrived += client.read_exactly(steps[i] - arrived.size());
    CHECK((arrived == body.substr(0, steps[i])));
    seen[i].open();
  }
  CHECK(upstream.error().empty());
}

TEST_CASE("a long answer that is cut, or stops, ends its client's connection short, and the log says whose fault") {
  const struct {
    std::string what;
    void (*end)(Peer&);
    std::string server;  // below a second, a time-out is too short for the way past the program
    std::string error;
    std::string detail;
  } rows[] = {
      {"closed", [](Peer& peer) { peer.close(); }, "", "response_cut", "the backend closed inside the body"},
      {"reset", [](Peer& peer) { peer.reset(); }, "", "response_cut", "the backend closed inside the body"},
      {"silent", [](Peer& peer) { peer.ends(); }, "body_timeout: 1100ms", "response_cut",
       "the backend stopped sending"},
      {"silent, copied", [](Peer& peer) { peer.ends(); }, "body_timeout: 900ms", "response_cut",
       "the backend stopped sending"},
  };
  const std::string body = stirred_bytes(length);
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Gate arrived;
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      peer.send(head_of(length) + body.substr(0, length / 2));
      arrived.wait();
      row.end(peer);
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}, row.server));
    Peer client = gateway.connect();
    client.send(get);
    client.read_head();
    CHECK((client.read_exactly(length / 2) == body.substr(0, length / 2)));
    arrived.open();
    CHECK(client.read_to_end().empty());
    CHECK(client.is_reset());
    const std::string line = gateway.wait_for_access_lines(1).at(0);
    CHECK(json_field(line, "error") == row.error);
    CHECK(json_field(line, "detail") == row.detail);
    CHECK(json_field(line, "bytes_out") == std::to_string(length / 2));
  }
}

TEST_CASE("a client that leaves inside a long answer, or takes nothing of it, frees its worker and the pipe") {
  const std::string body = stirred_bytes(40'000'000);
  for (const bool leaves : {true, false}) {
    CAPTURE(leaves);
    ScriptedUpstream upstream([&](Peer& peer, int number) {
      peer.read_request();
      peer.send(ok(number == 0 ? body : body.substr(0, length)));
      peer.ends();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "body_timeout: 1100ms"));
    const size_t pipes = open_pipes();
    Peer client = gateway.connect();
    client.shrink_receive_buffer();
    client.send(get);
    client.read_head();
    client.read_exactly(100'000);
    if (leaves) client.reset();
    const std::string line = gateway.wait_for_access_lines(1).at(0);
    CHECK(json_field(line, "error") == "client_gone");
    CHECK(open_pipes() == pipes);  // with something of that answer inside, it was not kept
    Peer next = gateway.connect();
    next.send(get);
    CHECK((next.read_response().body == body.substr(0, length)));
  }
}

}  // namespace
}  // namespace glassgate
