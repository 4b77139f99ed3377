#include "gateway/gateway.h"

#include <sys/socket.h>

#include <new>
#include <system_error>

#include "gateway/client_loop.h"
#include "gateway/version.h"
#include "http/connect.h"

namespace glassgate {
namespace {

// How often a drain looks around. Also the time that a client gets for its next request when it has just had an
// answer: it cannot know yet that this was the last one here.
constexpr Duration drain_step = std::chrono::milliseconds(50);

IpAddress peer_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return IpAddress::from(reinterpret_cast<const sockaddr&>(address));
}

}  // namespace

Gateway::Gateway(const Clock& clock, std::shared_ptr<const Config> config, Reloader::Source file)
    : config_(std::move(config)),
      log_(clock),
      services_(clock, log_),
      workers_(config_->server.max_connections, WorkerPool::usual_keep_for, "conn", 0, &services_.yield),
      housekeeper_(services_, Housekeeper::usual_interval, refused_that_fit(descriptor_limit())),
      prober_(services_),
      reloader_(services_, std::move(file), [this](std::shared_ptr<const Config> next) { apply(std::move(next)); }),
      listener_({[this](int fd) { serve(fd); }, [this](int fd) { refuse(fd); },
                 [this] { return services_.connections.close_longest_idle(); }},
                workers_, log_) {}

Gateway::~Gateway() {
  if (running_) drain([] { return true; });
}

std::string Gateway::start() {
  std::string error;
  try {
    error = start_parts();
  } catch (const std::system_error& no_thread) {
    error = std::string("cannot start a thread: ") + no_thread.what();
  } catch (const std::bad_alloc&) {
    error = "cannot start: no memory";
  }
  running_ = error.empty();
  if (running_) return "";
  stop_parts();
  log_.close();
  return error;
}

// What can fail comes first. Clients are accepted last, when everything that they need is there.
std::string Gateway::start_parts() {
  if (std::string error = log_.open(config_->log); !error.empty()) return error;
  http::load_name_services();
  services_.runtime.swap_in(std::make_shared<const Runtime>(config_, nullptr));
  services_.reloads.note_start(services_.clock.wall());
  if (std::string error = listener_.bind(config_->listen); !error.empty()) return error;
  if (config_->admin) {
    admin_ = std::make_unique<Admin>(StatusSources{services_, workers_, services_.clock.wall()});
    if (std::string error = admin_->start(*config_->admin); !error.empty()) return error;
  }
  housekeeper_.start();
  prober_.start();
  prober_.update(*services_.runtime.current());
  reloader_.start();
  listener_.start();
  log_.event(LogLevel::info, "started",
             {{"version", version}, {"listen", HostPort{config_->listen.host, port()}.text()}});
  return "";
}

void Gateway::reload() {
  log_.reopen();
  reloader_.reload_now();
}

void Gateway::apply(std::shared_ptr<const Config> config) {
  const auto before = services_.runtime.current();
  const auto next = std::make_shared<const Runtime>(std::move(config), before.get());
  services_.runtime.swap_in(next);
  log_.configure(next->config().log);
  prober_.update(*next);
}

void Gateway::serve(int fd) {
  http::Socket socket(fd);
  try {
    ClientConnection client(std::move(socket), peer_of(fd));
    const Registration registration(services_.connections, client);
    serve_connection(client, services_);
  } catch (const std::bad_alloc&) {  // none to begin with: that ends this connection, and no other
  }
}

void Gateway::refuse(int fd) {
  http::Socket socket(fd);
  try {
    ClientConnection client(std::move(socket), peer_of(fd));
    refuse_connection(client, services_);
    housekeeper_.close_later(std::move(client.wire.socket));
  } catch (const std::bad_alloc&) {  // then it is closed at once
  }
}

void Gateway::drain(const std::function<bool()>& cut_now) {
  running_ = false;
  services_.draining = true;
  log_.event(LogLevel::info, "draining", {{"connections", services_.connections.size()}});
  listener_.stop_accepting();
  reloader_.stop();
  wait_until_drained(cut_now);
  const size_t cut = services_.connections.cut_all();
  stop_parts();
  log_.event(cut > 0 ? LogLevel::warn : LogLevel::info, "stopped", {{"requests_cut", cut}});
  log_.close();
}

// A connection that was accepted a moment ago is a worker's job before it is in the registry: so the workers are asked.
void Gateway::wait_until_drained(const std::function<bool()>& cut_now) {
  const TimePoint deadline = services_.clock.now() + services_.runtime.current()->config().server.drain_timeout;
  do services_.connections.close_idle_since(services_.clock.now() - drain_step);
  while (!workers_.wait_until_idle(drain_step) && !cut_now() && services_.clock.now() < deadline);
}

// Who gives work to others is stopped before them; the log, which all may use, outlives them.
void Gateway::stop_parts() {
  listener_.stop();
  workers_.stop();
  reloader_.stop();
  prober_.stop();
  housekeeper_.stop();
  if (admin_) admin_->stop();
}

}  // namespace glassgate
