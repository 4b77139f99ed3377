// The gateway goes on serving whatever becomes of its log.
#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "base/strings.h"
#include "support/fifo.h"
#include "support/json_reader.h"
#include "support/process.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

// A gateway whose log goes where the test says.
struct LoggingTo {
  explicit LoggingTo(const std::string& file)
      : upstream(ScriptedUpstream::always(ok("body"))), gateway(clock, config_for(file, upstream.address())) {
    REQUIRE(gateway.start().empty());
  }
  ~LoggingTo() {
    gateway.drain([] { return true; });
  }
  LoggingTo(const LoggingTo&) = delete;
  LoggingTo& operator=(const LoggingTo&) = delete;

  static std::shared_ptr<const Config> config_for(const std::string& file, const std::string& backend) {
    ConfigResult result = parse_config("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog: {file: " + file +
                                       "}\nroutes: [{path: /, backends: [\"" + backend + "\"]}]\n");
    REQUIRE(result.config);
    return result.config;
  }

  SystemClock clock;
  ScriptedUpstream upstream;
  Gateway gateway;
};

// n requests on one connection, the path of each `path_bytes` long. When it returns, their lines have been logged, or
// lost.
void get(const Gateway& gateway, int n, size_t path_bytes) {
  {
    Peer client = Peer::connect_to(gateway.port());
    const std::string request = "GET /" + std::string(path_bytes, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n";
    for (int i = 0; i < n; ++i) {
      client.send(request);
      REQUIRE(client.read_response().body == "body");
    }
  }
  REQUIRE(eventually([&] { return gateway.services().connections.size() == 0; }));
}

constexpr int requests = 4500;  // with a path of 2,000 bytes, 10 MB of log: more than may wait

TEST_CASE("with a FIFO for a log that nobody reads, requests are answered, and lines are lost and counted") {
  const Fifo fifo;
  LoggingTo road(fifo.path());
  get(road.gateway, requests, 2000);
  CHECK(road.gateway.services().log.dropped() > 0);
  Peer admin = Peer::connect_to(road.gateway.admin_port());
  admin.send("GET /status HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string body = admin.read_response().body;
  CHECK(json_of(body).at("log").at("lines_dropped").text == std::to_string(road.gateway.services().log.dropped()));
}

TEST_CASE("when the reader of the log is back, it is told how many lines it missed, and logging goes on") {
  const Fifo fifo;
  LoggingTo road(fifo.path());
  get(road.gateway, requests, 2000);
  const uint64_t dropped = road.gateway.services().log.dropped();
  REQUIRE(dropped > 0);
  FifoReader reader(fifo);
  std::string lines = reader.read_until("\"event\":\"log_lines_dropped\",\"lines\":" + std::to_string(dropped) + "}\n");
  get(road.gateway, 1, 3);
  lines += reader.read_until("\"path\":\"/xxx\"");
  lines += reader.read_until("\n");
  uint64_t access_lines = 0;
  for (std::string_view rest = lines; !rest.empty();) {
    const auto read = read_json(take_until(rest, '\n'));
    REQUIRE(read);
    if (read->at("event").text == "access") ++access_lines;
  }
  CHECK(access_lines == requests - dropped + 1);
}

TEST_CASE("a log that was moved away is opened anew on request, while requests come in") {
  const TemporaryFile file;
  const TemporaryFile moved;
  LoggingTo road(file.path());
  get(road.gateway, 1, 1);
  REQUIRE(eventually([&] { return file.text().find("\"path\":\"/x\"") != std::string::npos; }));
  REQUIRE(::rename(file.path().c_str(), moved.path().c_str()) == 0);
  road.gateway.reload();
  REQUIRE(eventually([&] { return ::access(file.path().c_str(), F_OK) == 0; }));
  get(road.gateway, 1, 2);
  REQUIRE(eventually([&] { return file.text().find("\"path\":\"/xx\"") != std::string::npos; }));
  CHECK(file.text().find("\"path\":\"/x\"") == std::string::npos);
  CHECK(moved.text().find("\"path\":\"/xx\"") == std::string::npos);
}

TEST_CASE("with a full disk for a log, requests are answered") {
  LoggingTo road("/dev/full");
  get(road.gateway, 5, 1);
  CHECK(eventually([&] { return road.gateway.services().log.dropped() >= 6; }));  // "started", and five requests
}

}  // namespace
}  // namespace glassgate::test
