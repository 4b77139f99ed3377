#include "gateway/probe.h"

#include "http/body.h"
#include "http/connect.h"

namespace glassgate {
namespace {

using http::BodyStatus;
using http::HeadRead;

// The time-outs here come after cut(), so that it is always the same one who says that the time is over.
constexpr Duration grace = std::chrono::seconds(1);

constexpr http::HeadLimits head_limits{16 * 1024, 100};
constexpr int max_interim_answers = 16;

bool is_our_lack(http::ConnectStatus status) {
  return status == http::ConnectStatus::no_resources || status == http::ConnectStatus::no_lookup;
}

// What connecting came to, where it came to no connection.
std::string_view describe(http::ConnectStatus status) {
  return status == http::ConnectStatus::unresolved ? "no address" : "no connection";
}

// Some of the body at the most: it does not matter what it says, only that what was announced comes.
bool is_body_whole(http::BodyReader& body, Duration timeout) {
  while (!body.done() && body.bytes_read() <= Probe::most_body_bytes) {
    const BodyStatus status = body.next(timeout).status;
    if (status != BodyStatus::data && status != BodyStatus::end) return false;
  }
  return true;
}

}  // namespace

// I1. However the asking ends, the socket is unknown to cut() before it goes.
class Probe::Watched {
 public:
  Watched(Probe& probe, const http::Socket& socket) : probe_(probe) { probe_.watch(&socket); }
  ~Watched() { probe_.watch(nullptr); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  Probe& probe_;
};

// As for a request, every address of a name has its chance.
Probe::Result Probe::run() {
  const auto waiting = [this](const http::Socket* socket) { return watch(socket); };
  http::ConnectResult opened = http::connect_to(address_.host, address_.port, config_.timeout + grace, waiting);
  Result result{false, std::string(describe(opened.status)), !is_our_lack(opened.status)};
  if (opened.status == http::ConnectStatus::connected) {
    http::Connection wire(std::move(opened.socket));
    result = ask(wire);
  }
  return is_cut() ? Result{false, "timed out"} : result;
}

Probe::Result Probe::ask(http::Connection& wire) {
  const Watched watched(*this, wire.socket);
  if (is_cut()) return {};
  const bool sent = wire.socket.write_all(request(), config_.timeout + grace).status == http::IoStatus::ok;
  return sent ? read_answer(wire) : Result{false, "no answer"};
}

std::string Probe::request() const {
  return "GET " + config_.path + " HTTP/1.1\r\nHost: " + address_.text() +
         "\r\nUser-Agent: glassgate-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

Probe::Result Probe::read_answer(http::Connection& wire) {
  const Duration timeout = config_.timeout + grace;
  http::ResponseHead head;
  http::BodyFraming framing;
  for (int answers = 0; answers <= max_interim_answers && head.status < 200; ++answers) {
    switch (http::read_head(wire, head_limits, http::EmptyLines::refuse, timeout, head.bytes)) {
      case HeadRead::complete: break;
      case HeadRead::cut:
      case HeadRead::timed_out: return {false, "no answer"};
      default: return {false, "malformed answer"};
    }
    if (http::parse_response_head(head_limits, head) != http::HeadError::none ||
        http::response_framing(head, "GET", framing) != http::FramingError::none) {
      return {false, "malformed answer"};
    }
  }
  http::BodyReader body(wire, framing, head_limits);
  return is_body_whole(body, timeout) ? judge(head.status) : Result{false, "answer cut short"};
}

Probe::Result Probe::judge(int status) const {
  const bool success = status >= config_.expect.low && status <= config_.expect.high;
  std::string what = std::to_string(status);
  if (!success) {
    what += ", expected " + std::to_string(config_.expect.low) + "-" + std::to_string(config_.expect.high);
  }
  return {success, what};
}

bool Probe::watch(const http::Socket* socket) {
  const MutexLock lock(mutex_);
  socket_ = cut_ ? nullptr : socket;
  return !cut_;
}

void Probe::cut() {
  const MutexLock lock(mutex_);
  cut_ = true;
  if (socket_ != nullptr) socket_->shutdown_both();
}

bool Probe::is_cut() {
  const MutexLock lock(mutex_);
  return cut_;
}

}  // namespace glassgate
