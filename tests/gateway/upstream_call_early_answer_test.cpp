// A backend that answers before it has read the request to its end.
#include <doctest/doctest.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <string>
#include <thread>

#include "support/gate.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string too_large = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge";

std::string post(const std::string& fields) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

// Answers the first request when it has its head, then does `after`. Later connections answer a whole request.
struct AnswersEarly {
  using Act = void (*)(Peer&);
  explicit AnswersEarly(Act after, std::string answer = too_large)
      : upstream([this, after, answer](Peer& peer, int number) {
          if (number > 0) {
            peer.read_request();
            peer.send(ok("next"));
            return;
          }
          peer.read_head();
          peer.send(answer);
          after(peer);
          upstream.note("over");
        }) {}
  ScriptedUpstream upstream;
};

void wait_for_the_end(Peer& peer) {
  peer.ends();
}
void close_at_once(Peer& peer) {
  peer.close();
}
void end_and_read(Peer& peer) {
  peer.shutdown_write();
  peer.ends();
}
void close_with_bytes_unread(Peer& peer) {
  peer.read_exactly(1);
  peer.close();
}

// Whether what this client sends waits in its own system: nobody reads at the other end.
bool takes_nothing(const Peer& client) {
  const auto waiting = [&] {
    int bytes = 0;
    return ::ioctl(client.fd(), SIOCOUTQ, &bytes) == 0 ? bytes : 0;
  };
  const int before = waiting();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return before > 0 && waiting() == before;
}

TEST_CASE("an early answer reaches a client that waits with the rest of its body") {
  const struct {
    std::string what;
    std::string request;
    std::string rest;
    bool goes_on;
  } rows[] = {
      {"a little is missing", post("Content-Length: 10\r\n") + "12345", "67890", true},
      {"all of it is missing", post("Content-Length: 10\r\n"), "1234567890", true},
      {"much is missing", post("Content-Length: 1000000\r\n") + "12345", "", false},
      {"who knows what is missing", post("Transfer-Encoding: chunked\r\n") + chunk("12345"), "", false},
      {"it may never come", post("Content-Length: 10\r\nExpect: 100-continue\r\n"), "", false},
  };
  for (const auto& row : rows) {
    for (const auto after : {wait_for_the_end, close_at_once, end_and_read}) {
      CAPTURE(row.what);
      AnswersEarly backend(after);
      TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
      Peer client = gateway.connect();
      client.send(row.request);
      const Response response = client.read_response();
      CHECK(response.status() == 413);
      CHECK(response.body == "large");
      CHECK(response.complete);
      CHECK(response.field("Connection") == (row.goes_on ? "" : "close"));
      if (row.goes_on) {
        client.send(row.rest + post("Content-Length: 2\r\n") + "hi");
        CHECK(client.read_response().body == "next");
        CHECK(backend.upstream.connections() == 2);  // what was not sent whole is not used again
      } else {
        CHECK(client.ends());
      }
      backend.upstream.wait_for_notes(1);
      CHECK(logged_error(gateway, 1) == "-");
      CHECK(json_field(gateway.wait_for_access_lines(1).at(0), "detail").find("rest was not sent") !=
            std::string::npos);
      client.close();
      CHECK(comes_to_rest(gateway));
    }
  }
}

TEST_CASE("an early answer reaches a client that goes on sending, even when the backend is long gone") {
  const std::string body(3'000'000, 'x');
  for (const auto after : {close_at_once, end_and_read, close_with_bytes_unread}) {
    for (const std::string fields : {"Content-Length: 3000000\r\n", "Transfer-Encoding: chunked\r\n"}) {
      CAPTURE(fields);
      AnswersEarly backend(after);
      TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
      Peer client = gateway.connect();
      std::thread sender([&] {  // to the end, or until nobody takes it
        client.send(post(fields));
        client.send(fields.starts_with("C") ? body : chunk(body) + std::string(last_chunk));
      });
      sender.join();
      const Response response = client.read_response();
      CHECK(response.status() == 413);
      CHECK(response.body == "large");
      client.close();
      CHECK(comes_to_rest(gateway));
      CHECK(gateway.exchange(post("Content-Length: 2\r\n") + "hi").ends_with("next"));  // which is never repeated
    }
  }
}

