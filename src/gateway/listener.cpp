#include "gateway/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gateway/httplib_compat.h"

namespace glassgate {
namespace {

constexpr Duration pause_after_failure = std::chrono::milliseconds(50);

// SO_REUSEADDR alone. The library would set SO_REUSEPORT, with which a second gateway on the same port silently takes half of
// the connections.
void set_listening_options(::socket_t fd) {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

uint16_t bound_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace

// The library's Server up to accept() and the hand-over to the TaskQueue; what it would do with the connection is replaced.
class Listener::AcceptServer final : public httplib::Server {
 public:
  explicit AcceptServer(Listener& owner) : owner_(owner) {
    set_socket_options(set_listening_options);
    new_task_queue = [&owner] { return make_queue(owner); };
  }
  int descriptor() const { return svr_sock_; }
  void adopt(int listening_fd) { svr_sock_ = listening_fd; }

 private:
  static httplib::TaskQueue* make_queue(Listener& owner);
  bool process_and_close_socket(::socket_t fd) override {
    owner_.on_connection(fd);
    return true;
  }
  Listener& owner_;
};

// The library deletes the queue when its accept loop ends; the workers live on.
class Listener::Queue final : public httplib::TaskQueue {
 public:
  explicit Queue(Listener& owner) : owner_(owner) {}
  EnqueueResult enqueue(std::function<void()> job) override {
    owner_.on_job(job);
    return enqueued();
  }
  void shutdown() override {}

 private:
  Listener& owner_;
};

httplib::TaskQueue* Listener::AcceptServer::make_queue(Listener& owner) {
  return new Queue(owner);  // owned by the library from here on
}

Listener::Listener(Callbacks callbacks, WorkerPool& workers, Log& log)
    : callbacks_(std::move(callbacks)), workers_(workers), log_(log) {}

Listener::~Listener() {
  stop();
}

std::string Listener::bind(const HostPort& address) {
  AcceptServer server(*this);
  const bool any_port = address.port == 0;
  const bool bound = any_port ? server.bind_to_any_port(address.host) > 0 : server.bind_to_port(address.host, address.port);
  const int fd = server.descriptor();
  // The library's backlog is 5; raised here, before the first client, because SYN retries cost hundreds of milliseconds.
  if (!bound || ::listen(fd, SOMAXCONN) != 0) {
    return "cannot listen on " + address.text() + ": " + std::strerror(errno);
  }
  listening_fd_ = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  port_ = bound_port(fd);
  ::close(fd);
  server.adopt(-1);
  return listening_fd_ < 0 ? std::string("cannot duplicate a descriptor: ") + std::strerror(errno) : "";
}

void Listener::start() {
  thread_ = std::thread(&Listener::accept_until_stopped, this);
}

void Listener::stop() {
  stopping_ = true;
  if (listening_fd_ >= 0) ::shutdown(listening_fd_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  if (listening_fd_ >= 0) ::close(listening_fd_);
  listening_fd_ = -1;
}

// The library's accept loop ends for good on most errors of accept(), and closes its descriptor. Ours is still listening.
void Listener::accept_until_stopped() {
  pthread_setname_np(pthread_self(), "accept");
  accepting_thread_ = std::this_thread::get_id();
  while (!stopping_) {
    AcceptServer server(*this);
    server.adopt(::fcntl(listening_fd_, F_DUPFD_CLOEXEC, 0));
    server.listen_after_bind();
    if (stopping_) return;
    log_.event(LogLevel::error, "accept_failed", {{"reason", std::strerror(errno)}});
    std::this_thread::sleep_for(pause_after_failure);
  }
}

// On the accepting thread.
void Listener::on_job(const WorkerPool::Job& job) {
  if (workers_.run(job)) return;
  if (callbacks_.make_room()) {
    workers_.run_when_free(job);
  } else {
    job();  // comes back to on_connection(), on this thread
  }
}

void Listener::on_connection(int fd) {
  if (std::this_thread::get_id() == accepting_thread_.load()) {
    callbacks_.refuse(fd);
  } else {
    callbacks_.serve(fd);
  }
}

}  // namespace glassgate
