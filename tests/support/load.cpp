#include "support/load.h"

#include <unistd.h>

#include <utility>

namespace glassgate::test {

Load::Load(uint16_t port, int clients, bool only_gets) : port_(port), only_gets_(only_gets) {
  for (int i = 0; i < clients; ++i) clients_.emplace_back([this, i] { run(i % 2 == 0); });
}

void Load::stop() {
  stop_ = true;
  wait_for_refusal();
}

void Load::wait_for_refusal() {
  for (std::thread& client : clients_) client.join();
  clients_.clear();
}

void Load::wait_for_good(int more) {
  const int before = good_;
  if (!eventually([&] { return good_ >= before + more; })) throw TestTimeout("the load is not served");
}

std::string Load::bad() const {
  const std::lock_guard lock(mutex_);
  return bad_;
}

std::vector<std::string> Load::unanswered() const {
  const std::lock_guard lock(mutex_);
  return unanswered_;
}

void Load::run(bool keeps_connection) {
  try {
    while (!stop_) {
      Peer peer = Peer::connect_to(port_);
      if (peer.local_port() == port_) return;  // TCP can connect a port of this range to itself: nobody listens
      while (ask(peer) && keeps_connection && !stop_) {
      }
    }
  } catch (const TestTimeout& timeout) {
    note_bad(timeout.what());
  } catch (const std::runtime_error&) {  // refused
  }
}

// True when the connection goes on.
bool Load::ask(Peer& peer) {
  const int number = next_++;
  const std::string path = "/" + std::to_string(::getpid()) + "/" + std::to_string(number);
  const bool with_body = !only_gets_ && number % 3 == 0;
  peer.send((with_body ? "POST " : "GET ") + path + " HTTP/1.1\r\nHost: h\r\n" +
            (with_body ? "Content-Length: 4\r\n\r\nbody" : "\r\n"));
  const Response answer = peer.read_response();
  if (answer.head.empty()) {
    const std::lock_guard lock(mutex_);
    unanswered_.push_back(path);
    return false;
  }
  // The port of a gateway that has stopped may be some other program's by now: that is as good as refused.
  if (answer.field("X-Request-ID").empty()) throw std::runtime_error("no gateway");
  if (!answer.complete || answer.status() != 200) {
    note_bad(path + (answer.complete ? ": " : ", cut: ") + answer.head + answer.body);
    return false;
  }
  ++good_;
  return answer.field("Connection") != "close";
}

void Load::note_bad(const std::string& text) {
  const std::lock_guard lock(mutex_);
  bad_ += text + "\n";
}

}  // namespace glassgate::test
