// What a gateway is when it has started, when it could not start, and when it is over.
#include <doctest/doctest.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "gateway/gateway.h"
#include "support/gateway_process.h"
#include "support/net.h"
#include "support/scripted_upstream.h"
#include "support/test_gateway.h"

namespace glassgate {
namespace {

using test::eventually;
using test::refuses_connections;
using test::ScriptedUpstream;
using test::TestGateway;

const std::vector<std::string> background_threads{"accept", "admin", "housekeeper", "log"};

std::vector<std::string> background_threads_there() {
  std::vector<std::string> found;
  for (const std::string& name : test::thread_names_of(0)) {
    if (std::find(background_threads.begin(), background_threads.end(), name) != background_threads.end()) {
      found.push_back(name);
    }
  }
  found.erase(std::unique(found.begin(), found.end()), found.end());  // the admin side has several
  return found;
}

bool no_thread_is_left() {
  const std::vector<std::string> names = test::thread_names_of(0);
  return background_threads_there().empty() &&
         std::none_of(names.begin(), names.end(), [](const std::string& name) { return name.starts_with("conn-"); });
}

bool each_thread_is_there_once() {
  const std::vector<std::string> names = test::thread_names_of(0);
  return std::all_of(background_threads.begin(), background_threads.end(), [&](const std::string& name) {
    return name == "admin" || std::count(names.begin(), names.end(), name) == 1;
  });
}

struct Addresses {
  uint16_t listen = 0;
  uint16_t admin = 0;
};

std::shared_ptr<const Config> config_on(Addresses ports, const std::string& log = "/dev/null") {
  const std::string yaml = "listen: 127.0.0.1:" + std::to_string(ports.listen) +
                           "\nadmin: 127.0.0.1:" + std::to_string(ports.admin) + "\nlog: {file: " + log +
                           "}\nroutes: [{path: /, backends: [127.0.0.1:1]}]\n";
  ConfigResult result = parse_config(yaml);
  REQUIRE(result.config);
  return result.config;
}

TEST_CASE("every thread of a running gateway has a name, and none is left when it has stopped") {
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  TestGateway gateway(TestGateway::in_front_of({backend.address()}));
  CHECK(eventually([] { return background_threads_there() == background_threads; }));
  CHECK(gateway.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("hello"));
  const std::vector<std::string> names = test::thread_names_of(0);
  CHECK(std::find(names.begin(), names.end(), "conn-1") != names.end());
  gateway.stop();
  CHECK(eventually(no_thread_is_left));
}

TEST_CASE("a gateway that finds a port taken does not start, says which, and leaves nothing behind") {
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  TestGateway first(TestGateway::in_front_of({backend.address()}));
  const uint16_t free_port = test::unused_port();
  struct Row {
    std::string what;
    Addresses ports;
    uint16_t taken = 0;
  };
  const std::vector<Row> rows{
      {"the clients' port", {first.port(), free_port}, first.port()},
      {"the admin port", {free_port, first.admin_port()}, first.admin_port()},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const SystemClock clock;
    Gateway second(clock, config_on(row.ports));
    CHECK(second.start() == "cannot listen on 127.0.0.1:" + std::to_string(row.taken) + ": Address already in use");
    CHECK(refuses_connections(free_port));
    CHECK(eventually(each_thread_is_there_once));
  }
  // The first one is alone on its port: there is no sharing of it, and each of these would have a chance of one half.
  for (int i = 0; i < 20; ++i) CHECK(first.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("hello"));
}

TEST_CASE("a log that cannot be opened is a reason not to start") {
  const SystemClock clock;
  Gateway gateway(clock, config_on({}, "/nowhere/at/all.log"));
  CHECK(gateway.start() == "cannot open the log file /nowhere/at/all.log: No such file or directory");
  CHECK(eventually(no_thread_is_left));
}

TEST_CASE("a gateway that can have no thread does not start, and says so") {
  pthread_attr_t before;
  pthread_attr_t absurd;
  pthread_getattr_default_np(&before);
  pthread_attr_init(&absurd);
  pthread_attr_setstacksize(&absurd, size_t{1} << 50);
  const SystemClock clock;
  Gateway gateway(clock, config_on({}));
  pthread_setattr_default_np(&absurd);
  const std::string error = gateway.start();
  pthread_setattr_default_np(&before);
  CHECK(error.starts_with("cannot start a thread: "));
  CHECK(eventually(no_thread_is_left));
  pthread_attr_destroy(&before);
  pthread_attr_destroy(&absurd);
}

TEST_CASE("a gateway that nobody drained stops at once with its object") {
  ScriptedUpstream silent([](test::Peer& peer, int) { peer.ends(); });
  {
    const SystemClock clock;
    const std::string yaml =
        "listen: 127.0.0.1:0\nlog: {file: /dev/null}\nserver: {drain_timeout: 1h}\nroutes: [{path: /, "
        "backends: [\"" +
        silent.address() + "\"]}]\n";
    Gateway gateway(clock, parse_config(yaml).config);
    REQUIRE(gateway.start() == "");
    CHECK(gateway.admin_port() == 0);  // none was asked for
    test::Peer client = test::Peer::connect_to(gateway.port());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(eventually([&] { return silent.connections() == 1; }));
  }
  CHECK(eventually(no_thread_is_left));
}

// As some supervisors start what they supervise.
TEST_CASE("started without standard streams, a gateway writes its log to none of its clients") {
  const std::string port = std::to_string(test::unused_port());
  const test::TemporaryFile config("listen: 127.0.0.1:" + port +
                                   "\nlog: {file: stderr}\nroutes: [{path: /, backends: [\"127.0.0.1:1\"]}]\n");
  test::Process gateway(
      {"/bin/sh", "-c", "exec \"$0\" --config \"$1\" <&- >&- 2>&-", test::glassgate_program(), config.path()});
  const auto number = static_cast<uint16_t>(std::stoi(port));
  REQUIRE(eventually([&] { return !refuses_connections(number); }));
  for (const char* const fd : {"0", "1", "2"}) {
    CHECK(std::filesystem::read_symlink("/proc/" + std::to_string(gateway.pid()) + "/fd/" + fd) == "/dev/null");
  }
  gateway.signal(SIGTERM);
  CHECK(gateway.wait() == 0);
}

}  // namespace
}  // namespace glassgate
