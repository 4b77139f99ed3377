#include "gateway/client_loop.h"

#include <exception>

#include "gateway/pipeline.h"
#include "gateway/request_check.h"

namespace glassgate {
namespace {

using http::HeadRead;
using http::IoStatus;

// For how long what a client still sends is read and dropped: behind a last answer, and between two.
constexpr Duration linger_pause = std::chrono::seconds(2);
constexpr Duration longest_linger = std::chrono::seconds(30);
constexpr Duration leftover_time = std::chrono::seconds(5);

// A client that goes on within this time finds its buffer still there.
constexpr Duration keep_memory_for = http::Socket::patience;

// What an idle connection may send of empty lines. More of them are the beginning of a head, and count as such.
constexpr size_t max_empty_bytes = 64;

// False when the connection is over without a request. Some clients send an empty line behind a body, perhaps late and
// in a packet of its own: that is no beginning of a request, and the connection is as idle as before.
bool wait_for_request(ClientConnection& client, Services& services) {
  http::Buffer& in = client.wire.in;
  size_t skipped = 0;
  http::skip_empty_lines(in, max_empty_bytes, skipped);
  if (!in.empty()) return true;  // pipelined
  const TimePoint idle_since = services.clock.now();
  Duration left = client.idle_timeout;
  for (;;) {
    client.mark_idle(idle_since);  // also while draining: a request that was on its way is served, see drain()
    // A busy client's next request is often there when it is this thread's turn again. (A newcomer's first one mostly
    // is there already.)
    if (client.has_answers_before) services.yield.before_wait();
    const IoStatus status = client.wire.fill_when_idle(left, keep_memory_for);
    if (!client.mark_busy()) {
      client.wire.fill_now();  // and dropped: to close it with unread bytes would be a reset
      return false;
    }
    if (status != IoStatus::ok) return false;
    http::skip_empty_lines(in, max_empty_bytes, skipped);
    if (!in.empty()) return true;
    // Who wanted the connection to end took an empty line for a request, and left it to this thread.
    if (client.is_ending()) return false;
    left = client.idle_timeout - (services.clock.now() - idle_since);
  }
}

void start(Exchange& x) {
  x.runtime = x.services.runtime.current();
  x.started = x.services.clock.now();
  x.started_wall = x.services.clock.wall();
  x.client.idle_timeout = x.config().server.idle_timeout;
  x.response.set_timeout(x.config().server.body_timeout);
  x.services.requests.fetch_add(1, std::memory_order_relaxed);
}

bool refuse_head(Exchange& x, HeadRead why) {
  x.request.bytes = x.client.wire.in.view();
  note_request_line(x);
  switch (why) {
    case HeadRead::complete: break;
    case HeadRead::cut:
      if (x.client.is_cut()) return x.fail(Error::drained, "cut when the drain time was over");
      return x.fail(Error::request_cut, "the client ended inside the request's head");
    case HeadRead::timed_out: return x.fail(Error::request_timeout, "the request's head was not complete in time");
    case HeadRead::malformed: return x.fail(Error::malformed_request, http::describe(http::HeadError::line_ending));
    case HeadRead::no_start_line: return x.fail(Error::malformed_request, http::describe(http::HeadError::start_line));
    case HeadRead::start_line_large: return x.fail(Error::uri_too_long);
    case HeadRead::too_large: return x.fail(Error::head_too_large);
  }
  return x.fail(Error::internal);
}

bool read_request(Exchange& x) {
  const HeadRead read = http::read_head(x.client.wire, x.head_limits(), http::EmptyLines::skip,
                                        x.config().server.header_timeout, x.request.bytes);
  return read == HeadRead::complete ? check_request(x) : refuse_head(x, read);
}

// I2. settle_keep_alive() made sure that there is little of it.
bool drop_rest_of_body(http::BodyReader& body) {
  if (body.done()) return true;
  const TimePoint deadline = std::chrono::steady_clock::now() + leftover_time;
  while (!body.done()) {
    const Duration left = deadline - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) return false;
    const http::BodyStatus status = body.next(left).status;
    if (status != http::BodyStatus::data && status != http::BodyStatus::end) return false;
  }
  return true;
}

// I4. A client that stopped reading has had its time.
void reset_connection(ClientConnection& client, Services& services, bool has_stopped_reading) {
  if (!has_stopped_reading) {
    client.wire.socket.wait_until_delivered(services.runtime.current()->config().server.body_timeout);
  }
  client.wire.socket.reset_at_close();
}

// As long as a client goes on with an upload that nobody wants; but a short while only where the gateway stops, or has
// no room for others.
void linger(ClientConnection& client, const Services& services) {
  const uint64_t refused_before = services.refused_connections;
  http::linger(client.wire, linger_pause, [&](Duration so_far) {
    const bool is_in_the_way = services.draining || services.refused_connections != refused_before;
    return so_far >= (is_in_the_way ? linger_pause : longest_linger);
  });
}

// I3. An answer without a known length ends, for the client, where the connection does.
void end_connection(Exchange& x) {
  const bool is_answer_torn = x.response.has_begun() && !x.response.is_complete();
  if (is_answer_torn) return reset_connection(x.client, x.services, x.error == Error::client_gone);
  const bool body_may_come = x.body && !x.body->done();
  x.body.reset();  // gives its last piece back: what is in the buffer now came behind the request
  const bool more_may_come = body_may_come || !x.client.wire.in.empty() || x.error != Error::none;
  if (more_may_come || !x.client.wire.socket.is_quiet()) linger(x.client, x.services);
}

// What was thrown went past the log and past whoever answers. So the request goes through the chain once more, as one
// that is not served: where nothing of an answer has begun, the client gets a 500.
void answer_fault(Exchange& x, const std::exception& fault) {
  x.services.log.fault(fault);
  x.keep_alive = false;
  x.fail(Error::internal);
  handle(x);
}

// True when the connection goes on. Not made a part of serve_connection(), as a compiler would: an exchange takes more
// than a KiB of the stack, which an idle connection would stand on.
[[gnu::noinline]] bool serve_request(ClientConnection& client, Services& services) {
  client.set_answer(ClientConnection::Answer::owed);
  Exchange x(client, services);
  start(x);
  try {
    read_request(x);
    handle(x);
  } catch (const std::exception& fault) {
    answer_fault(x, fault);
  }
  client.set_answer(ClientConnection::Answer::over);
  if (x.keep_alive && x.response.is_complete() && (!x.body || drop_rest_of_body(*x.body))) {
    client.has_answers_before = true;
    return true;
  }
  end_connection(x);
  return false;
}

}  // namespace

void serve_connection(ClientConnection& client, Services& services) {
  try {
    client.idle_timeout = services.runtime.current()->config().server.idle_timeout;
    while (wait_for_request(client, services) && serve_request(client, services)) {
    }
  } catch (const std::exception& fault) {
    services.log.fault(fault);
    reset_connection(client, services, false);
  }
}

void refuse_connection(ClientConnection& client, Services& services) {
  try {
    Exchange x(client, services);
    start(x);
    x.response.set_timeout(Duration::zero());
    x.fail(Error::too_many_connections);
    services.refused_connections.fetch_add(1, std::memory_order_relaxed);
    handle(x);
  } catch (const std::exception& fault) {
    services.log.fault(fault);
  }
}

}  // namespace glassgate
