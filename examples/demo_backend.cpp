// A backend to put behind the gateway: it says who answered and what it was sent, and it falls ill on request.
//
//   demo_backend [--name NAME] [--port PORT]       PORT 0: any free one; the line that is printed names it
//
//   /health                      200 while it is well
//   /echo                        what was received, as JSON (any method)
//   /slow?ms=500                 answers that much later
//   /fail?status=503             answers that status, 400 to 599
//   /hang?ms=600000              says nothing for that long
//   /big?bytes=1048576           that many bytes, with Content-Length, or chunked with &chunked=1
//   any other path               who answered what
// and switches for everything but themselves, so that a person can make it ill and heal it again:
//   /admin/fail?on=1&status=503  every answer, also /health, is that status; on=0 heals
//   /admin/slow?ms=300           every answer takes that long; ms=0 heals
//   /flip                        turns /admin/fail on or off
//
// It serves through cpp-httplib's own parser, which knows nine methods and reads no body of a GET. The gateway does
// neither: what it relays is not limited by what this backend can take.
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "demo/answers.h"

namespace glassgate::demo {
namespace {

constexpr size_t threads = 128;             // a connection each, so also how many the gateway may keep open
constexpr time_t keep_alive_seconds = 100;  // longer than a gateway's pool keeps a connection: the pool closes first
constexpr size_t requests_per_connection = 1000000;
constexpr time_t pause_seconds = 60;  // the longest pause inside a body

// The library asks the kernel to queue five connections; a gateway under load opens more than that at once.
class Server final : public httplib::Server {
 public:
  void queue_more_connections() { ::listen(svr_sock_, SOMAXCONN); }
};

struct Options {
  std::string name = "demo";
  int port = 0;
};

// Takes the whole body, however long, and keeps only its beginning.
ReceivedBody receive(const httplib::Request& request, const httplib::ContentReader& read) {
  ReceivedBody body;
  const auto take = [&body](const char* data, size_t size) {
    body.bytes += size;
    body.start.append(data, std::min(size, ReceivedBody::kept - body.start.size()));
    return true;
  };
  if (request.is_multipart_form_data()) {  // the library insists on taking the parts apart
    read([](const auto&) { return true; }, take);
  } else {
    read(take);
  }
  return body;
}

void configure(httplib::Server& server, const std::string& name) {
  server.new_task_queue = [] { return new httplib::ThreadPool(threads); };
  server.set_tcp_nodelay(true);
  // Not the library's SO_REUSEPORT: a second backend on a port that is taken must fail, not take half of the calls.
  server.set_socket_options([](socket_t socket) {
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  server.set_default_headers({{"X-Backend", name}});
  server.set_keep_alive_max_count(requests_per_connection);
  server.set_keep_alive_timeout(keep_alive_seconds);
  server.set_read_timeout(pause_seconds);
  server.set_write_timeout(pause_seconds);
  server.set_payload_max_length(std::numeric_limits<size_t>::max());
}

void route_everything_to(DemoBackend& backend, httplib::Server& server) {
  const auto without_body = [&backend](const httplib::Request& request, httplib::Response& response) {
    answer({backend, request, {}, response});
  };
  const auto with_body = [&backend](const httplib::Request& request, httplib::Response& response,
                                    const httplib::ContentReader& read) {
    answer({backend, request, receive(request, read), response});
  };
  const char* const every_path = ".*";
  server.Get(every_path, without_body);  // and HEAD
  server.Options(every_path, without_body);
  server.Post(every_path, with_body);
  server.Put(every_path, with_body);
  server.Patch(every_path, with_body);
  server.Delete(every_path, with_body);
}

std::optional<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (size_t i = 0; i < arguments.size(); i += 2) {
    if (i + 1 == arguments.size()) return std::nullopt;
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--name") {
      options.name = value;
    } else if (arguments[i] == "--port") {
      const auto port = parse_decimal(value);
      if (!port || *port > 65535) return std::nullopt;
      options.port = static_cast<int>(*port);
    } else {
      return std::nullopt;
    }
  }
  return options;
}

// The port, or nullopt when it is taken.
std::optional<int> bind(httplib::Server& server, int port) {
  const std::string loopback = "127.0.0.1";
  if (port != 0) return server.bind_to_port(loopback, port) ? std::optional(port) : std::nullopt;
  const int chosen = server.bind_to_any_port(loopback);
  return chosen > 0 ? std::optional(chosen) : std::nullopt;
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

int run(const Options& options) {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before there are threads, which inherit it
  std::signal(SIGPIPE, SIG_IGN);

  std::promise<void> stop;
  DemoBackend backend{options.name, stop.get_future().share()};
  Server server;
  configure(server, options.name);
  route_everything_to(backend, server);
  const auto port = bind(server, options.port);
  if (!port) {
    std::cerr << options.name << ": cannot listen on 127.0.0.1:" << options.port << ": the port is taken\n";
    return 1;
  }
  server.queue_more_connections();
  std::cout << options.name << " listens on 127.0.0.1:" << *port << std::endl;

  auto listening = std::async(std::launch::async, [&server] {
    server.listen_after_bind();
    ::kill(::getpid(), SIGTERM);  // also when accepting failed: main waits for a signal
  });
  int received = 0;
  sigwait(&signals, &received);
  stop.set_value();
  server.stop();
  // Answers on their way get a moment. The library's threads also wait for idle connections, and those may stay long:
  // so the process ends without them.
  listening.wait_for(std::chrono::seconds(1));
  std::_Exit(0);
}

}  // namespace
}  // namespace glassgate::demo

int main(int argc, char** argv) {
  const auto options = glassgate::demo::parse_options({argv + 1, argv + argc});
  if (!options) {
    std::cerr << "usage: demo_backend [--name NAME] [--port PORT]\n";
    return 2;
  }
  return glassgate::demo::run(*options);
}
