// Memory that runs out on the threads behind the requests: accepting, logging, probing, reloading, resolving, keeping
// house, and on the admin side. Each of them fails at what it was doing, and goes on.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "gateway/housekeeper.h"
#include "support/failing_new.h"
#include "support/fleet.h"
#include "support/process.h"
#include "support/watched_file.h"

namespace glassgate::test {
namespace {

// A gateway with a file that it watches, a log, probes, and a backend that it knows by address and by name.
class Road {
 public:
  Gateway& gateway() { return gateway_; }
  Response get(const std::string& path) const {
    Peer client = Peer::connect_to(gateway_.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    return client.read_response();
  }
  std::string status() const {
    Peer client = Peer::connect_to(gateway_.admin_port());
    client.send("GET /status HTTP/1.1\r\nHost: h\r\n\r\n");
    return client.read_response().body;
  }
  // A connection that stays: the next one needs a new worker.
  void hold_another() { held_.push_back(Peer::connect_to(gateway_.port())); }
  std::string edit() {
    replace_by_rename(config_.path(), text() + "# " + std::to_string(++edits_) + "\n");
    gateway_.reload();
    return config_.path();
  }
  size_t lines() const {
    const std::string log = log_.text();
    return static_cast<size_t>(std::count(log.begin(), log.end(), '\n'));
  }
  int probes() const { return backend_.probes; }
  ~Road() {
    gateway_.drain([] { return true; });
  }
  Road() {
    if (const std::string error = gateway_.start(); !error.empty()) throw std::runtime_error(error);
  }

 private:
  std::string text() const {
    const std::string port = std::to_string(backend_.port());
    return "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog: {level: debug, file: " + log_.path() +
           "}\nreload_interval: 10ms\nupstreams:\n  u: {backends: [\"127.0.0.1:" + port +
           "\"], health: {active: {path: /health, interval: 5ms, timeout: 5s, unhealthy_after: 1}}}\n"
           "  by_name: {backends: [\"localhost:" +
           port +
           "\"], pool: {max_idle: 0}}\n"
           "routes:\n  - {path: /, upstream: u}\n  - {path: /by_name, upstream: by_name}\n";
  }
  Reloader::Source source() {
    edit_in_place(config_.path(), text());
    const ConfigResult result = parse_config(text());
    if (!result.config) throw std::runtime_error(describe(result.errors.at(0), config_.path()));
    return {config_.path(), text(), result.config};
  }

  NamedUpstream backend_{"backend"};
  TemporaryFile log_;
  TemporaryFile config_;
  SystemClock clock_;
  int edits_ = 0;
  std::vector<Peer> held_;
  Reloader::Source source_ = source();
  Gateway gateway_{clock_, source_.config, source_};
};

// Everything that makes some thread do something. What comes of it does not matter while memory is short.
void stir(Road& road) {
  for (const char* const path : {"/", "/by_name"}) road.get(path);
  road.hold_another();
  road.edit();
  road.status();
}

// Until memory has run out; or for so long that it would have, if there were still something for that: a fast machine
// is through with twelve before the next probe.
void stir_until_it_fails(Road& road, const FailingNew& failing) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
  for (int i = 0; failing.failures() == 0 && (i < 12 || std::chrono::steady_clock::now() < end); ++i) stir(road);
}

bool is_as_before(Road& road) {
  const size_t lines = road.lines();
  const int probes = road.probes();
  const bool is_served = road.get("/").body == "backend" && road.get("/by_name").body == "backend";
  road.edit();
  return is_served && eventually([&] {
           const auto status = read_json(road.status().substr(0, road.status().find('\n')));
           return status && status->at("config").at("errors").items.empty() && road.lines() > lines + 2 &&
                  road.probes() > probes &&
                  status->at("upstreams").at(0).at("backends").at(0).at("health").at("healthy").text == "true";
         });
}

// Its name, and how many allocations have to fail on it in a sweep: about half of the fewest that do, for how many a
// thread makes depends on what comes together. Fewer, and the thread has another name, or nothing makes it work.
// A lookup allocates only the list of the addresses that it found.
struct ThreadBehind {
  const char* name;
  int least;
};
constexpr ThreadBehind threads_behind[] = {{"accept", 3},  {"log", 3},     {"probe", 4},
                                           {"reload", 35}, {"resolve", 1}, {"admin", 13}};

TEST_CASE("a thread behind the requests that gets no memory goes on, and all is as before when it gets some") {
  for (const ThreadBehind& behind : threads_behind) {
    const std::string thread = behind.name;
    CAPTURE(thread);
    Road road;
    CHECK(is_as_before(road));
    int total = 0;
    // Closer together at first: a thread's first steps are its own, and those of a long way are much alike.
    for (int first = 1; first < 3000; first += 1 + first / 4) {
      CAPTURE(first);
      int failures = 0;
      {
        const FailingNew failing(thread, first, 3);
        stir_until_it_fails(road, failing);
        failures = failing.failures();
      }
      total += failures;
      if (failures == 0) break;
    }
    CHECK(is_as_before(road));
    CHECK(total >= behind.least);
  }
}

TEST_CASE("a housekeeper that gets no memory keeps house again when it gets some") {
  const SystemClock clock;
  Log log{clock};
  Services services{clock, log};
  const std::string least = "listen: 127.0.0.1:0\nroutes: [{path: /, backends: [\"127.0.0.1:1\"]}]\n";
  services.runtime.swap_in(std::make_shared<const Runtime>(parse_config(least).config, nullptr));
  Housekeeper housekeeper(services, std::chrono::milliseconds(1));
  housekeeper.start();
  {
    const FailingNew failing("housekeeper", 1, FailingNew::for_ever);
    CHECK(eventually([&] { return failing.failures() >= 5; }));
  }
  std::array<int, 2> fds{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
  Peer client(fds[1]);
  housekeeper.close_later(http::Socket(fds[0]));
  CHECK(eventually([&] { return !client.send("x"); }));
}

}  // namespace
}  // namespace glassgate::test
