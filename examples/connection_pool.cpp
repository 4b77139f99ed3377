// Connections that wait for their next request: the one that came back last, and the one that the pool gives instead.
// At most 3 wait, and none for 90 seconds. The clock is moved by hand; the backends' ends are played here.
#include "gateway/connection_pool.h"

#include "show/example.h"
#include "show/lanes.h"
#include "show/sockets.h"

using namespace glassgate;
using namespace glassgate::examples;

enum What { back, ends, talks, asks, old };  // at a second, on a connection, or on any of the same backend
const std::string words[] = {"has answered on ", "closes ", "talks, unasked, on ", "is asked", "is looked after"};
constexpr int acts[][3] = {{0, back, 0},   {10, back, 1},  {20, back, 2}, {30, asks, 0}, {40, back, 1},
                           {50, back, 3},  {60, ends, 3},  {70, asks, 0}, {80, back, 1}, {90, talks, 2},
                           {100, asks, 2}, {170, asks, 0}, {171, old, 0}};
const std::string names[] = {"r1", "r2", "g3", "r4"};

int main(int argc, char** argv) {
  Example example(argc, argv,
                  {{"s", 3}, {"backend"}, {"what", 21}, {"came back last"}, {"the pool gives"}, {"closed"}});
  Lanes lanes("At most 3 wait, and none for 90 s; the newest is given first", "s", 0, 180);
  const Backend backends[] = {Backend({"red", 80}), Backend({"green", 80})};
  ConnectionPool pool({.max_idle = 3, .idle_timeout = std::chrono::seconds(90)});
  http::Connection ours[4];
  http::Socket theirs[4];
  int fds[4], since[] = {-1, -1, -1, -1}, last[2]{};  // since: when it went into the pool, while it is there
  for (size_t i = 0; i < 4; ++i) {
    lanes.add(names[i]);
    auto [end, other_end] = socket_pair();
    fds[i] = end.fd();
    ours[i] = http::Connection(std::move(end));
    theirs[i] = std::move(other_end);
  }
  for (const auto& [second, what, wire] : acts) {
    const TimePoint now{std::chrono::seconds(second)};
    const Backend& backend = backends[wire == 2];
    if (what == back) pool.put(backend, std::move(ours[wire]), now);
    if (what == back) last[wire == 2] = wire;
    if (what == back) since[wire] = second;
    if (what == ends) theirs[wire].shutdown_write();
    if (what == talks) theirs[wire].write_all("HTTP/1.1 408 Request Timeout\r\n\r\n", Duration::zero());
    if (what == old) pool.prune(now);
    auto given = what == asks ? pool.take(backend, now) : std::nullopt;
    std::string real = what == asks ? "none" : "", closed;
    for (size_t i = 0; i < 4; ++i) {
      const bool is_given = given && given->socket.fd() == fds[i];
      if (since[i] < 0 || (!is_given && theirs[i].is_quiet())) continue;
      (is_given ? real : closed) = names[i];
      lanes.span(i, std::exchange(since[i], -1), second, Tone::wait, "waits");
      lanes.bead(i, second, is_given ? Tone::good : Tone::bad);
      if (is_given) ours[i] = std::move(*given);
    }
    example.step({second, backend.address.host, words[what] + (what < asks ? names[wire] : ""),
                  what == asks ? names[last[wire == 2]] : "", real, closed});
  }
  lanes.legend(Tone::good, "given to a request");
  lanes.legend(Tone::bad, "closed");
  example.draw(lanes.svg());
}
