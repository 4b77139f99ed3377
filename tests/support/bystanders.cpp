#include "support/bystanders.h"

#include <algorithm>
#include <exception>

#include "support/net.h"

namespace glassgate::test {
namespace {

// Often enough to feel what happens, seldom enough to leave the processor to it.
constexpr std::chrono::milliseconds pause{5};

}  // namespace

Bystanders::Bystanders(uint16_t port, std::string path, std::string body, int clients)
    : port_(port),
      request_("GET " + std::move(path) + " HTTP/1.1\r\nHost: bystander\r\n\r\n"),
      body_(std::move(body)),
      latencies_(static_cast<size_t>(clients)) {
  for (size_t i = 0; i < latencies_.size(); ++i) threads_.emplace_back(&Bystanders::run, this, i);
}

void Bystanders::run(size_t number) {
  try {
    Peer peer = Peer::connect_to(port_);
    while (!stopping_ && ask(peer, number)) std::this_thread::sleep_for(pause);
  } catch (const std::exception& error) {
    note_failure(error.what());
  }
}

bool Bystanders::ask(Peer& peer, size_t number) {
  const auto start = std::chrono::steady_clock::now();
  peer.send(request_);
  const Response answer = peer.read_response();
  latencies_[number].push_back(std::chrono::steady_clock::now() - start);
  if (!answer.complete || answer.status() != 200 || answer.body != body_) {
    note_failure("answered \"" + answer.head + answer.body + "\"");
    return false;
  }
  ++answered_;
  return true;
}

void Bystanders::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Bystanders::note_failure(const std::string& text) {
  const std::lock_guard lock(mutex_);
  failures_ += text + "\n";
}

std::string Bystanders::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

Bystanders::Latency Bystanders::median() {
  std::vector<Latency> all;
  for (const auto& list : latencies_) all.insert(all.end(), list.begin(), list.end());
  if (all.empty()) return {};
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

}  // namespace glassgate::test
