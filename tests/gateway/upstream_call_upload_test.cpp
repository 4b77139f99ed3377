// Large bodies, up, down, and both at once.
#include <doctest/doctest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "support/fleet.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

constexpr size_t large = 12'000'000;

const std::string& large_body() {
  static const std::string body = [] {
    std::string out(large, '\0');
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(i * 37 + i / 4099);
    return out;
  }();
  return body;
}

std::string chunked_body(size_t piece) {
  std::string wire;
  for (size_t at = 0; at < large; at += piece) wire += chunk(std::string_view(large_body()).substr(at, piece));
  return wire.append(last_chunk);
}

std::string unchunked(std::string_view wire) {
  std::string out;
  while (!wire.empty()) {
    const size_t size = std::stoul(std::string(wire.substr(0, 16)), nullptr, 16);
    wire.remove_prefix(wire.find("\r\n") + 2);
    out += wire.substr(0, size);
    wire.remove_prefix(size + 2);
  }
  return out;
}

TEST_CASE("a large request arrives byte for byte, by length and in chunks of any size") {
  const struct {
    std::string what;
    std::string fields;
    std::string wire;
  } rows[] = {
      {"a length", "Content-Length: " + std::to_string(large) + "\r\n", large_body()},
      {"large chunks", "Transfer-Encoding: chunked\r\n", chunked_body(1'000'001)},
      {"small chunks", "Transfer-Encoding: chunked\r\n", chunked_body(1021)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      for (std::string request; !(request = peer.read_request()).empty();) {
        const std::string body = request.substr(request.find("\r\n\r\n") + 4);
        const bool same = (row.fields.starts_with("T") ? unchunked(body) : body) == large_body();
        peer.send(ok(same ? "same" : "different"));
      }
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    for (int i = 0; i < 2; ++i) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\n" + row.fields + "\r\n");
      client.send(row.wire);
      CHECK(client.read_response().body == "same");
    }
    CHECK(upstream.connections() == 1);
    const std::string bytes_in = json_field(gateway.wait_for_access_lines(2).at(1), "bytes_in");
    CHECK(bytes_in == std::to_string(large));
    client.close();
    CHECK(comes_to_rest(gateway));
  }
}

TEST_CASE("an answer in HTTP/1.0 to a body in chunks is passed on, and the log says what that may mean") {
  const struct {
    std::string what;
    std::string body;
    std::string version;
    bool is_doubtful;
  } rows[] = {
      {"chunks, HTTP/1.0", "Transfer-Encoding: chunked\r\n\r\n" + chunk("body") + std::string(last_chunk), "1.0", true},
      {"chunks, HTTP/1.1", "Transfer-Encoding: chunked\r\n\r\n" + chunk("body") + std::string(last_chunk), "1.1",
       false},
      {"a length, HTTP/1.0", "Content-Length: 4\r\n\r\nbody", "1.0", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      peer.send("HTTP/" + row.version + " 201 Created\r\nContent-Length: 0\r\n\r\n");
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + row.body);
    CHECK(client.read_response().status() == 201);
    const std::string line = gateway.wait_for_access_lines(1).at(0);
    CHECK(json_field(line, "error") == "-");
    CHECK((line.find("may not have been read") != std::string::npos) == row.is_doubtful);
  }
}

// Echoes a body of `large` bytes, which it holds in memory: it reads whether or not somebody takes what it sends.
class Echo {
 public:
  explicit Echo(bool patient) : patient_(patient) {}

  void serve(Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    if (!patient_) return echo_directly(peer);
    std::thread reader([&] { read_all(peer); });
    write_all(peer);
    reader.join();
  }

