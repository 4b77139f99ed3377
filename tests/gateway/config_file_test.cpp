// The file as a whole: where it is read from, how its errors are named, and what a damaged one does.
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "gateway/config.h"
#include "gateway/yaml.h"
#include "support/config_text.h"
#include "support/fifo.h"
#include "support/no_descriptors.h"

namespace glassgate {
namespace {

// A file that is gone when the test is over.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    const char* folder = std::getenv("TMPDIR");
    path_ = std::string(folder == nullptr ? "/tmp" : folder) + "/glassgate-config-XXXXXX";
    const int file = ::mkstemp(path_.data());
    REQUIRE(file >= 0);
    ::close(file);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string first_error(const std::string& path) {
  const ConfigResult result = parse_config(read_config_file(path));
  CHECK(result.config == nullptr);
  REQUIRE(result.errors.size() == 1);
  return describe(result.errors[0], "FILE");
}

// Exactly one of the two, and every error with a place and no control character.
bool is_sound(const ConfigResult& result) {
  if ((result.config != nullptr) != result.errors.empty()) return false;
  for (const ConfigError& error : result.errors) {
    if (error.line < 1 || error.column < 1 || error.message.empty()) return false;
    for (const char c : error.key + error.message) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
    }
  }
  return true;
}

TEST_CASE("an error is named by file, line, column and key") {
  CHECK(describe({12, 17, "server.header_timeout", "found \"x\""}, "config.yaml") ==
        "config.yaml:12:17: server.header_timeout: found \"x\"");
  CHECK(describe({1, 1, "", "cannot be read"}, "/etc/a.yaml") == "/etc/a.yaml:1:1: cannot be read");
}

TEST_CASE("a file is loaded as its text is") {
  const TemporaryFile file(every_key);
  const ConfigResult result = parse_config(read_config_file(file.path()));
  REQUIRE(result.config != nullptr);
  CHECK(result.config->routes.size() == 3);
}

TEST_CASE("a file that cannot be read is one error at 1:1") {
  CHECK(first_error("/nonexistent/config.yaml") == "FILE:1:1: cannot be read: No such file or directory");
  CHECK(first_error("/") == "FILE:1:1: cannot be read: Is a directory");
  CHECK(first_error("/dev/null") == "FILE:1:1: the file is empty, expected a map of settings");
  CHECK(first_error("/dev/zero") == "FILE:1:1: the file is too large; at most 2097152 bytes");
}

TEST_CASE("a want of descriptors is told apart from what is wrong with the file") {
  const TemporaryFile file("routes: []\n");
  ConfigFile out_of_them;
  {
    const test::NoDescriptors none;
    out_of_them = read_config_file(file.path());
  }
  CHECK(out_of_them.lacks_resources);
  CHECK(out_of_them.error == "cannot be read: Too many open files");
  CHECK_FALSE(read_config_file(file.path()).lacks_resources);
  CHECK_FALSE(read_config_file(file.path() + ".missing").lacks_resources);
}

TEST_CASE("a pipe is refused without waiting for its writer: what is watched is read again and again") {
  const test::Fifo fifo;
  CHECK(first_error(fifo.path()) == "FILE:1:1: cannot be read: a pipe can be read only once; expected a file");
}

TEST_CASE("the demo's configuration is good, and has the backends that the demo starts") {
  const ConfigResult result = parse_config(read_config_file("config.yaml"));  // tests run in the top folder
  for (const ConfigError& error : result.errors) MESSAGE(describe(error, "config.yaml"));
  REQUIRE(result.config != nullptr);
  CHECK(result.config->listen.text() == "127.0.0.1:9000");
  CHECK(result.config->admin == HostPort{"127.0.0.1", 9901});
  std::string backends;
  for (const BackendConfig& backend : result.config->upstreams.at(0).backends) backends += backend.address.text() + ' ';
  CHECK(backends == "127.0.0.1:9101 127.0.0.1:9102 127.0.0.1:9103 ");
}

TEST_CASE("a file cut at any byte gives a configuration or errors, never both and never neither") {
  for (size_t cut = 0; cut <= every_key.size(); ++cut) {
    CAPTURE(cut);
    CHECK(is_sound(parse_config(every_key.substr(0, cut))));
  }
}

TEST_CASE("a file without any one of its lines, or with one twice, gives a configuration or errors") {
  size_t begin = 0;
  while (begin < every_key.size()) {
    const size_t end = every_key.find('\n', begin) + 1;
    CAPTURE(every_key.substr(begin, end - begin));
    CHECK(is_sound(parse_config(every_key.substr(0, begin) + every_key.substr(end))));
    CHECK(is_sound(parse_config(every_key.substr(0, end) + every_key.substr(begin))));
    begin = end;
  }
}

TEST_CASE("a file with any one value replaced gives a configuration or errors") {
  for (const std::string value : {"~", "[]", "{}", "[[1]]", "{a: {b: c}}", "\"\\0\\e\\x9b\"", "-1",
                                  "99999999999999999999999", "\xFF", "*", "&a", "!!int 3", "|"}) {
    CAPTURE(value);
    for (size_t colon = every_key.find(": "); colon != std::string::npos; colon = every_key.find(": ", colon + 1)) {
      const size_t end = every_key.find('\n', colon);
      CHECK(is_sound(parse_config(every_key.substr(0, colon + 2) + value + every_key.substr(end))));
    }
  }
}

TEST_CASE("a file full of mistakes gets a list that ends") {
  std::string yaml = least_config + "server:\n";
  for (int i = 0; i < 5000; ++i) yaml += "  x" + std::to_string(i) + ": 1\n";
  const ConfigResult result = parse_config(yaml);
  REQUIRE(result.errors.size() == most_config_errors + 1);
  CHECK(result.errors.back().message == "so many mistakes that no more are listed");
}

TEST_CASE("behind a thousand keys that stand twice, the list still names what ends the file") {
  std::string yaml = "{a";
  for (int i = 0; i < 2000; ++i) yaml += ", a";
  const ConfigResult result = parse_config(yaml + ", []: 1}");
  REQUIRE(result.errors.size() == most_config_errors + 1);
  CHECK(result.errors[most_config_errors - 2].message == "this key stands twice; the first is in line 1");
  CHECK(result.errors[most_config_errors - 1].message.starts_with("found a list or map as a key"));
}

TEST_CASE("ten thousand routes load") {
  std::string yaml = "listen: a:1\nupstreams: {u: {backends: [a:1]}}\nroutes:\n";
  for (int i = 0; i < 10'000; ++i) yaml += "  - {path: /service/" + std::to_string(i) + ", upstream: u}\n";
  const ConfigResult result = parse_config(yaml);
  REQUIRE(result.config != nullptr);
  CHECK(result.config->routes.size() == 10'000);
}

}  // namespace
}  // namespace glassgate
