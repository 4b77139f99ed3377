// Backends that send a byte at a time, or nothing, or too much: the client is told in time, and only its own request is
// lost.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/attacked_gateway.h"
#include "support/gate.h"
#include "support/threads.h"

namespace glassgate::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int many = 20;
constexpr milliseconds pause{5};
const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// `many` clients ask at once; what each of them is answered.
std::vector<Response> ask_at_once(const AttackedGateway& attacked, const std::string& request = get) {
  std::vector<Peer> clients;
  for (int i = 0; i < many; ++i) {
    clients.push_back(attacked.connect());
    clients.back().send(request);
  }
  std::vector<Response> answers;
  for (Peer& client : clients) answers.push_back(client.read_response());
  return answers;
}

void check_statuses(const std::vector<Response>& answers, int status) {
  for (const Response& answer : answers) {
    CHECK(answer.status() == status);
    CHECK(answer.complete);
  }
}

// For a backend that goes on until the gateway has had enough, or until it is silent.
void send_slowly(Peer& peer, const std::string& beginning, const std::string& piece, milliseconds how_long) {
  peer.read_request();
  bool goes_on = peer.send(beginning);
  for (const auto end = Clock::now() + how_long; goes_on && Clock::now() < end;) {
    goes_on = peer.send(piece);
    std::this_thread::sleep_for(pause);
  }
  peer.ends();
}

TEST_CASE("an answer's head that comes a byte at a time, without an end: 504") {
  AttackedGateway attacked([](Peer& peer, int) {
    send_slowly(peer, "HTTP/1.1 200 OK\r\nX-Drip: ", "a", std::chrono::duration_cast<milliseconds>(deadline));
  });
  attacked.begin_watch();
  check_statuses(ask_at_once(attacked), 504);
  attacked.check_unharmed();
}

TEST_CASE("no answer, or half a head and then nothing: 504") {
  const std::vector<std::string> beginnings{"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"};
  AttackedGateway attacked([&](Peer& peer, int number) {
    send_slowly(peer, beginnings[static_cast<size_t>(number) % beginnings.size()], "", milliseconds(0));
  });
  attacked.begin_watch();
  check_statuses(ask_at_once(attacked), 504);
  attacked.check_unharmed();
}

TEST_CASE("a body that comes a byte at a time is passed on so, and cut after its first long pause") {
  AttackedGateway attacked([](Peer& peer, int) {
    send_slowly(peer, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "a", milliseconds(700));
  });
  attacked.begin_watch();
  size_t begun = 0;
  for (const Response& answer : ask_at_once(attacked)) {
    if (answer.status() == 504) continue;  // a busy machine may let even the first byte be late
    CHECK(answer.status() == 200);
    CHECK_FALSE(answer.complete);
    ++begun;
  }
  CHECK(begun > 0);
  attacked.check_unharmed();
  CHECK(attacked.gateway().log_lines("\"error\":\"response_cut\"").size() == begun);
}

TEST_CASE("a backend that takes nothing of a large request is given up after a time-out") {
  Gate all_told;
  AttackedGateway attacked([&](Peer& peer, int) {
    peer.shrink_receive_buffer();
    peer.read_head();
    all_told.wait();  // its connection stays open
  });
  attacked.begin_watch();
  constexpr size_t large_ones = 4;
  Threads clients;
  for (size_t i = 0; i < large_ones; ++i) {
    clients.start([&] {
      Peer client = attacked.connect();
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\n" + std::string(30'000'000, 'x'));
    });
  }
  clients.join();
  const auto lines = attacked.gateway().wait_for_log_lines("\"error\":\"backend_timeout\"", large_ones);
  CHECK(lines.size() == large_ones);
  all_told.open();
  attacked.check_unharmed();
}

TEST_CASE("10,000 interim answers: 502 after the first few") {
  AttackedGateway attacked(
      [](Peer& peer, int) {
        peer.read_request();
        std::string flood;
        for (int i = 0; i < 10'000; ++i) flood += "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
        peer.send(flood + ok("late"));
        peer.ends();
      },
      "20s");
  attacked.begin_watch();
  std::vector<Peer> clients;
  for (int i = 0; i < many; ++i) {
    clients.push_back(attacked.connect());
    clients.back().send(get);
    int interim = 0;
    Response answer = clients.back().read_response();
    for (; answer.status() == 103; ++interim) answer = clients.back().read_response();
    CHECK(answer.status() == 502);
    CHECK(interim <= 16);
  }
  clients.clear();
  attacked.check_unharmed();
}

TEST_CASE("interim answers that come slowly do not hold a request for ever: 502") {
  AttackedGateway attacked(
      [](Peer& peer, int) {
        send_slowly(peer, "", "HTTP/1.1 102 Processing\r\n\r\n", std::chrono::duration_cast<milliseconds>(deadline));
      },
      "20s");
  attacked.begin_watch();
  Peer client = attacked.connect();
  client.send(get);
  Response answer = client.read_response();
  while (answer.status() == 102) answer = client.read_response();
  CHECK(answer.status() == 502);
  client.close();
  attacked.check_unharmed();
}

}  // namespace
}  // namespace glassgate::test
