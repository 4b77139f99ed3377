#include "gateway/reloader.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "support/failing_new.h"
#include "support/no_descriptors.h"
#include "support/process.h"
#include "support/test_exchange.h"
#include "support/watched_file.h"

namespace glassgate {
namespace {

using test::eventually;
using test::TemporaryFile;
using Texts = std::vector<std::string>;

std::string text_with(const std::string& backend, const std::string& more = "") {
  return "listen: 127.0.0.1:0\n" + more + "routes: [{path: /, backends: [" + backend + "]}]\n";
}

// A reloader beside whatever else there is; what it applies is noted and swapped in. The clock is moved by hand, and
// asked whenever `reload_interval` has really passed.
struct Watching {
  explicit Watching(const std::string& more = "reload_interval: 20ms\n")
      : text(text_with("one:1", more)),
        file(text),
        reloader(shared.services, source(), [this](auto next) { apply(std::move(next)); }) {
    shared.services.runtime.swap_in(std::make_shared<const Runtime>(parse_config(text).config, nullptr));
    reloader.start();
  }

  Reloader::Source source() const { return {file.path(), text, parse_config(text).config}; }

  void apply(std::shared_ptr<const Config> next) {
    if (const std::string what = std::exchange(throws, ""); !what.empty()) throw std::runtime_error(what);
    shared.services.runtime.swap_in(std::make_shared<const Runtime>(std::move(next), nullptr));
  }

  std::string backend() const {
    return shared.services.runtime.current()->config().upstreams.at(0).backends.at(0).address.text();
  }
  ReloadReport report() const { return shared.services.reloads.read(); }
  bool becomes(const std::function<bool()>& condition) {
    return eventually([&] {
      shared.clock.advance(std::chrono::milliseconds(20));
      return condition();
    });
  }

