// The real program, as a person or a service manager starts it: what it prints, and with what it exits.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "gateway/options.h"
#include "gateway/version.h"
#include "support/gateway_process.h"
#include "support/net.h"
#include "support/process.h"

namespace glassgate {
namespace {

using test::GatewayProcess;
using test::glassgate_program;
using test::Process;
using test::TemporaryFile;
using test::TestGateway;

struct Ending {
  int code = -1;
  std::string out;
  std::string err;
};

Ending run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), glassgate_program());
  Process process(arguments);
  const int code = process.wait();
  return {code, process.out(), process.err()};
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

const std::string good = "listen: 127.0.0.1:0\nroutes:\n  - path: /\n    backends: [127.0.0.1:9101]\n";

TEST_CASE("--help and --version print to stdout and exit with 0") {
  CHECK(run({"--help"}).out == usage);
  CHECK(run({"--version"}).out == "glassgate " + std::string(version) + "\n");
  for (const char* const argument : {"--help", "-h", "--version"}) {
    const Ending ending = run({argument, "--config", "/nowhere.yaml"});
    CHECK(ending.code == 0);
    CHECK(ending.err.empty());
  }
}

TEST_CASE("what is not understood on the command line exits with 2, with the reason and the usage") {
  for (const auto& [argument, error] :
       std::vector<std::pair<std::string, std::string>>{{"--colour", "glassgate: unknown argument: --colour"},
                                                        {"config.yaml", "glassgate: unknown argument: config.yaml"},
                                                        {"--config", "glassgate: --config needs a file"}}) {
    const std::string name = argument;
    INFO(name);
    const Ending ending = run({argument});
    CHECK(ending.code == 2);
    CHECK(ending.out.empty());
    CHECK(ending.err == error + "\n" + std::string(usage));
  }
}

TEST_CASE("--check prints ok for a good file, and starts nothing") {
  const TemporaryFile config(good);
  const Ending ending = run({"--check", "--config", config.path()});
  CHECK(ending.code == 0);
  CHECK(ending.out == "ok\n");
  CHECK(ending.err.empty());

  const uint16_t port = test::unused_port();
  test::ScriptedUpstream taken([](test::Peer&, int) {});
  const TemporaryFile busy("listen: " + taken.address() + "\nadmin: 127.0.0.1:" + std::to_string(port) +
                           "\nlog: {file: /nowhere/log}\nroutes:\n  - path: /\n    backends: [127.0.0.1:9101]\n");
  CHECK(run({"--config=" + busy.path(), "--check"}).out == "ok\n");  // neither a port nor the log is touched
}

TEST_CASE(
    "every error of a bad file is printed with file:line:column, and the exit code is 2, with --check or without") {
  const TemporaryFile config("listen: nowhere\nserver:\n  max_conections: 5\n  idle_timeout: soon\nroutes: []\n");
  const std::string& file = config.path();
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--config", file}, std::vector<std::string>{"--config", file, "--check"}}) {
    const Ending ending = run(arguments);
    CHECK(ending.code == 2);
    CHECK(ending.out.empty());
    INFO(ending.err);
    for (const char* const place :
         {":1:9: listen: ", ":3:3: server.max_conections: ", ":4:17: server.idle_timeout: ", ":5:9: routes: "}) {
      const std::string where = file + place;
      INFO(where);
      CHECK(ending.err.find(where) != std::string::npos);
    }
    CHECK(ending.err.find("max_connections") != std::string::npos);  // the nearest key there is
    CHECK(std::count(ending.err.begin(), ending.err.end(), '\n') == 4);
  }
}

TEST_CASE("a configuration that cannot be read exits with 2 and names the file") {
  for (const char* const file : {"/nowhere/config.yaml", "/"}) {
    const std::string name = file;
    INFO(name);
    const Ending ending = run({"--config", file});
    CHECK(ending.code == 2);
    CHECK(ending.out.empty());
    CHECK(ending.err.starts_with(name + ":1:1: "));
  }
}

const std::string routed =
    "listen: nowhere.invalid:1\nlog: {file: /nowhere/log}\nroutes:\n"
    "  - {path: /api, backends: [127.0.0.1:9101]}\n"
    "  - {path: /api, headers: {X-Version: v2}, backends: [\"127.0.0.1:9102\"]}\n"
    "  - {path: /only, methods: [GET], backends: [127.0.0.1:9103]}\n";

TEST_CASE("--explain prints the route and the backends that a request would get, and starts nothing") {
  const TemporaryFile config(routed);
  struct Row {
    std::vector<std::string> arguments;
    std::string line;
  };
  const std::vector<Row> rows{
      {{"--explain", "GET /api/x"}, "  backend    127.0.0.1:9101          weight 1"},
      {{"--explain", "GET /api/x", "-H", "X-Version: v2"}, "  backend    127.0.0.1:9102          weight 1"},
      {{"-H", "X-Version: v2", "--explain=/api/x"}, "  backend    127.0.0.1:9102          weight 1"},
      {{"--explain", "/api", "-H", "A: b", "-H", "x-version: v1"},
       "    /api {X-Version: v2}                  its headers do not match"},
      {{"--explain", "GET /nowhere"}, "  no route: 404"},
      {{"--explain", "POST /only"}, "  no route: 405, Allow: GET"},
  };
  for (const Row& row : rows) {
    INFO(row.line);
    std::vector<std::string> arguments{"--config", config.path()};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    const Ending ending = run(arguments);
    CHECK(ending.code == 0);
    CHECK(ending.err.empty());
    CHECK(has_line(ending.out, row.line));
  }
}

