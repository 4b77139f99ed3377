#include "support/bystanders.h"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

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
      answers_(static_cast<size_t>(clients)) {
  for (size_t i = 0; i < answers_.size(); ++i) threads_.emplace_back(&Bystanders::run, this, i);
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
  const auto start = Clock::now();
  peer.send(request_);
  const Response answer = peer.read_response();
  const auto came = Clock::now();
  if (!answer.complete || answer.status() != 200 || answer.body != body_) {
    note_failure("answered \"" + answer.head + answer.body + "\"");
    return false;
  }
  answers_[number].push_back({came, came - start});
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

std::vector<Bystanders::Answer> Bystanders::answers() const {
  std::vector<Answer> all;
  for (const auto& list : answers_) all.insert(all.end(), list.begin(), list.end());
  return all;
}

Bystanders::Latency Bystanders::median() const {
  std::vector<Answer> all = answers();
  if (all.empty()) return {};
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end(), [](const Answer& a, const Answer& b) { return a.took < b.took; });
  return middle->took;
}

Bystanders::Latency Bystanders::slowest() const {
  Latency most{};
  for (const Answer& answer : answers()) most = std::max(most, answer.took);
  return most;
}

size_t Bystanders::parts_served(Clock::time_point begin, Clock::time_point end, size_t parts) const {
  std::set<size_t> served;
  for (const Answer& answer : answers()) {
    if (answer.came < begin || answer.came >= end) continue;
    served.insert(static_cast<size_t>((answer.came - begin) * parts / (end - begin)));
  }
  return served.size();
}

}  // namespace glassgate::test