TEST_CASE("a connection on which an upload stands unread behind its early answer takes no other request") {
  Gate over;
  ScriptedUpstream upstream([&](Peer& peer, int n) {
    if (n > 0) {
      peer.read_request();
      peer.send(ok("next"));
      return;
    }
    peer.read_head();
    // Until the gateway has written more than this side's system takes.
    int waiting = 0;
    for (int before = -1; waiting != before;) {
      before = waiting;
      ::poll(nullptr, 0, 20);
      ::ioctl(peer.fd(), FIONREAD, &waiting);
    }
    peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge");
    over.wait();
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(post("Content-Length: 1000000\r\n") + std::string(1'000'000, 'x'));
  CHECK(client.read_response().status() == 413);
  CHECK(gateway.exchange(post("Content-Length: 2\r\n") + "hi").ends_with("next"));
  over.open();
}

TEST_CASE("an early answer that is cut short is cut short (I2)") {
  AnswersEarly backend(close_at_once, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 50\r\n\r\nlarge");
  TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
  Peer client = gateway.connect();
  client.send(post("Content-Length: 10\r\n") + "12345");
  CHECK_FALSE(client.read_response().complete);
  CHECK(client.ends());
  CHECK(client.is_reset());
}

TEST_CASE("an early answer without a length is cut by a reset, also when the upload is what runs into it (I2)") {
  for (const std::string version : {"HTTP/1.1", "HTTP/1.0"}) {
    CAPTURE(version);
    Gate seen;
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\n\r\nearly");
      seen.wait();
      peer.reset();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("POST / " + version + "\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
    CHECK(client.read_until("early").ends_with("early"));
    std::thread sender([&] { client.send(std::string(100'000'000, 'x')); });  // more than fits on the way
    CHECK(eventually([&] { return takes_nothing(client); }));
    seen.open();
    sender.join();
    CHECK(client.read_to_end().find("0\r\n") == std::string::npos);
    CHECK(logged_error(gateway, 1) == "response_cut");
  }
}

TEST_CASE("chunks that are none in an early answer cut it (I2) (I3)") {
  AnswersEarly backend(wait_for_the_end, "HTTP/1.1 413 Large\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nlarge\r\nzz");
  TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
  Peer client = gateway.connect();
  client.send(post("Content-Length: 10\r\n") + "12345");
  const std::string answer = client.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 413 Large\r\n"));
  CHECK(answer.find("\r\n0\r\n") == std::string::npos);
  CHECK(client.is_reset());
}

TEST_CASE("a request whose body breaks while its answer is on the way breaks the answer (I2)") {
  const struct {
    std::string what;
    std::string broken;
    bool and_ends;
    std::string error;
  } rows[] = {
      {"no chunk", "zz\r\n", false, "malformed_body"},
      {"an end", "", true, "request_cut"},
      {"too large", chunk(std::string(100, 'x')), false, "body_too_large"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedUpstream upstream([](Peer& peer, int) {
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      peer.ends();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "max_body_bytes: 50"));
    Peer client = gateway.connect();
    client.send(post("Transfer-Encoding: chunked\r\n") + chunk("12345"));
    CHECK(client.read_until("hello").ends_with("hello"));
    client.send(row.broken);
    if (row.and_ends) client.shutdown_write();
    CHECK(client.ends());
    CHECK(client.is_reset());
    CHECK(logged_error(gateway, 1) == row.error);
    CHECK(comes_to_rest(gateway));
  }
}

enum class Backend { reads, stands_still, writes };
struct Stall {
  std::string what;
  std::string request;
  Backend backend;
  std::string error;
  std::string failures;  // of the backend
};

// All parts stop here for good: how long that takes is body_timeout.
TEST_CASE("when everything stops behind the beginning of an answer, who has the next move is to blame") {
  const std::string much = "Content-Length: 100000000\r\n";
  const std::string all_of_it(100'000'000, 'x');
  for (const Stall& stall : {
           Stall{"the client stops sending", post(much) + "12345", Backend::reads, "request_timeout", "0"},
           Stall{"the client has sent it all", post("Content-Length: 10\r\n") + "12345", Backend::reads,
                 "response_stalled", "0"},
           Stall{"the client may wait for a 100", post(much + "Expect: 100-continue\r\n"), Backend::reads,
                 "response_stalled", "0"},
           Stall{"the backend stops reading", post(much) + "12345", Backend::stands_still, "response_stalled", "0"},
           Stall{"the client stops reading", post(much) + "12345", Backend::writes, "client_gone", "0"},
       }) {
    CAPTURE(stall.what);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("early"));
      if (stall.backend == Backend::writes) peer.send("5f5e100\r\n" + all_of_it);
      if (stall.backend == Backend::reads) peer.ends();
      upstream.wait_for_notes(1);
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "body_timeout: 500ms"));
    Peer client = gateway.connect();
    client.send(stall.request);
    CHECK(client.read_until("early\r\n").ends_with("early\r\n"));
    if (stall.request.find(": 10\r\n") != std::string::npos) client.send("67890");
    std::thread sender;
    if (stall.backend == Backend::stands_still) sender = std::thread([&] { client.send(all_of_it); });
    CHECK(logged_error(gateway, 1) == stall.error);
    CHECK(backend_status(gateway, "failures") == stall.failures);
    const bool has_sender_seen_it = sender.joinable();
    if (has_sender_seen_it) sender.join();
    CHECK(client.ends());
    if (!has_sender_seen_it) CHECK(client.is_reset());
    upstream.note("over");
  }
}

}  // namespace
}  // namespace glassgate
