// A relay that waits does nothing else: poll() reports a hang-up whether it was asked for or not, and a loop that
// does not deal with one would turn round and round.
#include <doctest/doctest.h>
#include <pthread.h>

#include <ctime>
#include <functional>
#include <string>
#include <thread>

#include "http/relay.h"
#include "support/gate.h"
#include "support/socket_pair.h"

namespace glassgate::http {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::Gate;
using test::Peer;
using test::SocketPair;

constexpr Duration generous = 20s;
constexpr BodyFraming raw{BodyFraming::Kind::until_close, 0};
constexpr int idle_ms = 150;
constexpr int64_t spinning_ms = 75;

int64_t processor_ms(clockid_t clock) {
  timespec spent{};
  clock_gettime(clock, &spent);
  return spent.tv_sec * 1000 + spent.tv_nsec / 1'000'000;
}

struct Ends {
  Peer& client;
  Peer& backend;
};
using Act = std::function<void(Ends)>;
using Relay = std::function<void(Flow& up, Flow& down, const Socket& backend)>;

// Runs `relay` on a thread; `act` brings it into the state in which it has to wait, `finish` out of it. What the thread
// used of the processor in between.
int64_t processor_time_while_waiting(const Relay& relay, const Act& act, const Act& finish) {
  SocketPair left = connected_pair();
  SocketPair right = connected_pair();
  Connection client_wire(std::move(left.ours));
  Connection backend_wire(std::move(right.ours));
  BodyReader request(client_wire, raw, {});
  BodyReader answer(backend_wire, raw, {});
  const BodyEncoder plain(BodyFraming::Kind::until_close);
  Flow up({request, client_wire.socket, backend_wire.socket}, plain);
  Flow down({answer, backend_wire.socket, client_wire.socket}, plain);
  up.half_close_at_end();
  down.half_close_at_end();
  std::thread thread([&] { relay(up, down, backend_wire.socket); });
  clockid_t clock{};
  pthread_getcpuclockid(thread.native_handle(), &clock);
  act({left.theirs, right.theirs});
  const int64_t before = processor_ms(clock);
  ::poll(nullptr, 0, idle_ms);
  const int64_t spent = processor_ms(clock) - before;
  finish({left.theirs, right.theirs});
  thread.join();
  return spent;
}

void tunnel(Flow& up, Flow& down, const Socket&) {
  relay_tunnel(up, down, generous);
}
void both(Flow& up, Flow& down, const Socket&) {
  relay_both(up, down, generous);
}
void upload(Flow& up, Flow&, const Socket& backend) {
  relay_up(up, backend, generous);
}

void nothing(Ends) {}
void end_both(Ends ends) {
  ends.client.close();
  ends.backend.close();
}
void client_ends(Ends ends) {
  ends.client.shutdown_write();
  CHECK(ends.backend.ends());
}
void backend_ends(Ends ends) {
  ends.backend.shutdown_write();
  CHECK(ends.client.ends());
}
// More than the two kernels in between can hold.
void fill_up(Peer& from) {
  const std::string block(65536, 'x');
  for (;;) {
    pollfd entry{from.fd(), POLLOUT, 0};
    if (::poll(&entry, 1, 100) != 1) return;
    ::send(from.fd(), block.data(), block.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
}
void client_does_not_read(Ends ends) {
  fill_up(ends.backend);
}
void backend_does_not_read(Ends ends) {
  fill_up(ends.client);
}
void client_ends_and_does_not_read(Ends ends) {
  client_ends(ends);
  fill_up(ends.backend);
}
void backend_ends_its_answer_unread(Ends ends) {
  fill_up(ends.backend);
  ends.backend.shutdown_write();
}

TEST_CASE("a relay that has nothing to move uses no processor") {
  const struct {
    std::string what;
    Relay relay;
    Act act;
  } rows[] = {
      {"a tunnel, both silent", tunnel, nothing},
      {"a tunnel, the client has ended", tunnel, client_ends},
      {"a tunnel, the backend has ended", tunnel, backend_ends},
      {"a tunnel, the client does not read", tunnel, client_does_not_read},
      {"a tunnel, the backend does not read", tunnel, backend_does_not_read},
      {"a tunnel, the client has ended and does not read", tunnel, client_ends_and_does_not_read},
      {"a tunnel, the client has not read the end", tunnel, backend_ends_its_answer_unread},
      {"both, silent", both, nothing},
      {"both, the request has ended", both, client_ends},
      {"both, the client does not read", both, client_does_not_read},
      {"both, the backend does not read", both, backend_does_not_read},
      {"both, the client has not read the end", both, backend_ends_its_answer_unread},
      {"up, silent", upload, nothing},
      {"up, the backend does not read", upload, backend_does_not_read},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(processor_time_while_waiting(row.relay, row.act, end_both) < spinning_ms);
  }
}

}  // namespace
}  // namespace glassgate::http
