// Waiting for bytes: what one second of patience saves, and a client that drips, which no time-out for a read can end.
//
// The kernel is played here: recv() and ppoll() move the clock instead of waiting. Then a byte comes each 900 ms.
#include <algorithm>

#include <poll.h>
#include <sys/socket.h>

#include "http/connection.h"
#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;
using namespace glassgate::http;

static int64_t now, next_byte, calls;  // in nanoseconds; calls: of the kernel
constexpr int64_t ms = 1'000'000;
constexpr Duration s = std::chrono::seconds(1);

static int comes_within(int64_t time) {
  ++calls;
  errno = EAGAIN;
  const int64_t end = now + time;
  now = std::min(end, std::max(now, next_byte));
  return next_byte <= end ? 1 : 0;
}

extern "C" int clock_gettime(clockid_t, timespec* out) noexcept {
  *out = {now / (1000 * ms), now % (1000 * ms)};
  return 0;
}

extern "C" ssize_t recv(int, void* into, size_t, int flags) {
  if (comes_within((flags & MSG_DONTWAIT) != 0 ? 0 : 1000 * ms) == 0) return -1;  // SO_RCVTIMEO is a second
  next_byte += 900 * ms;
  *static_cast<char*>(into) = 'x';
  return 1;
}

extern "C" int ppoll(pollfd*, nfds_t, const timespec* time, const sigset_t*) {
  return comes_within(time->tv_sec * 1000 * ms + time->tv_nsec);
}

int main(int argc, char** argv) {
  Example example(argc, argv, {{"what waits", 17}, {"first byte at ms"}, {"outcome", 9}, {"at ms"}, {"system calls"}});
  Lanes lanes("The first byte at 0, 700, 2500 or 9000 ms, and then one each 900 ms", "ms", 0, 5000);
  Connection client{Socket(::socket(AF_UNIX, SOCK_STREAM, 0))};
  std::pmr::string bytes(100, 'x');
  const auto show = [&](const std::string& what, int first, const auto& wait) {
    now = calls = 0;
    next_byte = first * ms;
    const bool in_time = wait();
    example.step({what, first, in_time ? "in time" : "timed out", now / ms, calls});
    lanes.span(lanes.add(what), 0, 1e-6 * double(now), in_time ? Tone::good : Tone::bad, in_time ? "" : "timed out");
  };
  const auto read = [&](Duration time) { return client.socket.read_some(bytes, time).status == IoStatus::ok; };
  for (const int first : {0, 700, 2500, 9000}) show("a read, 3 s", first, [&] { return read(3 * s); });
  show("6 reads, 1 s each", 0, [&] { return read(s) && read(s) && read(s) && read(s) && read(s) && read(s); });
  show("a head, 3 s", 0, [&] { return read_head(client, {}, EmptyLines::skip, 3 * s, bytes) == HeadRead::complete; });
  example.draw(lanes.svg());
}
