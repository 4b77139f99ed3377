#include "support/test_gateway.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace glassgate::test {
namespace {

std::string temporary_file() {
  std::string path = "/tmp/glassgate-test-XXXXXX";
  const int fd = ::mkstemp(path.data());
  if (fd < 0) throw std::runtime_error("cannot make a temporary file");
  ::close(fd);
  return path;
}

std::shared_ptr<const Config> config_from(const std::string& yaml, const std::string& log_file) {
  const std::string whole = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog:\n  level: debug\n  file: " + log_file +
                            "\n" + yaml;
  ConfigResult result = parse_config(whole);
  std::string errors;
  for (const ConfigError& error : result.errors) errors += describe(error, "test.yaml") + "\n";
  if (!result.config) throw std::runtime_error(errors + whole);
  return result.config;
}

std::string server_section(const std::string& server) {
  return server.empty() ? "" : "server:\n  " + server + "\n";
}

}  // namespace

TestGateway::TestGateway(const std::string& yaml)
    : log_file_(temporary_file()), gateway_(clock_, config_from(yaml, log_file_)) {
  if (const std::string error = gateway_.start(); !error.empty()) throw std::runtime_error(error);
}

std::string TestGateway::in_front_of(const std::vector<std::string>& addresses, const std::string& server) {
  std::string out = server_section(server) + "routes:\n  - path: /\n    backends:\n";
  for (const std::string& address : addresses) out += "      - " + address + "\n";
  return out;
}

std::string TestGateway::with_upstream(const std::string& address, const std::string& upstream,
                                       const std::string& server) {
  return server_section(server) + "upstreams:\n  u:\n    backends: [\"" + address + "\"]\n    " + upstream +
         "\nroutes:\n  - path: /\n    upstream: u\n";
}

TestGateway::~TestGateway() {
  stop(true);
  ::unlink(log_file_.c_str());
}

void TestGateway::stop(bool cut_now) {
  if (stopped_) return;
  stopped_ = true;
  gateway_.drain([cut_now] { return cut_now; });
}

std::string TestGateway::exchange(std::string_view request) const {
  Peer client = connect();
  client.send(request);
  client.shutdown_write();
  return client.read_to_end();
}

std::string TestGateway::admin(const std::string& path) const {
  Peer client = Peer::connect_to(admin_port());
  client.send("GET " + path + " HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");
  const Response response = client.read_response();
  return response.status() == 200 ? response.body : "STATUS " + std::to_string(response.status());
}

std::vector<std::string> TestGateway::log_lines() const {
  std::ifstream file(log_file_);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line) && !file.eof();) lines.push_back(line);  // the whole ones: it goes on
  return lines;
}

std::vector<std::string> TestGateway::access_lines() const {
  std::vector<std::string> lines = log_lines();
  std::erase_if(lines, [](const std::string& line) { return line.find("\"event\":\"access\"") == std::string::npos; });
  return lines;
}

std::vector<std::string> TestGateway::wait_for_access_lines(size_t n) const {
  if (!eventually([&] { return access_lines().size() >= n; })) {
    throw TestTimeout("the log has " + std::to_string(access_lines().size()) + " access lines, not " +
                      std::to_string(n));
  }
  return access_lines();
}

std::string json_field(std::string_view line, std::string_view key) {
  const std::string mark = "\"" + std::string(key) + "\":";
  const size_t at = line.find(mark);
  if (at == std::string_view::npos) return "";
  std::string_view rest = line.substr(at + mark.size());
  if (!rest.starts_with('"')) return std::string(rest.substr(0, rest.find_first_of(",}]")));
  rest.remove_prefix(1);
  return std::string(rest.substr(0, rest.find('"')));
}

}  // namespace glassgate::test
