#include "http/connection.h"

#include <algorithm>
#include <array>

#include "base/stack.h"

namespace glassgate::http {
namespace {

HeadRead too_large(const HeadScanner& scanner) {
  return scanner.has_start_line() ? HeadRead::too_large : HeadRead::start_line_large;
}

}  // namespace

bool begins_like_a_head(std::string_view bytes) {
  return bytes.empty() || bytes.front() == '\r' || is_token(bytes.substr(0, 1));
}

bool skip_empty_lines(Buffer& in, size_t most, size_t& skipped) {
  while (skipped < most) {
    const std::string_view view = in.view();
    if (view.empty() || view == "\r") return true;
    if (view.front() == '\n') return false;
    if (view.front() != '\r') return true;
    if (view[1] != '\n') return false;
    in.consume(2);
    skipped += 2;
  }
  return true;
}

IoStatus Connection::fill(Duration timeout, size_t most) {
  if (in.holds_memory()) {
    const std::span<char> room = in.space();
    const IoResult result = socket.read_some(room.first(std::min(most, room.size())), timeout);
    in.filled(result.bytes);
    return result.status;
  }
  // Room for most heads; where more comes, the next read has a buffer. More room would be more pages of the stack that
  // an idle connection stands on.
  std::array<char, 2 * 1024> waiting_room;  // deliberately not cleared: see the guarantee
  const IoResult result = socket.read_some(waiting_room, timeout);
  if (result.bytes > 0) in.append({waiting_room.data(), result.bytes});
  if (result.bytes < waiting_room.size()) return result.status;
  fill_now();  // what is behind it would have to travel on by itself. An end there is the next read's to tell.
  return IoStatus::ok;
}

IoStatus Connection::fill_when_idle(Duration timeout, Duration keep_memory_for) {
  if (timeout <= keep_memory_for) return fill(timeout);
  const IoStatus status = fill(keep_memory_for);
  if (status != IoStatus::timed_out) return status;
  in.release();
  release_unused_stack();
  return fill(timeout - keep_memory_for);
}

IoStatus Connection::fill_now() {
  const IoResult result = socket.read_now(in.space());
  in.filled(result.bytes);
  return result.status;
}

HeadRead read_head(Connection& from, const HeadLimits& limits, EmptyLines empty_lines, Duration timeout,
                   std::pmr::string& bytes) {
  HeadScanner scanner;
  TimePoint deadline{};  // set when another read is needed, which is rare
  size_t skipped = 0;
  for (;;) {
    if (empty_lines == EmptyLines::skip && !scanner.has_start_line()) {
      const size_t before = skipped;
      if (!skip_empty_lines(from.in, limits.max_bytes, skipped)) return HeadRead::malformed;
      if (skipped > before) scanner = HeadScanner();  // the bytes that it has seen are gone
    }
    // Nothing behind the limit is looked at: the verdict must not depend on how much was read ahead.
    const size_t room = limits.max_bytes - std::min(skipped, limits.max_bytes);
    const std::string_view head = from.in.view().substr(0, room);
    if (!begins_like_a_head(head)) return HeadRead::no_start_line;
    const HeadScanner::State state = scanner.scan(head);
    if (state == HeadScanner::State::bad) return HeadRead::malformed;
    if (state == HeadScanner::State::complete) {
      bytes.assign(head.substr(0, scanner.size()));
      from.in.consume(scanner.size());
      return HeadRead::complete;
    }
    if (head.size() == room) return too_large(scanner);
    from.in.reserve(limits.max_bytes);
    const TimePoint now = std::chrono::steady_clock::now();
    if (deadline == TimePoint{}) deadline = now + timeout;
    if (now >= deadline) return HeadRead::timed_out;
    const IoStatus status = from.fill(deadline - now);
    if (status == IoStatus::timed_out) return HeadRead::timed_out;
    if (status != IoStatus::ok) return HeadRead::cut;
  }
}

void linger(Connection& connection, Duration pause, const std::function<bool(Duration)>& is_enough) {
  connection.socket.shutdown_write();
  const TimePoint begun = std::chrono::steady_clock::now();
  do connection.in.consume(connection.in.view().size());
  while (!is_enough(std::chrono::steady_clock::now() - begun) && connection.fill(pause) == IoStatus::ok);
}

}  // namespace glassgate::http
