#include "gateway/admin.h"

#include <pthread.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "gateway/httplib_compat.h"

namespace glassgate {
namespace {

constexpr size_t admin_threads = 4;
constexpr size_t max_request_body = 64 * 1024;
constexpr int patience_seconds = 5;
constexpr int keep_alive_seconds = 1;  // an idle client holds one of the few threads
constexpr const char* json_type = "application/json";

// As for the front door: a second gateway on this port must fail, not share it.
void set_listening_options(::socket_t fd) {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

}  // namespace

class Admin::Impl {
 public:
  explicit Impl(StatusSources the_sources) : sources(the_sources) {
    server.new_task_queue = [] { return new httplib::ThreadPool(admin_threads); };
    server.set_socket_options(set_listening_options);
    server.set_payload_max_length(max_request_body);
    server.set_read_timeout(patience_seconds);
    server.set_write_timeout(patience_seconds);
    server.set_keep_alive_timeout(keep_alive_seconds);
    server.set_tcp_nodelay(true);
    server.set_exception_handler([](const httplib::Request&, httplib::Response& answer, std::exception_ptr) {
      answer.status = 500;
      answer.set_content("{\"error\":\"internal\"}\n", json_type);
    });
    add_pages();
  }

  void add_pages() {
    server.Get("/healthz", [](const httplib::Request&, httplib::Response& answer) {
      answer.set_content("{\"status\":\"ok\"}\n", json_type);
    });
    server.Get("/readyz", [this](const httplib::Request&, httplib::Response& answer) {
      const bool ready = !sources.services.draining;
      answer.status = ready ? 200 : 503;
      answer.set_content(ready ? "{\"status\":\"ready\"}\n" : "{\"status\":\"draining\"}\n", json_type);
    });
    server.Get("/status", [this](const httplib::Request&, httplib::Response& answer) {
      answer.set_content(status_json(sources) + "\n", json_type);
    });
  }

  void listen() {
    pthread_setname_np(pthread_self(), "admin");
    server.listen_after_bind();
    ended = true;
  }

  StatusSources sources;
  httplib::Server server;
  uint16_t port = 0;
  std::atomic<bool> ended{false};
  std::thread thread;
};

Admin::Admin(StatusSources sources) : impl_(std::make_unique<Impl>(sources)) {}

Admin::~Admin() {
  stop();
}

std::string Admin::start(const HostPort& address) {
  httplib::Server& server = impl_->server;
  int port = address.port;
  if (port == 0) {
    port = server.bind_to_any_port(address.host);
  } else if (!server.bind_to_port(address.host, port)) {
    port = -1;
  }
  if (port <= 0) return "cannot listen on " + address.text() + ": " + std::strerror(errno);
  impl_->port = static_cast<uint16_t>(port);
  impl_->thread = std::thread(&Impl::listen, impl_.get());
  return "";
}

void Admin::stop() {
  if (!impl_->thread.joinable()) return;
  // stop() is without effect before the accept loop has started.
  while (!impl_->server.is_running() && !impl_->ended) std::this_thread::yield();
  impl_->server.stop();
  impl_->thread.join();
}

uint16_t Admin::port() const {
  return impl_->port;
}

}  // namespace glassgate
