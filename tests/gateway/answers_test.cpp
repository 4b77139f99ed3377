#include "gateway/answers.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "gateway/services.h"
#include "support/manual_clock.h"
#include "support/recording_upstream.h"
#include "support/refusals.h"

namespace glassgate {
namespace {

using namespace test;

constexpr size_t most_that_is_dropped = 256 * 1024;

// An exchange with a client that the test is, and nothing behind it.
struct World {
  World() : log(clock), services(clock, log), client(make_client(), IpAddress()), x(client, services) {
    x.runtime = std::make_shared<const Runtime>(parse_config(least).config, nullptr);
    x.trace_id = "0123456789abcdef0123456789abcdef";
    x.response.set_timeout(std::chrono::seconds(1));
    x.keep_alive = true;
  }
  http::Socket make_client() {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    peer = Peer(fds[1]);
    return http::Socket(fds[0]);
  }
  void request(const std::string& head) {
    x.request.bytes = head;
    REQUIRE(http::parse_request_head({}, x.request) == http::HeadError::none);
    REQUIRE(http::request_framing(x.request, x.framing) == http::FramingError::none);
    x.body.emplace(client.wire, x.framing, http::HeadLimits{});
  }
  std::string answer() {
    client.wire.socket.shutdown_write();
    return peer.read_to_end();
  }
  std::string common_fields() const {
    return "\r\nDate: " + http_date(clock.wall()) + "\r\nX-Request-ID: " + std::string(x.trace_id) + "\r\n";
  }
  bool keeps_alive() {
    settle_keep_alive(x);
    return x.keep_alive;
  }

