// Four clients when the gateway is told to stop: one idle, one that just had an answer, one asking, one being served.
//
// The clock is moved by hand, and what a connection's thread would do is done here. SIGTERM comes at 100 ms.
#include "gateway/client_connection.h"

#include <sys/socket.h>

#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;
using std::chrono::milliseconds;

constexpr TimePoint start{std::chrono::hours(1)};

struct Client {
  std::string name, state;
  int since = 0, until = 0;  // when its answer is over, while it is served
  int fds[2]{};
  ClientConnection connection{http::Socket((::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), fds[0])), IpAddress()};
  http::Socket other_end{fds[1]};
};

static std::string state_of(Client& c, int now) {
  if (c.connection.is_cut()) return "cut";
  if (c.until > 0) return c.until <= now ? "answered" : "served";
  if (c.connection.wire.socket.is_quiet()) return "idle";
  return c.connection.mark_busy() ? "served" : "closed";  // its thread wakes, and finds a request or the end
}

// What its thread does next. True when that is another thing than before.
static bool moves(Client& c, int now, size_t lane, Lanes& lanes) {
  if (c.state != "idle" && c.state != "served") return false;
  const std::string before = std::exchange(c.state, state_of(c, now));
  if (c.state == before) return false;
  lanes.span(lane, std::exchange(c.since, now), now, before == "idle" ? Tone::wait : Tone::good, before);
  if (c.state != "served") lanes.bead(lane, now, c.state == "cut" ? Tone::bad : Tone::soft);
  c.until = now + 80;
  return true;
}

static std::string stop(int drain_timeout, Example& example) {
  const std::string setting = std::to_string(drain_timeout) + " ms";
  example.say("drain_timeout: " + setting);
  Lanes lanes("Four clients, SIGTERM at 100 ms, and a drain_timeout of " + setting, "ms", 0, 320);
  Client clients[] = {{"ada", "idle"}, {"bob", "idle", 80}, {"eve", "idle"}, {"dan", "served", 0, 999}};
  ConnectionRegistry registry;
  for (Client& c : clients) {
    lanes.add(c.name);
    registry.add(c.connection);
    if (c.state == "idle") c.connection.mark_idle(start + milliseconds(c.since));
  }
  clients[2].other_end.write_all("GET / HTTP/1.1", Duration::zero());
  for (int now = 100; registry.size() > 0; now += 50) {
    if (now < 100 + drain_timeout) registry.close_idle_since(start + milliseconds(now - 50));
    if (now >= 100 + drain_timeout) registry.cut_all();
    for (size_t i = 0; i < 4; ++i) {
      if (moves(clients[i], now, i, lanes) && clients[i].state != "served") registry.remove(clients[i].connection);
    }
    example.step({now, clients[0].state, clients[1].state, clients[2].state, clients[3].state, registry.size()});
  }
  return lanes.svg();
}

int main(int argc, char** argv) {
  Example example(argc, argv, {{"ms", 3}, {"ada", 8}, {"bob", 8}, {"eve", 8}, {"dan", 8}, {"open"}});
  stop(50, example);
  example.draw(stop(200, example));
}
