#include "gateway/options.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate {
namespace {

Options parse(std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  return parse_options(pointers);
}

std::string line_of(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) line += argument + " ";
  return line;
}

TEST_CASE("without arguments, the gateway runs with the config.yaml of its folder") {
  const Options options = parse({});
  CHECK(options.config_file == "config.yaml");
  CHECK_FALSE(options.check);
  CHECK_FALSE(options.help);
  CHECK_FALSE(options.version);
  CHECK(options.explain.empty());
  CHECK(options.headers.empty());
  CHECK(options.error.empty());
}

TEST_CASE("options may come in any order and combination") {
  struct Row {
    std::vector<std::string> arguments;
    std::string config_file;
    bool check = false;
    bool help = false;
    bool version = false;
  };
  const std::vector<Row> rows{
      {{"--config", "a.yaml"}, "a.yaml"},
      {{"--config=a.yaml"}, "a.yaml"},
      {{"--config", "a.yaml", "--config", "b.yaml"}, "b.yaml"},
      {{"--config", "--check"}, "--check"},  // a file may have any name
      {{"--config=a=b"}, "a=b"},
      {{"--check"}, "config.yaml", true},
      {{"--check", "--config", "a.yaml"}, "a.yaml", true},
      {{"--config=a.yaml", "--check"}, "a.yaml", true},
      {{"--help"}, "config.yaml", false, true},
      {{"-h"}, "config.yaml", false, true},
      {{"--version"}, "config.yaml", false, false, true},
      {{"--version", "--help", "--check"}, "config.yaml", true, true, true},
  };
  for (const Row& row : rows) {
    INFO(line_of(row.arguments));
    const Options options = parse(row.arguments);
    CHECK(options.error.empty());
    CHECK(options.config_file == row.config_file);
    CHECK(options.check == row.check);
    CHECK(options.help == row.help);
    CHECK(options.version == row.version);
  }
}

TEST_CASE("--explain takes a request, and -H its headers, in their order") {
  struct Row {
    std::vector<std::string> arguments;
    std::string explain;
    std::vector<std::string> headers;
  };
  const std::vector<Row> rows{
      {{"--explain", "GET /api"}, "GET /api", {}},
      {{"--explain=/api?a=b"}, "/api?a=b", {}},
      {{"--explain", "/api", "-H", "X-Version: v2"}, "/api", {"X-Version: v2"}},
      {{"-H", "a: 1", "--explain", "/api", "-H", "b: 2", "-H", "a: 3"}, "/api", {"a: 1", "b: 2", "a: 3"}},
      {{"--explain", "/api", "-H", "--config"}, "/api", {"--config"}},  // taken as it is, right or wrong
      {{"--explain", "--check"}, "--check", {}},
      {{"--explain", "/one", "--explain", "/two"}, "/two", {}},
  };
  for (const Row& row : rows) {
    INFO(line_of(row.arguments));
    const Options options = parse(row.arguments);
    CHECK(options.error.empty());
    CHECK(options.explain == row.explain);
    CHECK(options.headers == row.headers);
    CHECK(options.config_file == "config.yaml");
  }
}

TEST_CASE("what is not understood is an error that names it") {
  struct Row {
    std::vector<std::string> arguments;
    std::string error;
  };
  const std::vector<Row> rows{
      {{"--chek"}, "unknown argument: --chek"},
      {{"--check", "config.yaml"}, "unknown argument: config.yaml"},
      {{"--check=yes"}, "unknown argument: --check=yes"},
      {{""}, "unknown argument: "},
      {{"-"}, "unknown argument: -"},
      {{"--one", "--two"}, "unknown argument: --one"},
      {{"--config"}, "--config needs a file"},
      {{"--config="}, "--config needs a file"},
      {{"--check", "--config"}, "--config needs a file"},
      {{"--config", ""}, "--config needs a file"},
      {{"--explain"}, "--explain needs a request such as 'GET /api/users'"},
      {{"--explain="}, "--explain needs a request such as 'GET /api/users'"},
      {{"--explain", "", "--check"}, "--explain needs a request such as 'GET /api/users'"},
      {{"--explain", "/", "-H"}, "-H needs a header such as 'X-Version: v2'"},
      {{"--explain", "/", "-H", ""}, "-H needs a header such as 'X-Version: v2'"},
      {{"-H", "a: b"}, "-H is for --explain"},
      {{"-H", "a: b", "--check"}, "-H is for --explain"},
      {{"-Ha: b", "--explain", "/"}, "unknown argument: -Ha: b"},
  };
  for (const Row& row : rows) {
    INFO(row.error);
    CHECK(parse(row.arguments).error == row.error);
  }
}

TEST_CASE("the usage names every option, signal and exit code") {
  for (const char* const word : {"--config FILE", "--check", "--explain REQUEST", "-H HEADER", "--version", "--help",
                                 "SIGTERM", "SIGINT", "SIGHUP", "0 clean stop", "1 could not start", "2 bad usage"}) {
    const std::string sought = word;
    INFO(sought);
    CHECK(usage.find(sought) != std::string_view::npos);
  }
}

}  // namespace
}  // namespace glassgate
