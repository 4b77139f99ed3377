#include "gateway/probe.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "gateway/httplib_compat.h"
#include "http/connect.h"

namespace glassgate {
namespace {

// The library's own time-outs come after cut(), so that it is always the same one who says that the time is over.
constexpr Duration grace = std::chrono::seconds(1);

void set_timeouts(httplib::ClientImpl& client, Duration timeout) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(timeout - seconds);
  client.set_connection_timeout(seconds.count(), rest.count());
  client.set_read_timeout(seconds.count(), rest.count());
  client.set_write_timeout(seconds.count(), rest.count());
}

}  // namespace

Probe::~Probe() {
  forget();
}

// As for a request, every address of a name has its chance. The look-up is ours, because it can be cut.
Probe::Result Probe::run() {
  const auto deadline = std::chrono::steady_clock::now() + config_.timeout;
  const auto go_on = [this](const http::Socket*) { return !is_cut(); };
  Result result{false, "no address"};
  for (const http::SocketAddress& address : http::resolve(address_.host, address_.port, deadline, go_on)) {
    bool connected = false;
    result = ask(IpAddress::from(*address.get()).text(), connected);
    if (connected || is_cut()) break;
  }
  return is_cut() ? Result{false, "timed out"} : result;
}

Probe::Result Probe::ask(const std::string& ip, bool& connected) {
  httplib::ClientImpl client(ip, address_.port);
  set_timeouts(client, config_.timeout + grace);
  client.set_keep_alive(false);
  client.set_socket_options([this](::socket_t fd) { watch(fd); });
  int status = 0;
  size_t bytes = 0;
  const httplib::Headers headers{{"User-Agent", "glassgate-probe"}, {"Host", address_.text()}};
  const auto on_head = [&](const httplib::Response& answer) {
    status = answer.status;
    return true;
  };
  const auto on_body = [&](const char*, size_t n) { return (bytes += n) <= most_body_bytes; };
  const httplib::Result result = client.Get(config_.path, headers, on_head, on_body);
  forget();
  if (result) status = result->status;  // the library calls no on_head for a 204
  connected = result || result.error() != httplib::Error::Connection;
  if (!connected) return {false, "no connection"};
  if (result || bytes > most_body_bytes) return judge(status);
  return {false, status == 0 ? "no answer" : "answer cut short"};
}

Probe::Result Probe::judge(int status) const {
  const bool success = status >= config_.expect.low && status <= config_.expect.high;
  std::string what = std::to_string(status);
  if (!success) {
    what += ", expected " + std::to_string(config_.expect.low) + "-" + std::to_string(config_.expect.high);
  }
  return {success, what};
}

void Probe::watch(int fd) {
  forget();  // of an address of the same name that was tried before
  const MutexLock lock(mutex_);
  duplicate_ = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (cut_ && duplicate_ >= 0) ::shutdown(duplicate_, SHUT_RDWR);
}

void Probe::forget() {
  const MutexLock lock(mutex_);
  if (duplicate_ >= 0) ::close(duplicate_);
  duplicate_ = -1;
}

void Probe::cut() {
  const MutexLock lock(mutex_);
  cut_ = true;
  if (duplicate_ >= 0) ::shutdown(duplicate_, SHUT_RDWR);
}

bool Probe::is_cut() {
  const MutexLock lock(mutex_);
  return cut_;
}

}  // namespace glassgate
