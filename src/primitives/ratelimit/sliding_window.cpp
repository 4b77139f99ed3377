#include "primitives/ratelimit/sliding_window.h"

namespace glassgate {
namespace {

__extension__ typedef __int128 Wide;  // nanoseconds times requests

}  // namespace

SlidingWindow::SlidingWindow(uint64_t requests, Duration window, TimePoint now)
    : limit_(requests), window_(window), start_(now), now_(now) {}

void SlidingWindow::advance(TimePoint now) {
  if (now <= now_) return;  // I3
  now_ = now;
  const auto windows = (now_ - start_) / window_;
  if (windows == 0) return;
  previous_ = windows == 1 ? current_ : 0;
  current_ = 0;
  start_ += window_ * windows;
}

// How long until one more fits. In this window, if its own count allows it: what counts of the previous one shrinks
// with time. Otherwise in the next window, in which what is counted now shrinks in the same way.
Duration SlidingWindow::wait_for_one() const {
  const auto window = static_cast<Wide>(window_.count());
  const Duration to_next_window = window_ - (now_ - start_);
  if (current_ < limit_) {
    const auto may_cover = static_cast<int64_t>(window * (limit_ - current_ - 1) / previous_);
    return to_next_window - Duration(may_cover);
  }
  const auto may_cover = static_cast<int64_t>(window * (limit_ - 1) / limit_);
  return to_next_window + window_ - Duration(may_cover);
}

Decision SlidingWindow::decide(TimePoint now) {
  advance(now);
  Decision decision;
  // previous * covered / window + current + 1 <= limit, kept in integers by multiplying with the window.
  const auto window = static_cast<Wide>(window_.count());
  const auto covered = static_cast<Wide>((window_ - (now_ - start_)).count());
  const Wide used = covered * previous_ + window * current_;
  const Wide room = window * limit_ - used;
  decision.allowed = room >= window;
  if (decision.allowed) ++current_;
  const Wide left = decision.allowed ? room - window : room;
  decision.remaining = left > 0 ? static_cast<uint64_t>(left / window) : 0;
  if (!decision.allowed) decision.retry_after = wait_for_one();
  decision.reset_after = (current_ > 0 ? 2 : 1) * window_ - (now_ - start_);
  return decision;
}

}  // namespace glassgate