  static constexpr auto least = "listen: 127.0.0.1:0\nroutes: [{path: /, backends: [127.0.0.1:1]}]\n";
  ManualClock clock;
  Log log;
  Services services;
  Peer peer;
  ClientConnection client;
  Exchange x;
};

TEST_CASE("an answer of the gateway, byte by byte") {
  World world;
  world.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  world.x.fail(Error::no_route);
  answer_error(world.x);
  const std::string body = "{\"error\":\"no route matches this request\",\"status\":404,\"trace_id\":\"" +
                           std::string(world.x.trace_id) + "\"}\n";
  CHECK(world.answer() == "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: " +
                              std::to_string(body.size()) + world.common_fields() + "\r\n" + body);
  CHECK(world.x.response.is_complete());
  CHECK(world.x.response.bytes() == body.size());
}

TEST_CASE("every error that has a status is answered with it, as JSON, for GET with and for HEAD without a body") {
  for (size_t i = 0; i < error_count; ++i) {
    const auto error = static_cast<Error>(i);
    if (error == Error::none || info(error).status == 0) continue;
    for (const bool to_head : {false, true}) {
      CAPTURE(std::string(info(error).word));
      CAPTURE(to_head);
      World world;
      world.request((to_head ? "HEAD" : "GET") + std::string(" / HTTP/1.1\r\nHost: a\r\n\r\n"));
      world.x.fail(error);
      answer_error(world.x);
      CHECK(world.x.response.is_complete());
      world.client.wire.socket.shutdown_write();
      const Response response = world.peer.read_response(to_head);
      check_error_answer(response, info(error).status, std::string(info(error).word), to_head);
      CHECK(response.count("Retry-After") == (info(error).status == 503 || info(error).status == 429 ? 1 : 0));
      CHECK(response.count("Connection") == 0);
      CHECK(world.peer.read_to_end() == "");
    }
  }
}

TEST_CASE("an error without a status, or behind an answer that has begun, sends nothing and ends the connection") {
  for (const Error error : {Error::client_gone, Error::response_cut}) {
    World world;
    world.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    world.x.fail(error);
    answer_error(world.x);
    CHECK_FALSE(world.x.keep_alive);
    CHECK_FALSE(world.x.response.has_begun());
    CHECK(world.answer() == "");
  }
  World world;
  world.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  world.x.response.head(200, "HTTP/1.1 200 OK\r\n\r\n", http::BodyFraming::Kind::length);
  world.x.response.flush();
  world.x.fail(Error::backend_timeout);
  answer_error(world.x);
  CHECK_FALSE(world.x.keep_alive);
  CHECK(world.answer() == "HTTP/1.1 200 OK\r\n\r\n");
}

TEST_CASE("405 says what is allowed, and an answer with a body of its own is framed alike") {
  World world;
  world.request("PUT / HTTP/1.1\r\nHost: a\r\n\r\n");
  world.x.allow = "GET, HEAD";
  world.x.fail(Error::method_not_allowed);
  answer_error(world.x);
  CHECK(world.answer().find("\r\nAllow: GET, HEAD\r\n") != std::string::npos);

  World other;
  other.request("TRACE / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  answer_with(other.x, 200, "text/plain", "hello");
  CHECK(other.answer() == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5" + other.common_fields() +
                              "Connection: keep-alive\r\n\r\nhello");
}

TEST_CASE("a trace id that the client chose cannot break out of the body") {
  World world;
  world.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  world.x.trace_id = "\",\"status\":200,\"x\":\"\\";
  world.x.fail(Error::no_route);
  answer_error(world.x);
  const std::string answer = world.answer();
  CHECK(behind_head(answer) ==
        "{\"error\":\"no route matches this "
        "request\",\"status\":404,\"trace_id\":\"\\\",\\\"status\\\":200,\\\"x\\\":\\\"\\\\\"}\n");
  CHECK(answer.find("\r\nContent-Length: " + std::to_string(behind_head(answer).size()) + "\r\n") != std::string::npos);
}

struct KeepRow {
  std::string what;
  std::string head;
  std::string buffered;  // of the body
  bool keeps;
};

TEST_CASE("a connection goes on only where the rest of the body is known, small, and sure to come") {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const auto length = [&](size_t n, const std::string& fields = "") {
    return post + fields + "Content-Length: " + std::to_string(n) + "\r\n\r\n";
  };
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  const std::vector<KeepRow> table{
      {"no body", post + "\r\n", "", true},
      {"an empty body", length(0), "", true},
      {"a small body", length(5), "", true},
      {"the most that is dropped", length(most_that_is_dropped), "", true},
      {"one byte more", length(most_that_is_dropped + 1), "", false},
      {"one byte more, of which one was read", length(most_that_is_dropped + 1), "x", true},
      {"chunks that have not ended", chunked, "5\r\nhel", false},
      {"chunks that have ended", chunked, chunk("hello") + "0\r\n\r\n", true},
      {"malformed chunks", chunked, "x", false},
  };
  for (const KeepRow& row : table) {
    CAPTURE(row.what);
    World world;
    world.request(row.head);
    if (!row.buffered.empty()) world.client.wire.in.append(row.buffered);
    while (world.x.body->next_buffered().status == http::BodyStatus::data) {
    }
    CHECK(world.keeps_alive() == row.keeps);
  }
  World expecting;
  expecting.request(length(5));
  expecting.x.expects_continue = true;
  CHECK_FALSE(expecting.keeps_alive());
  World late;
  late.request(length(5));
  late.x.fail(Error::request_timeout);
  CHECK_FALSE(late.keeps_alive());
}

TEST_CASE("a connection that is wanted elsewhere, or a gateway that stops, ends it with this answer") {
  World draining;
  draining.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  draining.services.draining = true;
  draining.x.fail(Error::no_route);
  answer_error(draining.x);
  CHECK(draining.answer().find("\r\nConnection: close\r\n") != std::string::npos);

  World ending;
  ending.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ConnectionRegistry registry;
  registry.add(ending.client);
  ending.client.mark_idle(ending.clock.now());
  registry.close_longest_idle();
  ending.client.mark_busy();
  CHECK_FALSE(ending.keeps_alive());
  registry.remove(ending.client);
}

}  // namespace
}  // namespace glassgate
