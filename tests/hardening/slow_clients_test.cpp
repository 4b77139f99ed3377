// Clients that send a byte at a time, or nothing, or do not read: each costs a thread for as long as a time-out allows,
// and nobody else anything.
#include <doctest/doctest.h>
#include <poll.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "support/attacked_gateway.h"
#include "support/threads.h"

namespace glassgate::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr size_t many = 30;
constexpr milliseconds pause{5};

// Answers each request with the size of what came.
void count_bytes(Peer& peer, int) {
  for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    if (!peer.send(ok(std::to_string(request.size() - request.find("\r\n\r\n") - 4)))) return;
  }
}

bool is_over(const Peer& client) {
  pollfd entry{client.fd(), POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) > 0;
}

std::vector<Peer> begin(const AttackedGateway& attacked, const std::string& beginning) {
  std::vector<Peer> clients;
  for (size_t i = 0; i < many; ++i) {
    clients.push_back(attacked.connect());
    clients.back().shrink_receive_buffer();
    clients.back().send(beginning);
  }
  return clients;
}

// A byte to each of those that are still served; how many there were.
size_t drip(std::vector<Peer>& clients, char byte) {
  size_t served = 0;
  for (Peer& client : clients) {
    if (!is_over(client) && client.send({&byte, 1})) ++served;
  }
  std::this_thread::sleep_for(pause);
  return served;
}

void check_statuses(std::vector<Peer>& clients, int status) {
  for (Peer& client : clients) {
    const Response answer = client.read_response();
    CHECK(answer.status() == status);
    CHECK(answer.complete);
    client.close();
  }
}

TEST_CASE("heads that come a byte at a time have one time-out in all") {
  AttackedGateway attacked(count_bytes);
  attacked.begin_watch();
  std::vector<Peer> clients = begin(attacked, "GET / HTTP/1.1\r\nHost: a\r\nX-Drip: ");
  CHECK(eventually([&] { return drip(clients, 'a') == 0; }));
  check_statuses(clients, 408);
  attacked.check_unharmed();
  CHECK(attacked.backend().connections() == 0);
}

TEST_CASE("request lines that come a byte at a time have one time-out in all") {
  AttackedGateway attacked(count_bytes);
  attacked.begin_watch();
  std::vector<Peer> clients = begin(attacked, "G");
  CHECK(eventually([&] { return drip(clients, 'E') == 0; }));
  check_statuses(clients, 408);
  attacked.check_unharmed();
}

// As long as bytes come, at whatever rate, a body goes on: see the reference, body_timeout.
TEST_CASE("a body, a chunk or a chunk extension that comes a byte at a time ends with its first long pause") {
  AttackedGateway attacked(count_bytes);
  attacked.begin_watch();
  std::vector<Peer> clients;
  for (const std::string framing : {"Content-Length: 1000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nfffff\r\n",
                                    "Transfer-Encoding: chunked\r\n\r\n5;"}) {
    for (Peer& client : begin(attacked, "POST / HTTP/1.1\r\nHost: a\r\n" + framing))
      clients.push_back(std::move(client));
  }
  const auto end = Clock::now() + milliseconds(700);  // more than two time-outs
  while (Clock::now() < end) drip(clients, 'a');
  check_statuses(clients, 408);  // all of them silent now
  attacked.check_unharmed();
}

TEST_CASE("clients that say nothing behind a head, and ask to be told to go on, are told the time") {
  AttackedGateway attacked(count_bytes);
  attacked.begin_watch();
  std::vector<Peer> clients = begin(attacked,
                                    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  for (Peer& client : clients) {
    const int status = client.read_response().status();
    CHECK((status == 504 || status == 408));  // the backend, too, says nothing
    client.close();
  }
  attacked.check_unharmed();
}

// An answer without an end.
void stream_for_ever(Peer& peer, int) {
  const std::string piece = chunk(std::string(16 * 1024, 'x'));
  while (!peer.read_request().empty()) {
    bool goes_on = peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (goes_on) goes_on = peer.send(piece);
    return;
  }
}

TEST_CASE("clients that never read their answer are cut when nothing moves for a time-out") {
  AttackedGateway attacked(stream_for_ever);
  attacked.begin_watch();
  std::vector<Peer> clients = begin(attacked, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto lines = attacked.gateway().wait_for_log_lines("\"route\":\"/\"", many);
  CHECK(lines.size() == many);
  for (const std::string& line : lines) CHECK(json_field(line, "error") != "-");
  CHECK(!attacked.gateway().log_lines("\"error\":\"client_gone\"").empty());
  clients.clear();
  attacked.check_unharmed();
}

TEST_CASE("clients that ask on and on, and never read, are cut when nothing moves for a time-out") {
  AttackedGateway attacked(ScriptedUpstream::always(ok(std::string(100'000, 'x'))));
  attacked.begin_watch();
  std::string many_requests;
  for (int i = 0; i < 200; ++i) many_requests += "GET /" + std::string(200, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  Threads askers;
  for (int i = 0; i < 4; ++i) {
    askers.start([&] {
      Peer client = attacked.connect();
      client.shrink_receive_buffer();
      while (client.send(many_requests)) {
      }
    });
  }
  askers.join();  // each ended because the gateway had cut it
  CHECK(!attacked.gateway().wait_for_log_lines("\"error\":\"client_gone\"").empty());
  attacked.check_unharmed();
}

}  // namespace
}  // namespace glassgate::test
