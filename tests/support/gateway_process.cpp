#include "support/gateway_process.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace glassgate::test {
namespace {

// The number behind `mark`, which ends in "127.0.0.1:".
uint16_t port_behind(const std::string& text, const std::string& mark) {
  const size_t at = text.find(mark);
  if (at == std::string::npos) throw std::runtime_error("no \"" + mark + "\" in: " + text);
  return static_cast<uint16_t>(std::atoi(text.c_str() + at + mark.size()));
}

}  // namespace

GatewayProcess::GatewayProcess(const std::string& yaml, unsigned long most_descriptors)
    : config_(whole(yaml, log_.path())), process_({glassgate_program(), "--config", config_.path()}, most_descriptors) {
  const std::string announced = process_.wait_for_err_line("admin on ");
  port_ = port_behind(announced, "listens on 127.0.0.1:");
  admin_port_ = port_behind(announced, "admin on 127.0.0.1:");
}

std::string GatewayProcess::whole(const std::string& yaml, const std::string& log_path) {
  return "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog:\n  level: debug\n  file: " + log_path + "\n" + yaml;
}

std::string GatewayProcess::admin(const std::string& path) const {
  Peer client = Peer::connect_to(admin_port_);
  client.send("GET " + path + " HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");
  const Response response = client.read_response();
  return response.status() == 200 ? response.body : "STATUS " + std::to_string(response.status());
}

std::vector<std::string> GatewayProcess::log_lines(const std::string& mark) const {
  const std::string text = log_.text();
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (line.find(mark) != std::string_view::npos) lines.emplace_back(line);
    begin = end + 1;
  }
  return lines;
}

std::vector<std::string> GatewayProcess::wait_for_log_lines(const std::string& mark, size_t n) const {
  if (!eventually([&] { return log_lines(mark).size() >= n; })) throw TestTimeout("not in the log: " + mark);
  return log_lines(mark);
}

bool refuses_connections(uint16_t port) {
  try {
    return Peer::connect_to(port).local_port() == port;  // TCP can connect a port of this range to itself
  } catch (const std::runtime_error&) {
    return true;
  }
}

}  // namespace glassgate::test
