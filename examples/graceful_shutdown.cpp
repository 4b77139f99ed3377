// Four clients when the gateway is told to stop: one idle, one that just had an answer, one asking, one being served.
//
// The clock is moved by hand, and what a connection's thread would do is done here. SIGTERM comes at 100 ms.
#include "gateway/client_connection.h"

#include "show/example.h"
#include "show/lanes.h"
#include "show/sockets.h"

using namespace glassgate;
using namespace glassgate::examples;
using std::chrono::milliseconds;

struct Client {
  std::string name, state;
  int since = 0, until = 0;  // when its answer is over, while it is served
  std::array<http::Socket, 2> ends = socket_pair();
  ClientConnection connection{std::move(ends[0]), IpAddress()};
};

static std::string state_of(Client& c, int now) {
  if (c.connection.is_cut()) return "cut";
  if (c.until > 0) return c.until <= now ? "answered" : "served";
  if (c.connection.wire.socket.is_quiet()) return "idle";
  return c.connection.mark_busy() ? "served" : "closed";  // its thread wakes, and finds a request or the end
}

int main(int argc, char** argv) {
  constexpr TimePoint start{std::chrono::hours(1)};
  Example example(argc, argv, {{"ms", 3}, {"ada", 8}, {"bob", 8}, {"eve", 8}, {"dan", 8}, {"open"}});
  for (const int drain_timeout : {50, 200}) {
    example.say("drain_timeout: " + std::to_string(drain_timeout) + " ms");
    Lanes lanes("Four clients, SIGTERM at 100 ms, and a drain_timeout of 200 ms", "ms", 0, 320);
    Client clients[] = {{"ada", "idle"}, {"bob", "idle", 80}, {"eve", "idle"}, {"dan", "served", 0, 999}};
    ConnectionRegistry registry;
    for (Client& c : clients) {
      lanes.add(c.name);
      registry.add(c.connection);
      if (c.state == "idle") c.connection.mark_idle(start + milliseconds(c.since));
    }
    clients[2].ends[1].write_all("GET / HTTP/1.1", Duration::zero());
    for (int now = 100; registry.size() > 0; now += 50) {
      if (now < 100 + drain_timeout) registry.close_idle_since(start + milliseconds(now - 50));
      if (now >= 100 + drain_timeout) registry.cut_all();
      for (size_t i = 0; i < 4; ++i) {
        Client& c = clients[i];
        if (c.state != "idle" && c.state != "served") continue;
        const std::string before = std::exchange(c.state, state_of(c, now));
        if (c.state == before) continue;
        lanes.span(i, std::exchange(c.since, now), now, before == "idle" ? Tone::wait : Tone::good, before);
        c.until = now + 80;
        if (c.state == "served") continue;
        lanes.bead(i, now, c.state == "cut" ? Tone::bad : Tone::soft);
        registry.remove(c.connection);
      }
      example.step({now, clients[0].state, clients[1].state, clients[2].state, clients[3].state, registry.size()});
    }
    if (drain_timeout == 200) example.draw(lanes.svg());
  }
}
