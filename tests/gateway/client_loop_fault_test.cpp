// A fault of the gateway's own in the middle of a request: an exception that nobody expected.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gateway/client_loop.h"
#include "gateway/services.h"
#include "support/manual_clock.h"
#include "support/process.h"
#include "support/test_gateway.h"

namespace glassgate {
namespace {

using namespace test;

// Whatever asks for the time may be made to throw, and every stage of a request does.
class FaultyClock final : public Clock {
 public:
  TimePoint now() const override {
    if (calls_to_fault_ > 0 && --calls_to_fault_ == 0) throw std::runtime_error("the clock is broken");
    return sound_.now();
  }
  WallTime wall() const override { return sound_.wall(); }
  void break_once(int at_call) { calls_to_fault_ = at_call; }

 private:
  ManualClock sound_;
  mutable std::atomic<int> calls_to_fault_{0};
};

// One connection that is served, up to its end.
struct Served {
  explicit Served(const ScriptedUpstream& upstream) : log(sound), services(clock, log) {
    const std::string yaml = "listen: 127.0.0.1:0\n" + TestGateway::in_front_of({upstream.address()});
    REQUIRE(log.open({LogLevel::info, true, file.path()}).empty());
    services.runtime.swap_in(std::make_shared<const Runtime>(parse_config(yaml).config, nullptr));
  }

  // What the client gets for `request` when the n-th question for the time, from the request's first byte on, fails.
  std::string answers_with_fault_at(int n, const std::string& request) {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    Peer peer(fds[1]);
    std::thread worker([&] {
      ClientConnection client{http::Socket(fds[0]), IpAddress()};
      ready = &client;
      serve_connection(client, services);
    });
    CHECK(eventually([&] { return ready != nullptr && ready.load()->is_idle(); }));
    clock.break_once(n);
    peer.send(request);
    std::string answers = peer.read_to_end();
    worker.join();
    ready = nullptr;
    return answers;
  }

  std::vector<std::string> close_log() {
    log.close();
    std::vector<std::string> lines;
    std::string rest = file.text();
    for (size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      lines.push_back(rest.substr(0, end));
      rest.erase(0, end + 1);
    }
    return lines;
  }

  TemporaryFile file;
  ManualClock sound;
  FaultyClock clock;
  Log log;
  Services services;
  std::atomic<ClientConnection*> ready{nullptr};
};

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_CASE("a fault before an answer has begun is answered 500, logged as any request, and ends the connection") {
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("hello")));
  Served served(upstream);
  const std::string answer = served.answers_with_fault_at(2, get + get);  // the first is its beginning
  CHECK(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);
  const auto lines = served.close_log();
  REQUIRE(lines.size() == 2);
  CHECK(json_field(lines[0], "event") == "exception");
  CHECK(json_field(lines[0], "what") == "the clock is broken");
  CHECK(json_field(lines[1], "event") == "access");
  CHECK(json_field(lines[1], "status") == "500");
  CHECK(json_field(lines[1], "error") == "internal");
}

TEST_CASE("wherever a fault is, the client gets one answer at the most, and the log one line") {
  const std::string last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  for (int at = 2; at <= 6; ++at) {
    CAPTURE(at);
    ScriptedUpstream upstream(ScriptedUpstream::always(ok("hello")));
    Served served(upstream);
    const std::string answer = served.answers_with_fault_at(at, last);
    CHECK(answer.starts_with("HTTP/1.1 "));
    CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);
    int access_lines = 0;
    for (const std::string& line : served.close_log()) access_lines += json_field(line, "event") == "access" ? 1 : 0;
    CHECK(access_lines == 1);
  }
}

}  // namespace
}  // namespace glassgate