TEST_CASE("--explain exits with 2 for a malformed request, a bad configuration, and a header without a request") {
  const TemporaryFile config(routed);
  const TemporaryFile bad("listen: nowhere\nroutes: []\n");
  const Ending malformed = run({"--config", config.path(), "--explain", "GET no slash"});
  CHECK(malformed.code == 2);
  CHECK(malformed.out.empty());
  CHECK(malformed.err.starts_with("glassgate: --explain: "));
  const Ending header = run({"--config", config.path(), "--explain", "GET /", "-H", "no colon"});
  CHECK(header.code == 2);
  CHECK(header.err.starts_with("glassgate: --explain: "));
  const Ending file = run({"--config", bad.path(), "--explain", "GET /"});
  CHECK(file.code == 2);
  CHECK(file.out.empty());
  CHECK(std::count(file.err.begin(), file.err.end(), '\n') == 2);
  CHECK(file.err.starts_with(bad.path() + ":1:9: listen: "));
  const Ending alone = run({"--config", config.path(), "-H", "X: y"});
  CHECK(alone.code == 2);
  CHECK(alone.err == "glassgate: -H is for --explain\n" + std::string(usage));
}

TEST_CASE("a port that is taken exits with 1 and says which address") {
  test::ScriptedUpstream taken([](test::Peer&, int) {});
  const std::string rest = "\nroutes:\n  - path: /\n    backends: [127.0.0.1:9101]\nlog: {file: /dev/null}\n";
  for (const std::string& listening :
       {"listen: " + taken.address(), "listen: 127.0.0.1:0\nadmin: " + taken.address()}) {
    INFO(listening);
    const TemporaryFile config(listening + rest);
    const Ending ending = run({"--config", config.path()});
    CHECK(ending.code == 1);
    CHECK(ending.out.empty());
    CHECK(ending.err == "glassgate: cannot listen on " + taken.address() + ": Address already in use\n");
  }
}

TEST_CASE("a second gateway on the port of the first does not start: a port is never shared") {
  GatewayProcess first(TestGateway::in_front_of({"127.0.0.1:1"}));
  const std::string address = "127.0.0.1:" + std::to_string(first.port());
  const TemporaryFile config("listen: " + address + "\nroutes:\n  - path: /\n    backends: [127.0.0.1:9101]\n");
  const Ending second = run({"--config", config.path()});
  CHECK(second.code == 1);
  CHECK(second.err == "glassgate: cannot listen on " + address + ": Address already in use\n");
  CHECK_FALSE(first.process().has_ended());
  first.process().signal(SIGTERM);
  CHECK(first.process().wait() == 0);
  CHECK(first.process().out().empty());
}

TEST_CASE("a log that cannot be opened exits with 1 and says which") {
  const TemporaryFile config(good + "log: {file: /nowhere/at.log}\n");
  const Ending ending = run({"--config", config.path()});
  CHECK(ending.code == 1);
  CHECK(ending.err == "glassgate: cannot open the log file /nowhere/at.log: No such file or directory\n");
}

TEST_CASE("port 0 is announced on stderr as what it became; the log on stdout says so, too") {
  const TemporaryFile config(good + "admin: 127.0.0.1:0\n");
  Process process({glassgate_program(), "--config", config.path()});
  const std::string announced = process.wait_for_err_line("listens on ");
  CHECK(announced.starts_with("glassgate " + std::string(version) + " listens on 127.0.0.1:"));
  CHECK(announced.find(", admin on 127.0.0.1:") != std::string::npos);
  CHECK(announced.find(":0") == std::string::npos);
  const size_t at = announced.find("127.0.0.1:");
  const std::string address = announced.substr(at, announced.find(',') - at);
  CHECK(test::eventually([&] { return process.out().find("\"listen\":\"" + address + "\"") != std::string::npos; }));
  process.signal(SIGINT);
  CHECK(process.wait() == 0);
  CHECK(process.out().find("\"event\":\"stopped\"") != std::string::npos);
}

TEST_CASE("the limit of descriptors is raised to the hard limit at start") {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit lower = before;
  lower.rlim_cur = 128;
  setrlimit(RLIMIT_NOFILE, &lower);
  GatewayProcess gateway(TestGateway::in_front_of({"127.0.0.1:1"}));
  setrlimit(RLIMIT_NOFILE, &before);
  rlimit raised{};
  ::prlimit(gateway.process().pid(), RLIMIT_NOFILE, nullptr, &raised);
  CHECK(raised.rlim_cur == before.rlim_max);
}

TEST_CASE("more connections than descriptors have room for are not promised: the limit is lowered, with a message") {
  GatewayProcess gateway(TestGateway::in_front_of({"127.0.0.1:1"}, "max_connections: 10000"), 1000);
  const std::string text = gateway.process().err();
  CHECK(has_line(text,
                 "glassgate: server.max_connections is 10000, but the limit of file descriptors (ulimit -Hn) has "
                 "room for 405; using 405"));
  CHECK(gateway.admin("/status").find("\"limit\":405") != std::string::npos);

  GatewayProcess roomy(TestGateway::in_front_of({"127.0.0.1:1"}, "max_connections: 405"), 1000);
  CHECK(roomy.process().err().find("max_connections") == std::string::npos);
}

}  // namespace
}  // namespace glassgate
