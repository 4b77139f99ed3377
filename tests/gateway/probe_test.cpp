#include "gateway/probe.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/listening.h"
#include "support/no_descriptors.h"
#include "support/recording_upstream.h"

namespace glassgate {
namespace {

using namespace test;

ActiveHealthConfig patient() {
  ActiveHealthConfig out;
  out.timeout = deadline;
  return out;
}

Probe::Result probe(uint16_t port, const ActiveHealthConfig& config = patient()) {
  return Probe({"127.0.0.1", port}, config).run();
}

std::string answer_of(int status, const std::string& rest = "Content-Length: 0\r\n\r\n") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + rest;
}

TEST_CASE("the verdict is the status, held against what is expected") {
  const struct {
    int status;
    StatusRange expect;
    bool success;
    std::string what;
  } rows[] = {
      {200, {200, 399}, true, "200"},
      {399, {200, 399}, true, "399"},
      {301, {200, 399}, true, "301"},
      {400, {200, 399}, false, "400, expected 200-399"},
      {500, {200, 399}, false, "500, expected 200-399"},
      {204, {204, 204}, true, "204"},
      {200, {204, 204}, false, "200, expected 204-204"},
      {503, {500, 599}, true, "503"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedUpstream upstream(ScriptedUpstream::always(answer_of(row.status)));
    ActiveHealthConfig config = patient();
    config.expect = row.expect;
    const Probe::Result result = probe(upstream.port(), config);
    CHECK(result.success == row.success);
    CHECK(result.what == row.what);
  }
}

TEST_CASE("a gateway without descriptors has no verdict on anybody") {
  Probe::Result out_of_them;
  {
    const test::NoDescriptors none;
    out_of_them = probe(1);
  }
  CHECK_FALSE(out_of_them.is_verdict);
  const Probe::Result refused = probe(unused_port());
  CHECK(refused.is_verdict);
  CHECK_FALSE(refused.success);
}

TEST_CASE("interim answers are no verdict; without an end they are a failure") {
  std::string interim;
  for (const int count : {1, 16, 17, 1000}) {
    CAPTURE(count);
    while (interim.size() < answer_of(103, "\r\n").size() * static_cast<size_t>(count))
      interim += answer_of(103, "\r\n");
    ScriptedUpstream upstream(ScriptedUpstream::always(interim + answer_of(200)));
    CHECK(probe(upstream.port()).what == (count <= 16 ? "200" : "103, expected 200-399"));
  }
}

TEST_CASE("a redirection is a verdict, and is not followed") {
  const RecordingUpstream elsewhere;
  ScriptedUpstream upstream(ScriptedUpstream::always(
      answer_of(302, "Location: http://" + elsewhere.address() + "/\r\nContent-Length: 0\r\n\r\n")));
  CHECK(probe(upstream.port()).what == "302");
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("a probe is one GET that says who asks, on a connection that is not kept") {
  const RecordingUpstream upstream;
  ActiveHealthConfig config = patient();
  config.path = "/ready?deep=1";
  CHECK(probe(upstream.port(), config).success);
  const std::string request = upstream.request(0);
  CHECK(request.starts_with("GET /ready?deep=1 HTTP/1.1\r\n"));
  CHECK(request.find("\r\nHost: " + upstream.address() + "\r\n") != std::string::npos);
  CHECK(request.find("\r\nUser-Agent: glassgate-probe\r\n") != std::string::npos);
  CHECK(request.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(upstream.notes().size() == 1);
}

TEST_CASE("whatever is no whole answer is a failure that says what it was") {
  const struct {
    std::string answer;
    std::string what;
  } rows[] = {
      {"", "no answer"},
      {"nonsense\r\n\r\n", "malformed answer"},
      {"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "malformed answer"},
      {answer_of(200, "Content-Length: 0\r\nContent-Length: 1\r\n\r\n"), "malformed answer"},
      {answer_of(200, "A: " + std::string(100'000, 'a') + "\r\n\r\n"), "malformed answer"},
      {answer_of(200, "Transfer-Encoding: chunked\r\n\r\n5;" + std::string(100'000, 'a')), "answer cut short"},
      {"HTTP/1.1 20", "no answer"},
      {answer_of(200, "Content-Length: 10\r\n\r\nabc"), "answer cut short"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.answer);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      peer.send(row.answer);
    });
    const Probe::Result result = probe(upstream.port());
    CHECK_FALSE(result.success);
    CHECK(result.what == row.what);
  }
  const Probe::Result result = probe(unused_port());
  CHECK_FALSE(result.success);
  CHECK(result.what == "no connection");
}

TEST_CASE("of an answer without an end, no more is read than the verdict needs") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    peer.read_request();
    peer.send(answer_of(200, "\r\n"));
    while (peer.send(std::string(10'000, 'x'))) {
    }
  });
  const Probe::Result result = probe(upstream.port());
  CHECK(result.success);
  CHECK(result.what == "200");
}

// Sends `bytes` one at a time and with pauses, over and over, until nobody takes them. The pauses are no part of what
// is tested: they only keep the stream thin.
void drip(Peer& peer, const std::string& bytes) {
  for (size_t i = 0; i < 10'000 && peer.send(bytes.substr(i % bytes.size(), 1)); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST_CASE("a probe that is cut ends, wherever it waits") {
  using Script = void (*)(Peer&);
  const struct {
    std::string what;
    Script script;
  } rows[] = {
      {"before an answer", [](Peer& peer) { peer.ends(); }},
      {"in a head that drips", [](Peer& peer) { drip(peer, "HTTP/1.1 200 OK and so on"); }},
      {"in fields that drip",
       [](Peer& peer) {
         peer.send("HTTP/1.1 200 OK\r\n");
         drip(peer, "A: b\r\n");
       }},
      {"in a body that drips",
       [](Peer& peer) {
         peer.send(answer_of(200, "Content-Length: 60000\r\n\r\n"));
         drip(peer, "x");
       }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      upstream.note("asked");
      row.script(peer);
    });
    Probe one({"127.0.0.1", upstream.port()}, patient());
    Probe::Result result;
    std::thread running([&] { result = one.run(); });
    upstream.wait_for_notes(1);
    one.cut();
    running.join();
    CHECK_FALSE(result.success);
    CHECK(result.what == "timed out");
  }
}

TEST_CASE("a probe that is cut while it connects, or before it began, ends as well") {
  const Silent silent;
  Probe connecting({"127.0.0.1", silent.port()}, patient());
  std::thread running([&] { CHECK(connecting.run().what == "timed out"); });
  connecting.cut();
  running.join();

  const RecordingUpstream upstream;
  for (const uint16_t port : {upstream.port(), silent.port()}) {
    Probe late({"127.0.0.1", port}, patient());
    late.cut();
    CHECK(late.run().what == "timed out");
  }
}

TEST_CASE("cut() after the end leaves descriptors alone that have the probe's old numbers (I1)") {
  const RecordingUpstream upstream;
  Probe one({"127.0.0.1", upstream.port()}, patient());
  CHECK(one.run().success);
  std::vector<Peer> others;  // whoever comes next gets the numbers that became free
  for (int i = 0; i < 16; ++i) {
    std::array<int, 2> fds{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
    for (const int fd : fds) others.emplace_back(fd);
  }
  one.cut();
  for (size_t i = 0; i < others.size(); i += 2) {
    CHECK(others[i].send("x"));
    CHECK(others[i + 1].read_exactly(1) == "x");
  }
}

TEST_CASE("cut() at any moment of many probes hurts nobody else's connection (I1)") {
  const RecordingUpstream upstream;
  for (int round = 0; round < 100; ++round) {
    Probe one({"127.0.0.1", upstream.port()}, patient());
    std::atomic<bool> running{true};
    std::thread cutting([&] {
      while (running) one.cut();
    });
    one.run();
    std::array<int, 2> fds{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
    Peer a(fds[0]);
    Peer b(fds[1]);
    for (int i = 0; i < 20; ++i) {
      CHECK(a.send("x"));
      CHECK(b.read_exactly(1) == "x");
    }
    running = false;
    cutting.join();
  }
}

size_t open_descriptors() {
  size_t n = 0;
  for (int fd = 0; fd < 1024; ++fd) n += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return n;
}

TEST_CASE("a probe leaves no descriptor behind, however it ends") {
  const uint16_t nobody = unused_port();
  const size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    Probe cut({"127.0.0.1", nobody}, patient());
    cut.cut();
    cut.run();
    probe(nobody);
  }
  CHECK(open_descriptors() == before);
}

}  // namespace
}  // namespace glassgate
