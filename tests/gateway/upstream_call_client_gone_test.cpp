// Clients that leave, in good order or by a reset, at every stage: each time the worker is free again, the backend's
// connection does not stay behind, and the gateway goes on serving.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <thread>

#include "support/fleet.h"
#include "support/gate.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";

enum class Leaves { closing, resetting };

void leave(Peer& client, Leaves how) {
  if (how == Leaves::resetting) client.reset();
  client.close();
}

// Sends on and on, until nobody takes it.
void stream(Peer& peer) {
  while (peer.send(chunk(std::string(10'000, 'x')))) {
  }
}

struct Stage {
  std::string what;
  std::function<void(Peer&, Gate& client_left)> backend;  // on the first connection
  std::function<void(Peer&, ScriptedUpstream&)> client;   // up to where it leaves
};

const Stage stages[] = {
    {"in the request's body, by length", [](Peer& peer, Gate&) { peer.read_request(); },
     [](Peer& client, ScriptedUpstream&) { client.send(post + "Content-Length: 10\r\n\r\n12345"); }},
    {"in the request's body, in chunks",
     [](Peer& peer, Gate&) {
       peer.read_head();
       peer.ends();
     },
     [](Peer& client, ScriptedUpstream&) { client.send(post + "Transfer-Encoding: chunked\r\n\r\n5\r\n123"); }},
    {"before the body that it announced",
     [](Peer& peer, Gate&) {
       peer.read_head();
       peer.send("HTTP/1.1 100 Continue\r\n\r\n");
       peer.ends();
     },
     [](Peer& client, ScriptedUpstream&) {
       client.send(post + "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n");
       client.read_head();
     }},
    {"while the backend works",
     [](Peer& peer, Gate& client_left) {
       peer.read_request();
       client_left.wait();
       peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
       stream(peer);
     },
     [](Peer& client, ScriptedUpstream& upstream) {
       client.send(get);
       upstream.wait_for_notes(1);
     }},
    {"between an interim answer and the final one",
     [](Peer& peer, Gate& client_left) {
       peer.read_request();
       peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
       client_left.wait();
       peer.send("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
       stream(peer);
     },
     [](Peer& client, ScriptedUpstream&) {
       client.send(get);
       client.read_head();
     }},
    {"in the answer",
     [](Peer& peer, Gate&) {
       peer.read_request();
       peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
       stream(peer);
     },
     [](Peer& client, ScriptedUpstream&) {
       client.send(get);
       client.read_exactly(200);
     }},
    {"in an answer without a length",
     [](Peer& peer, Gate&) {
       peer.read_request();
       peer.send("HTTP/1.1 200 OK\r\n\r\n");
       stream(peer);
     },
     [](Peer& client, ScriptedUpstream&) {
       client.send("GET / HTTP/1.0\r\n\r\n");
       client.read_exactly(200);
     }},
    {"in an early answer",
     [](Peer& peer, Gate&) {
       peer.read_head();
       peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
       stream(peer);
     },
     [](Peer& client, ScriptedUpstream&) {
       client.send(post + "Content-Length: 10\r\n\r\n12345");
       client.read_exactly(200);
     }},
};

TEST_CASE("a client that leaves takes its worker's hands off everything, at whatever stage") {
  for (const Stage& stage : stages) {
    for (const Leaves how : {Leaves::closing, Leaves::resetting}) {
      CAPTURE(stage.what);
      CAPTURE(static_cast<int>(how));
      Gate client_left;
      ScriptedUpstream upstream([&](Peer& peer, int number) {
        upstream.note("called");
        if (number == 0) stage.backend(peer, client_left);
        if (number > 0 && !peer.read_request().empty()) peer.send(ok("next"));
        peer.ends();
        upstream.note("closed");
      });
      TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "body_timeout: 5s"));
      Peer client = gateway.connect();
      stage.client(client, upstream);
      upstream.wait_for_notes(1);
      leave(client, how);
      client_left.open();
      CHECK(upstream.wait_for_notes(2).at(1) == "closed");
      CHECK(comes_to_rest(gateway));
      CHECK(backend_status(gateway, "idle_connections") == "0");
      CHECK(gateway.exchange("GET / HTTP/1.0\r\n\r\n").ends_with("next"));
      CHECK(upstream.error().empty());
    }
  }
}

TEST_CASE("a client that leaves before it has asked for anything concerns no backend") {
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("next")));
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  for (const std::string sent :
       {"", "G", "GET / HTTP/1.1\r\nHost:", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"}) {
    for (const Leaves how : {Leaves::closing, Leaves::resetting}) {
      CAPTURE(sent);
      Peer client = gateway.connect();
      client.send(sent);
      leave(client, how);
      CHECK(comes_to_rest(gateway));
    }
  }
  CHECK(upstream.connections() == 0);
}

TEST_CASE("a client that has its answer and leaves takes no backend connection with it") {
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("next")));
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  for (const Leaves how : {Leaves::closing, Leaves::resetting}) {
    Peer client = gateway.connect();
    client.send(get);
    CHECK(client.read_response().body == "next");
    leave(client, how);
    CHECK(comes_to_rest(gateway));
    CHECK(backend_status(gateway, "idle_connections") == "1");
  }
  CHECK(upstream.connections() == 1);
}

TEST_CASE("a client that has sent all it wants to send is no client that left") {
  Gate ended;
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_request();
    ended.wait();
    peer.send(ok("still for you"));
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(post + "Content-Length: 5\r\n\r\nhello");
  client.shutdown_write();
  ended.open();
  CHECK(client.read_response().body == "still for you");
  CHECK(client.ends());
  CHECK_FALSE(json_of(gateway.wait_for_access_lines(1).at(0)).has("client_ended_first"));  // nobody was slow
}

// It may have left, or wait with its own side closed: only the answer would tell.
TEST_CASE("of a client that ended its side while its backend was slow, the log says so") {
  const struct {
    std::string settings;
    std::string status;
  } rows[] = {{"retries: 0", "200"}, {"retries: 0, response_timeout: 100ms", "504"}};
  for (const auto& row : rows) {
    CAPTURE(row.status);
    ScriptedUpstream slow([&](Peer& peer, int) {
      peer.read_request();
      if (row.status == "504") return static_cast<void>(peer.read_to_end());
      std::this_thread::sleep_for(http::Socket::patience + std::chrono::milliseconds(50));  // what being slow is
      peer.send(ok("late"));
    });
    const TestGateway gateway(fleet_of({slow.address()}, row.settings));
    Peer ends = gateway.connect();
    ends.send("GET /ends HTTP/1.1\r\nHost: a\r\n\r\n");
    ends.shutdown_write();
    Peer stays = gateway.connect();
    stays.send("GET /stays HTTP/1.1\r\nHost: a\r\n\r\n");
    for (Peer* client : {&ends, &stays}) CHECK(std::to_string(client->read_response().status()) == row.status);
    for (const std::string& text : gateway.wait_for_access_lines(2)) {
      const Json line = json_of(text);
      CHECK(line.at("status").text == row.status);
      CHECK(line.has("client_ended_first") == (line.at("path").text == "/ends"));
    }
  }
}

}  // namespace
}  // namespace glassgate
