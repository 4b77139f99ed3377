#include "gateway/listener.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "gateway/httplib_compat.h"

namespace glassgate {
namespace {

constexpr Duration pause_after_failure = std::chrono::milliseconds(50);

// More, and workers fall asleep meanwhile; fewer, and newcomers stand behind all who are busy.
constexpr unsigned newcomers_a_turn = 4;

// SO_REUSEADDR alone. The library would set SO_REUSEPORT, with which a second gateway on the same port silently takes
// half of the connections.
void set_listening_options(::socket_t fd) {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

}  // namespace

// A job of the library is "process_and_close_socket(fd)": run at once, it comes straight back, and brings the
// descriptor. Only the descriptor goes to a worker, so that no worker depends on a Server that has given up.
class Listener::Queue final : public httplib::TaskQueue {
 public:
  EnqueueResult enqueue(std::function<void()> job) override {
    job();
    return enqueued();
  }
  void shutdown() override {}
};

// The library's Server up to accept() and the hand-over to the TaskQueue; what it would do with the connection is
// replaced.
class Listener::AcceptServer final : public httplib::Server {
 public:
  explicit AcceptServer(Listener& owner) : owner_(owner) {
    set_socket_options(set_listening_options);
    new_task_queue = [] { return new Queue; };  // the library deletes it
  }
  // The port, or -1.
  int bind(const HostPort& address) {
    if (address.port == 0) return bind_to_any_port(address.host);
    return bind_to_port(address.host, address.port) ? address.port : -1;
  }
  void adopt(int listening_fd) { svr_sock_ = listening_fd; }
  int release() { return svr_sock_.exchange(INVALID_SOCKET); }

 private:
  bool process_and_close_socket(::socket_t fd) override {
    owner_.on_connection(fd);
    return true;
  }
  Listener& owner_;
};

Listener::Listener(Callbacks callbacks, WorkerPool& workers, Log& log, const char* name)
    : callbacks_(std::move(callbacks)), workers_(workers), log_(log), name_(name) {}

Listener::~Listener() {
  stop();
}

std::string Listener::bind(const HostPort& address) {
  AcceptServer server(*this);
  errno = 0;
  const int port = server.bind(address);
  if (port > 0) listening_fd_ = server.release();
  // The library's backlog is 5; raised here, before the first client, because SYN retries cost hundreds of
  // milliseconds.
  if (port <= 0 || ::listen(listening_fd_, SOMAXCONN) != 0) {
    return "cannot listen on " + address.text() + ": " + (errno == 0 ? "no such address" : std::strerror(errno));
  }
  ::fcntl(listening_fd_, F_SETFD, FD_CLOEXEC);
  port_ = static_cast<uint16_t>(port);
  return "";
}

void Listener::start() {
  thread_ = std::thread(&Listener::accept_until_stopped, this);
}

void Listener::stop_accepting() {
  stopping_ = true;
  if (listening_fd_ >= 0) ::shutdown(listening_fd_, SHUT_RDWR);
}

void Listener::stop() {
  stop_accepting();
  if (thread_.joinable()) thread_.join();
  if (listening_fd_ >= 0) ::close(listening_fd_);
  listening_fd_ = -1;
}

// The library's accept loop ends for good on most errors of accept(), and closes its descriptor. Ours is still
// listening.
void Listener::accept_until_stopped() {
  pthread_setname_np(pthread_self(), name_);
  while (!stopping_) {
    const int error = accept_until_failure();
    if (stopping_) return;
    log_.event(LogLevel::error, "accept_failed", {{"reason", std::strerror(error)}});
    std::this_thread::sleep_for(pause_after_failure);
  }
}

int Listener::accept_until_failure() {
  const int fd = ::fcntl(listening_fd_, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return errno;
  try {
    AcceptServer server(*this);
    server.adopt(fd);
    server.listen_after_bind();  // closes it
    return errno;
  } catch (const std::bad_alloc&) {  // in making the server, or before its first connection
    ::close(fd);
    return ENOMEM;
  }
}

void Listener::on_connection(int fd) {
  if (!hand_over(fd)) callbacks_.refuse(fd);
  if (++accepted_ % newcomers_a_turn == 0) workers_.let_others_run();
}

bool Listener::hand_over(int fd) {
  const WorkerPool::Job job = [this, fd] { callbacks_.serve(fd); };
  try {
    return workers_.run(job) || (callbacks_.make_room() && workers_.run_when_free(job));
  } catch (const std::bad_alloc&) {  // not even for the queue
    return false;
  }
}

}  // namespace glassgate
