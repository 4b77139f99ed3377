#include "gateway/admin.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>

#include "base/mutex.h"
#include "base/strings.h"
#include "gateway/httplib_compat.h"

namespace glassgate {
namespace {

constexpr size_t admin_threads = 4;
constexpr size_t max_request_body = 64 * 1024;
constexpr int patience_seconds = 5;
constexpr Duration pause_after_failure = std::chrono::milliseconds(50);
constexpr Duration stop_step = std::chrono::milliseconds(10);
constexpr int steps_before_cutting = 20;
constexpr const char* json_type = "application/json";

// As for the front door: a second gateway on this port must fail, not share it.
void set_listening_options(::socket_t fd) {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

uint16_t local_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port) : uint16_t{0};
}

// The library does not tell whom it serves, and waits without limit for a client that sends a byte now and then. Its
// connections are the sockets of this process whose own end is the admin's port.
void cut_connections_to(uint16_t port) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", none)) {
    const auto number = parse_decimal(entry.path().filename().native());
    if (!number) continue;
    const int fd = static_cast<int>(*number);
    if (local_port(fd) == port) ::shutdown(fd, SHUT_RDWR);
  }
}

// The library's Server, which can be made to listen a second time.
class ListeningAgain final : public httplib::Server {
 public:
  // After its accept loop has given up: it has closed its socket, but would close that number once more.
  void forget_socket() {
    svr_sock_ = INVALID_SOCKET;
    stop();  // newer releases refuse to bind again before
  }
};

}  // namespace

class Admin::Impl {
 public:
  explicit Impl(StatusSources the_sources) : sources(the_sources) {
    server.new_task_queue = [] { return new httplib::ThreadPool(admin_threads); };
    server.set_socket_options(set_listening_options);
    server.set_payload_max_length(max_request_body);
    server.set_read_timeout(patience_seconds);
    server.set_write_timeout(patience_seconds);
    server.set_tcp_nodelay(true);
    server.set_exception_handler([](const httplib::Request&, httplib::Response& answer, const std::exception_ptr&) {
      answer.status = 500;
      answer.set_content("{\"error\":\"internal\"}\n", json_type);
    });
    server.set_keep_alive_max_count(1);
    server.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      return answer(request, response);
    });
  }

  // Pages are found by comparing, before the library routes: its own table matches with std::regex. It does not read a
  // body that comes with such a request, which is why a connection serves one request (set_keep_alive_max_count).
  httplib::Server::HandlerResponse answer(const httplib::Request& request, httplib::Response& response) const {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (reads && request.path == "/healthz") {
      response.set_content("{\"status\":\"ok\"}\n", json_type);
    } else if (reads && request.path == "/readyz") {
      const bool ready = !sources.services.draining;
      response.status = ready ? 200 : 503;
      response.set_content(ready ? "{\"status\":\"ready\"}\n" : "{\"status\":\"draining\"}\n", json_type);
    } else if (reads && request.path == "/status") {
      response.set_content(status_json(sources) + "\n", json_type);
    } else {
      response.status = 404;
      response.set_content("{\"error\":\"no_such_page\"}\n", json_type);
    }
    return httplib::Server::HandlerResponse::Handled;
  }

  // The port in use, or -1.
  int bind(const std::string& host, int wanted) {
    if (wanted == 0) return server.bind_to_any_port(host);
    return server.bind_to_port(host, wanted) ? wanted : -1;
  }

  void listen() {
    pthread_setname_np(pthread_self(), "admin");
    do server.listen_after_bind();
    while (!stopping && listens_again());
    ended = true;
  }

  // The library's accept loop ends, and closes its socket, on errors that a later accept() would not have.
  bool listens_again() {
    server.forget_socket();
    while (!stopping) {
      if (bind_again()) return true;
      std::this_thread::sleep_for(pause_after_failure);
    }
    return false;
  }

  // One at a time with close_socket(): the descriptor that this thread opens is the one that the owner's thread closes.
  bool bind_again() {
    const MutexLock lock(socket_mutex);
    return bind(address.host, address.port) > 0;
  }
  void close_socket() {
    const MutexLock lock(socket_mutex);
    server.stop();
  }

  StatusSources sources;
  ListeningAgain server;
  HostPort address;  // with the port in use
  std::atomic<bool> stopping{false};
  std::atomic<bool> ended{false};
  Mutex socket_mutex;
  std::thread thread;
};

Admin::Admin(StatusSources sources) : impl_(std::make_unique<Impl>(sources)) {}

Admin::~Admin() {
  stop();
}

std::string Admin::start(const HostPort& address) {
  const int port = impl_->bind(address.host, address.port);
  if (port <= 0) return "cannot listen on " + address.text() + ": " + std::strerror(errno);
  impl_->address = {address.host, static_cast<uint16_t>(port)};
  impl_->thread = std::thread(&Impl::listen, impl_.get());
  return "";
}

void Admin::stop() {
  if (!impl_->thread.joinable()) return;
  impl_->stopping = true;
  // stop() is without effect before the accept loop has started.
  while (!impl_->server.is_running() && !impl_->ended) std::this_thread::yield();
  impl_->close_socket();
  for (int step = 0; !impl_->ended; ++step) {
    if (step >= steps_before_cutting) cut_connections_to(impl_->address.port);
    std::this_thread::sleep_for(stop_step);
  }
  impl_->thread.join();
}

uint16_t Admin::port() const {
  return impl_->address.port;
}

}  // namespace glassgate
