// Bytes by chance on the front door and from the backend, for some seconds; GLASSGATE_ATTACK_SECONDS makes minutes of
// them, and GLASSGATE_ATTACK_SEED makes them others.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "hardening/hostile_answers.h"
#include "hardening/hostile_requests.h"
#include "hardening/mutations.h"
#include "support/attacked_gateway.h"
#include "support/threads.h"

namespace glassgate::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t longest = 2000;  // of a message that is worth changing

std::vector<std::string> request_corpus() {
  std::vector<std::string> out;
  for (const auto& table :
       {hostile_lengths(), hostile_codings(), hostile_chunks(), hostile_lines(), hostile_targets(), hostile_fields()}) {
    for (const HostileRequest& request : table) {
      if (request.bytes.size() <= longest) out.push_back(request.bytes);
      if (request.goes_on) out.insert(out.end(), 3, request.bytes);  // more of what gets far
    }
  }
  return out;
}

std::vector<std::string> answer_corpus() {
  std::vector<std::string> out;
  for (const HostileAnswer& answer : hostile_answers()) {
    if (answer.bytes.size() <= longest) out.push_back(answer.bytes);
    if (answer.outcome.starts_with("2")) out.insert(out.end(), 3, answer.bytes);
  }
  return out;
}

// Runs `once` again and again on some threads, each with a mutator of its own, until the time is over.
template <typename Once>
void attack(size_t attackers, const std::vector<std::string>& corpus, Once once) {
  MESSAGE("seed " << attack_seed() << ", " << attack_time().count() << " s");
  const auto end = Clock::now() + attack_time();
  Threads threads;
  for (size_t i = 0; i < attackers; ++i) {
    threads.start([&, i] {
      Mutator mutator(corpus, attack_seed() + i);
      while (Clock::now() < end) once(mutator);
    });
  }
  threads.join();
}

// Written by the gateway, not by a client: one line end, and its own fields once each.
bool is_gateways_own(const std::string& head) {
  size_t ids = 0;
  for (size_t at = head.find("\r\nX-Request-ID: "); at != std::string::npos; ++ids) {
    at = head.find("\r\nX-Request-ID: ", at + 1);
  }
  const bool only_crlf = std::count(head.begin(), head.end(), '\r') == std::count(head.begin(), head.end(), '\n');
  const bool is_11 = head.find(" HTTP/1.1\r\n") == head.find("\r\n") - 9;
  return ids == 1 && only_crlf && is_11 && head.find('\0') == std::string::npos && head.ends_with("\r\n\r\n");
}

TEST_CASE("random bytes on the front door: every request behind it is one that the gateway wrote") {
  std::atomic<size_t> heads{0};
  std::atomic<size_t> strange{0};
  AttackedGateway attacked([&](Peer& peer, int) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      ++heads;
      if (!is_gateways_own(request.substr(0, request.find("\r\n\r\n") + 4))) ++strange;
      const bool to_head = request.starts_with("HEAD ");
      if (!peer.send(to_head ? "HTTP/1.1 200 OK\r\n\r\n" : ok("hello"))) return;
    }
  });
  attacked.begin_watch();
  std::atomic<size_t> wrong{0};
  std::atomic<size_t> sent{0};
  attack(4, request_corpus(), [&](Mutator& mutator) {
    Peer client = attacked.connect();
    client.send(mutator.next());
    ++sent;
    if (mutator.below(8) == 0) return client.reset();
    client.shutdown_write();
    const std::string answers = client.read_to_end();
    if (!answers.empty() && !answers.starts_with("HTTP/1.1 ")) ++wrong;
  });
  MESSAGE(sent.load() << " connections, " << heads.load() << " requests got through");
  CHECK(wrong == 0);
  CHECK(strange == 0);
  CHECK(heads > 0);
  attacked.check_unharmed();
}

// Some requests on one connection, each of them known by its number. How many answers were those of another request.
size_t ask_some(const AttackedGateway& attacked, Mutator& mutator, std::atomic<size_t>& number) {
  Peer client = attacked.connect();
  size_t mixed_up = 0;
  for (size_t left = 1 + mutator.below(5); left > 0; --left) {
    const std::string id = "request-" + std::to_string(number++);
    const std::string method = mutator.below(5) == 0 ? "HEAD" : "GET";
    client.send(method + " / HTTP/1.1\r\nHost: a\r\nX-Request-ID: " + id + "\r\n\r\n");
    Response answer = client.read_response(method == "HEAD");
    while (answer.status() >= 100 && answer.status() < 200) answer = client.read_response(method == "HEAD");
    if (!answer.complete) return mixed_up;
    if (answer.field("X-Request-ID") != id || answer.count("X-Request-ID") != 1) ++mixed_up;
    if (answer.field("Connection") == "close") return mixed_up;
  }
  return mixed_up;
}

TEST_CASE("random bytes from the backend: every answer is whole or cut, and that of its own request") {
  std::atomic<int> connections{0};
  const std::vector<std::string> corpus = answer_corpus();
  AttackedGateway attacked([&](Peer& peer, int) {
    Mutator mutator(corpus, attack_seed() + 1000 + static_cast<uint64_t>(connections++));
    while (!peer.read_request().empty() && peer.send(mutator.next()) && mutator.below(4) == 0) {
    }
  });
  attacked.begin_watch();
  std::atomic<size_t> number{0};
  std::atomic<size_t> mixed_up{0};
  attack(24, {"-"}, [&](Mutator& mutator) { mixed_up += ask_some(attacked, mutator, number); });
  MESSAGE(number.load() << " requests, " << connections.load() << " connections to the backend");
  CHECK(mixed_up == 0);
  attacked.check_unharmed();
}

}  // namespace
}  // namespace glassgate::test