 private:
  static void echo_directly(Peer& peer) {
    for (size_t at = 0; at < large; at += 50'000)
      peer.send(chunk(peer.read_exactly(std::min<size_t>(50'000, large - at))));
    peer.send(last_chunk);
    peer.ends();
  }
  void read_all(Peer& peer) {
    for (size_t at = 0; at < large; at += 50'000) {
      std::string piece = peer.read_exactly(std::min<size_t>(50'000, large - at));
      const std::lock_guard lock(mutex_);
      pieces_.push_back(std::move(piece));
      arrived_.notify_one();
    }
  }
  void write_all(Peer& peer) {
    for (size_t at = 0; at < large; at += 50'000) {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return !pieces_.empty(); });
      const std::string piece = std::move(pieces_.front());
      pieces_.pop_front();
      lock.unlock();
      peer.send(chunk(piece));
    }
    peer.send(last_chunk);
  }

  const bool patient_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::string> pieces_;
};

TEST_CASE("an echo runs both ways at once, byte for byte") {
  for (const bool by_length : {true, false}) {
    CAPTURE(by_length);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      if (by_length) return Echo(false).serve(peer);
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\n\r\n");
      for (std::string line; (line = peer.read_until("\r\n")) != "0\r\n";) {
        peer.send(peer.read_exactly(std::stoul(line, nullptr, 16)));
        peer.read_exactly(2);
      }
      peer.read_exactly(2);
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    std::thread sender([&] {
      const std::string fields = by_length ? "Content-Length: " + std::to_string(large) : "Transfer-Encoding: chunked";
      client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n\r\n");
      client.send(by_length ? large_body() : chunked_body(70'001));
    });
    const Response response = client.read_response();
    sender.join();
    CHECK(response.complete);
    CHECK((response.body == large_body()));
    CHECK(upstream.error().empty());
    client.close();
    CHECK(comes_to_rest(gateway));
  }
}

// The client sends all before it reads anything, and the answer is far more than any buffer between holds; only a relay
// whose directions do not wait for each other gets the request through.
TEST_CASE("a client that sends everything before it reads does not stop its own request") {
  Echo echo(true);
  ScriptedUpstream upstream([&](Peer& peer, int) { echo.serve(peer); });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  CHECK(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(large) + "\r\n\r\n"));
  CHECK(client.send(large_body()));
  const Response response = client.read_response();
  CHECK(response.complete);
  CHECK((response.body == large_body()));
  client.close();
  CHECK(comes_to_rest(gateway));
}

// An application that flushes its status line before it reads is one.
TEST_CASE("a backend that sends a part of a head gets the rest of the body before it goes on") {
  for (const std::string part : {"H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r",
                                 "HTTP/1.1 102 Processing\r\n", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 2"}) {
    CAPTURE(part);
    const std::string before = part.find("102") == std::string::npos ? "" : "HTTP/1.1 102 Processing\r\n\r\n";
    const std::string whole = before + ok("hi");
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      for (const char byte : part) peer.send(std::string(1, byte));
      upstream.note("part");
      upstream.note(peer.read_exactly(10));
      peer.send(std::string_view(whole).substr(part.size()));
    });
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
    upstream.wait_for_notes(1);
    client.send("world");
    Response response = client.read_response();
    if (response.status() == 102) response = client.read_response();
    CHECK(response.status() == 200);
    CHECK(upstream.notes().at(1) == "helloworld");
  }
}

TEST_CASE("a head that drips does not prolong the time of a body that has stopped") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nX: ");
    while (peer.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(5));  // what dripping is
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "body_timeout: 100ms"));
  Peer client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  CHECK(client.read_response().status() == 408);
  CHECK(json_field(gateway.wait_for_access_lines(1).at(0), "error") == "request_timeout");
}

TEST_CASE("a backend that hangs inside its head while the client waits for a 100 is the one to blame") {
  for (const std::string part : {"HTTP/1.1 100 Con", "HTTP/1.1 401 Unauthor"}) {
    CAPTURE(part);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send(part);
      peer.read_to_end();
    });
    const TestGateway gateway("server: {body_timeout: 100ms}\n" +
                              fleet_of({upstream.address()}, "retries: 0, response_timeout: 100ms"));
    Peer client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.read_response().status() == 504);
    CHECK(json_field(gateway.wait_for_access_lines(1).at(0), "error") == "backend_timeout");
  }
}

TEST_CASE("what cannot become an answer ends an upload at once") {
  for (const std::string nonsense : {"\x15\x03\x03", "HTTP/1.1 200 OK\n", " "}) {
    CAPTURE(nonsense);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send(nonsense);
      peer.read_to_end();
    });
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");  // and no more
    CHECK(client.read_response().status() == 502);
    CHECK(json_field(gateway.wait_for_access_lines(1).at(0), "error") == "backend_malformed");
  }
}

TEST_CASE("a part of a head may be larger than a buffer, where heads may be") {
  const std::string part = "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x');
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    peer.send(part);
    upstream.note("part");
    peer.read_exactly(10);
    peer.send("\r\nContent-Length: 2\r\n\r\nhi");
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "max_header_bytes: 256KiB"));
  Peer client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  upstream.wait_for_notes(1);
  client.send("world");
  CHECK(client.read_response().body == "hi");
}

}  // namespace
}  // namespace glassgate
