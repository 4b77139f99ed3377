#include "support/test_exchange.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "gateway/request_check.h"

namespace glassgate::test {
namespace {

std::shared_ptr<const Config> config_of(const std::string& yaml) {
  ConfigResult result = parse_config("listen: 127.0.0.1:0\n" + yaml);
  if (!result.config) throw std::runtime_error(describe(result.errors.at(0), yaml));
  return result.config;
}

}  // namespace

TestExchange::Ends TestExchange::connected_pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) throw std::runtime_error("no pair of sockets");
  return {fds[0], fds[1]};
}

TestExchange::TestExchange(const std::string& request, const Setup& setup)
    : TestExchange(request, setup, connected_pair()) {}

TestExchange::TestExchange(const std::string& request, const Setup& setup, Ends ends)
    : log(clock),
      services(clock, log),
      log_file_("/tmp/glassgate-exchange-XXXXXX"),
      client_end_(ends.client),
      client_(http::Socket(ends.gateway), IpAddress::parse(setup.peer).value()),
      x(client_, services) {
  ::close(::mkstemp(log_file_.data()));
  const auto config = config_of(setup.config);
  log.open({LogLevel::debug, true, log_file_});
  services.runtime.swap_in(std::make_shared<const Runtime>(config, nullptr));
  x.runtime = services.runtime.current();
  x.started = clock.now();
  x.started_wall = clock.wall();
  x.response.set_timeout(config->server.body_timeout);
  const size_t head_size = request.find("\r\n\r\n") + 4;
  x.request.bytes = request.substr(0, head_size);
  client_end_.send(request.substr(head_size));
  check_request(x);
}

TestExchange::~TestExchange() {
  log.close();
  ::unlink(log_file_.c_str());
}

const Backend& TestExchange::route() {
  const RouteMatch match = x.runtime->routes().match(
      {x.request.method, x.host, x.path, x.target.query, x.request.fields});
  if (match.route == nullptr) throw std::runtime_error("no route");
  x.route = match.route;
  x.upstream = &x.runtime->upstream_of(match.index);
  x.backend = x.upstream->backends.front().get();
  return *x.backend;
}

std::vector<std::string> TestExchange::close_log() {
  log.close();
  std::ifstream file(log_file_);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace glassgate::test