  test::TestExchange shared{"GET / HTTP/1.1\r\nHost: h\r\n\r\n"};
  const std::string text;
  TemporaryFile file;
  std::string throws;  // set before the file is changed
  Reloader reloader;
};

TEST_CASE("a file that says something else is applied, and one that says the same is left alone") {
  Watching watching;
  test::ReadsOf reads(watching.file.path());
  CHECK(watching.becomes([&] { return reads.so_far() >= 3; }));
  CHECK(watching.report().succeeded == 0);
  test::replace_by_rename(watching.file.path(), watching.text);  // another file, the same content
  test::ReadsOf reads_of_new(watching.file.path());
  CHECK(watching.becomes([&] { return reads_of_new.so_far() >= 3; }));
  CHECK(watching.report().succeeded == 0);
  test::replace_by_rename(watching.file.path(), text_with("two:2", "reload_interval: 20ms\n"));
  CHECK(watching.becomes([&] { return watching.report().succeeded == 1; }));
  CHECK(watching.backend() == "two:2");
  CHECK(watching.report().failed == 0);
}

TEST_CASE("what says the same is read and not parsed: thirty looks at 500 routes allocate less than 500 times") {
  std::string routes = "reload_interval: 20ms\nupstreams: {u: {backends: [one:1]}}\nroutes:\n";
  for (int i = 0; i < 500; ++i) routes += "  - {path: /" + std::to_string(i) + ", upstream: u}\n";
  Watching watching("reload_interval: 20ms\n");
  test::replace_by_rename(watching.file.path(), "listen: 127.0.0.1:0\n" + routes);
  REQUIRE(watching.becomes([&] { return watching.report().succeeded == 1; }));
  const test::FailingNew counting("reload", test::FailingNew::for_ever);
  test::ReadsOf reads(watching.file.path());
  CHECK(watching.becomes([&] { return reads.so_far() >= 30; }));
  CHECK(counting.allocations() < 500);
}

TEST_CASE("wherever memory runs out in a reload, it is made when there is some again") {
  for (int first = 1; first < 400; first += 13) {
    CAPTURE(first);
    Watching watching;
    const test::FailingNew failing("reload", first, 3);
    test::replace_by_rename(watching.file.path(), text_with("two:2", "reload_interval: 20ms\n"));
    CHECK(watching.becomes([&] { return watching.backend() == "two:2"; }));
  }
}

TEST_CASE("a want of descriptors is no mistake of the file's") {
  Watching watching;
  {
    const test::NoDescriptors none;
    const test::FailingNew counting("reload", test::FailingNew::for_ever);
    CHECK(watching.becomes([&] { return counting.allocations() >= 20; }));  // looks in vain, each of which says why
  }
  test::replace_by_rename(watching.file.path(), text_with("two:2", "reload_interval: 20ms\n"));
  CHECK(watching.becomes([&] { return watching.report().succeeded == 1; }));
  CHECK(watching.report().failed == 0);
}

TEST_CASE("with reload_interval 0 nobody looks, until somebody says so; then also where nothing changed") {
  Watching watching("reload_interval: 0\n");
  test::ReadsOf reads(watching.file.path());
  test::edit_in_place(watching.file.path(), text_with("two:2", "reload_interval: 0\n"));
  watching.shared.clock.advance(std::chrono::hours(23));
  CHECK(reads.so_far() == 0);
  watching.reloader.reload_now();
  REQUIRE(eventually([&] { return watching.report().succeeded == 1; }));
  CHECK(watching.backend() == "two:2");
  watching.reloader.reload_now();
  CHECK(eventually([&] { return watching.report().succeeded == 2; }));
}

TEST_CASE("an interval that a reload has changed is the one that counts from then on") {
  Watching watching("reload_interval: 0\n");
  test::replace_by_rename(watching.file.path(), text_with("two:2", "reload_interval: 20ms\n"));
  watching.reloader.reload_now();
  REQUIRE(eventually([&] { return watching.report().succeeded == 1; }));
  test::replace_by_rename(watching.file.path(), text_with("three:3"));
  CHECK(watching.becomes([&] { return watching.backend() == "three:3"; }));
}

TEST_CASE("a file that is bad, not there, or no file changes nothing, and the report says why") {
  Watching watching;
  const std::string& path = watching.file.path();
  test::replace_by_rename(path, "listen: nowhere\nroutes: []\n");
  REQUIRE(watching.becomes([&] { return watching.report().failed == 1; }));
  CHECK(watching.report().errors.size() == 2);
  CHECK(watching.report().errors[0].starts_with(path + ":1:9: listen: "));
  CHECK(watching.report().errors[1].starts_with(path + ":2:9: routes: "));
  REQUIRE(::unlink(path.c_str()) == 0);
  REQUIRE(watching.becomes([&] { return watching.report().failed == 2; }));
  CHECK(watching.report().errors == Texts{path + ":1:1: cannot be read: No such file or directory"});
  CHECK(watching.backend() == "one:1");
  test::replace_by_rename(path, watching.text);
  REQUIRE(watching.becomes([&] { return watching.report().succeeded == 1; }));
  CHECK(watching.report().errors.empty());
  CHECK(watching.report().failed == 2);
}

TEST_CASE("a log that cannot be written is a mistake of the file's, where it names another one") {
  Watching watching;
  const std::string& path = watching.file.path();
  const std::string nowhere = "log: {file: /nonexistent/log}\n";
  test::replace_by_rename(path, text_with("two:2", nowhere));
  REQUIRE(watching.becomes([&] { return watching.report().failed == 1; }));
  CHECK(watching.report().errors ==
        Texts{path + ":1:1: log.file: cannot open the log file /nonexistent/log: No such file or directory"});
  CHECK(watching.backend() == "one:1");
  const TemporaryFile log;
  test::replace_by_rename(path, text_with("two:2", "log: {file: " + log.path() + "}\n"));
  REQUIRE(watching.becomes([&] { return watching.report().succeeded == 1; }));
  CHECK(watching.backend() == "two:2");
  REQUIRE(::unlink(log.path().c_str()) == 0);
  REQUIRE(::mkdir(log.path().c_str(), 0700) == 0);  // is in the way, but nobody asks for another file
  test::replace_by_rename(path, text_with("three:3", "log: {file: " + log.path() + "}\n"));
  CHECK(watching.becomes([&] { return watching.report().succeeded == 2; }));
  REQUIRE(::rmdir(log.path().c_str()) == 0);
}

TEST_CASE("where a good file cannot be applied, that is its error, and the next one is looked at") {
  Watching watching;
  watching.throws = "no thread";
  test::replace_by_rename(watching.file.path(), text_with("two:2", "reload_interval: 20ms\n"));
  REQUIRE(watching.becomes([&] { return watching.report().failed == 1; }));
  CHECK(watching.report().errors == Texts{watching.file.path() + ":1:1: cannot be applied: no thread"});
  CHECK(watching.backend() == "one:1");
  test::replace_by_rename(watching.file.path(), text_with("three:3"));
  REQUIRE(watching.becomes([&] { return watching.report().succeeded == 1; }));
  CHECK(watching.backend() == "three:3");
}

TEST_CASE("every reload, good or bad, is an event in the log, a bad one once an error") {
  Watching watching;
  test::replace_by_rename(watching.file.path(), "listen: nowhere\nroutes: []\n");
  REQUIRE(watching.becomes([&] { return watching.report().failed == 1; }));
  test::ReadsOf reads(watching.file.path());
  REQUIRE(watching.becomes([&] { return reads.so_far() >= 3; }));
  CHECK(watching.report().failed == 1);
  test::replace_by_rename(watching.file.path(), text_with("two:2"));
  REQUIRE(watching.becomes([&] { return watching.report().succeeded == 1; }));
  watching.reloader.stop();
  const auto lines = watching.shared.close_log();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].find(R"("level":"error","event":"reload_refused","reason":")" + watching.file.path() + ":1:9: ") !=
        std::string::npos);
  CHECK(lines[1].find(R"("event":"reload_refused","reason":")" + watching.file.path() + ":2:9: ") != std::string::npos);
  CHECK(lines[2].find(R"("level":"info","event":"reloaded","file":")" + watching.file.path() +
                      R"(","needs_restart":"nothing")") != std::string::npos);
}

TEST_CASE("without a file nothing is watched, and stopping is quick and can be repeated") {
  test::TestExchange shared("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Reloader reloader(shared.services, {}, [](auto) { FAIL("nothing to apply"); });
  reloader.start();
  reloader.reload_now();
  reloader.stop();
  reloader.stop();
  CHECK(shared.services.reloads.read().succeeded == 0);
}

Config config_of(const std::string& listen, const std::string& more, size_t max_connections) {
  const ConfigResult read = parse_config("listen: " + listen + "\n" + more +
                                         "server: {max_connections: " + std::to_string(max_connections) +
                                         "}\nroutes: [{path: /, backends: [one:1]}]\n");
  REQUIRE(read.config);
  return *read.config;
}

TEST_CASE("what cannot change while it runs stays as it is and is named; the rest is what the file says (I1)") {
  const std::string admin = "admin: 127.0.0.1:2\n";
  const Config before = config_of("127.0.0.1:1", admin, 100);
  struct Row {
    Config wanted;
    Texts needs_restart;
  };
  const std::vector<Row> rows{
      {config_of("127.0.0.1:1", admin, 100), {}},
      {config_of("127.0.0.1:1", admin + "explain: true\n", 100), {}},
      {config_of("127.0.0.1:7", admin, 100), {"listen"}},
      {config_of("0.0.0.0:1", admin, 100), {"listen"}},
      {config_of("127.0.0.1:1", "admin: 127.0.0.1:7\n", 100), {"admin"}},
      {config_of("127.0.0.1:1", "", 100), {"admin"}},
      {config_of("127.0.0.1:1", admin, 101), {"server.max_connections"}},
      {config_of("127.0.0.1:7", "explain: true\n", 7), {"listen", "admin", "server.max_connections"}},
  };
  for (const Row& row : rows) {
    Texts needs_restart;
    const Config out = with_fixed_settings(row.wanted, before, before, needs_restart);
    CHECK(needs_restart == row.needs_restart);
    CHECK(out.listen == before.listen);
    CHECK(out.admin == before.admin);
    CHECK(out.server.max_connections == 100);
    CHECK(out.explain == row.wanted.explain);
  }
}

TEST_CASE("a limit that had to be lowered at start stays lowered, and is no change of the file (I1)") {
  const Config file = config_of("127.0.0.1:1", "", 10000);
  Config running = file;
  running.server.max_connections = 340;
  Texts needs_restart;
  CHECK(with_fixed_settings(file, running, file, needs_restart).server.max_connections == 340);
  CHECK(needs_restart.empty());
  const Config smaller = config_of("127.0.0.1:1", "", 340);
  CHECK(with_fixed_settings(smaller, running, file, needs_restart).server.max_connections == 340);
  CHECK(needs_restart == Texts{"server.max_connections"});
}

}  // namespace
}  // namespace glassgate
