// The disk under the log is full, or the log has reached the limit of a file's size: requests are answered, lines are
// lost and counted, and as soon as there is room again they are written, the number of those that were lost among them.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "support/gateway_process.h"
#include "support/json_reader.h"
#include "support/metrics_page.h"

namespace glassgate::test {
namespace {

struct Logging {
  ScriptedUpstream backend{ScriptedUpstream::always(ok("hello"))};
  GatewayProcess gateway{TestGateway::in_front_of({backend.address()})};
  Peer client = gateway.connect();

  void serve(int n) {
    for (int i = 0; i < n; ++i) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      CHECK(client.read_response().body == "hello");
    }
  }
  double lost() const { return MetricsPage(gateway.admin("/metrics")).at("gateway_log_lines_dropped_total"); }
  size_t written() const { return gateway.log_lines("\"event\":\"access\"").size(); }
  // Tells how many were lost, and all that came after it.
  void check_recovered(double lost_lines, int torn_lines) {
    const size_t before = written();
    serve(10);
    CHECK(eventually([&] { return written() >= before + 10; }));
    const std::string told = gateway.wait_for_log_lines("log_lines_dropped").at(0);
    CHECK(json_field(told, "lines") == std::to_string(static_cast<int>(lost_lines)));
    CHECK(gateway.log_lines("log_lines_dropped").size() == 1);
    CHECK(lost() == lost_lines);
    for (const std::string& line : gateway.log_lines("")) torn_lines -= read_json(line) ? 0 : 1;
    CHECK(torn_lines == 0);
    gateway.process().signal(SIGTERM);
    CHECK(gateway.process().wait() == 0);
  }
};

TEST_CASE("while the disk is full requests are answered, and lines are written again when it is not") {
  Logging road;
  road.serve(5);
  REQUIRE(eventually([&] { return road.written() == 5; }));
  const std::string& path = road.gateway.log_path();
  std::filesystem::rename(path, path + ".1");
  std::filesystem::create_symlink("/dev/full", path);
  road.gateway.process().signal(SIGHUP);
  REQUIRE(eventually([&] { return road.lost() >= 1; }));  // "reloaded"
  road.serve(100);
  CHECK(eventually([&] { return road.lost() == 101; }));
  std::filesystem::remove(path);
  const double lost = road.lost();
  road.gateway.process().signal(SIGHUP);
  REQUIRE(eventually([&] { return std::filesystem::exists(path); }));
  road.check_recovered(lost, 0);
  std::filesystem::remove(path + ".1");
}

TEST_CASE("a log that reaches the limit of a file's size is a full disk, and does not end the gateway") {
  Logging road;
  road.serve(5);
  REQUIRE(eventually([&] { return road.written() == 5; }));
  const auto size = std::filesystem::file_size(road.gateway.log_path());
  road.gateway.process().limit(RLIMIT_FSIZE, size + 100);  // in the middle of the next line
  road.serve(100);
  CHECK(eventually([&] { return road.lost() == 100; }));
  CHECK(std::filesystem::file_size(road.gateway.log_path()) == size + 100);
  road.gateway.process().limit(RLIMIT_FSIZE, RLIM_INFINITY);
  road.check_recovered(100, 1);
}

}  // namespace
}  // namespace glassgate::test
