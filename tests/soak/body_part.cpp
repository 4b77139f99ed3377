#include "soak/body_part.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/strings.h"

namespace glassgate::soak {
namespace {

constexpr size_t piece_size = size_t{16} * 1024;
constexpr size_t most_sent_at_once = size_t{64} * 1024;
constexpr std::chrono::milliseconds slow_pause{1};

}  // namespace

Framing framing_in(const test::Response& head) {
  if (iequals(head.field("Transfer-Encoding"), "chunked")) return Framing::chunked;
  return head.count("Content-Length") > 0 ? Framing::length : Framing::until_close;
}

size_t length_in(const test::Response& head) {
  return std::strtoull(head.field("Content-Length").c_str(), nullptr, 10);
}

bool send_pattern(test::Peer& peer, Pattern pattern, Sending sending) {
  Dice sizes(sending.size);
  size_t until_pause = sending.pause_ms > 0 ? sending.size / 2 : SIZE_MAX;
  while (sending.size > 0) {
    const size_t most = sending.in_chunks ? sizes.below(most_sent_at_once) + 1 : most_sent_at_once;
    const size_t n = std::min({sending.size, most, std::max(until_pause, size_t{1})});
    const std::string piece = pattern.next(n);
    if (!peer.send(sending.in_chunks ? test::chunk(piece) : piece)) return false;
    sending.size -= n;
    if (until_pause == SIZE_MAX) continue;
    until_pause -= std::min(until_pause, n);
    if (until_pause > 0) continue;
    until_pause = SIZE_MAX;
    std::this_thread::sleep_for(std::chrono::milliseconds(sending.pause_ms));
  }
  return true;
}

bool BodyCheck::read(Framing framing, size_t length) {
  switch (framing) {
    case Framing::none: return true;
    case Framing::length: return read_length(length);
    case Framing::chunked: return read_chunks();
    case Framing::until_close: return read_to_end();
  }
  return false;
}

// How many bytes came. Fewer than `most` and than a piece: the connection is over.
size_t BodyCheck::read_piece(size_t most) {
  const std::string piece = peer_.read_exactly(std::min(most, piece_size));
  damaged_ = damaged_ || !pattern_.continues_with(piece);
  size_ += piece.size();
  if (slowly_) std::this_thread::sleep_for(slow_pause);
  return piece.size();
}

bool BodyCheck::read_length(size_t length) {
  while (length > 0) {
    const size_t wanted = std::min(length, piece_size);
    if (read_piece(wanted) < wanted || has_stopped()) return false;
    length -= wanted;
  }
  return true;
}

bool BodyCheck::read_chunks() {
  for (;;) {
    const std::string line = peer_.read_until("\r\n");
    if (!line.ends_with("\r\n")) return false;
    const size_t size = std::strtoull(line.c_str(), nullptr, 16);
    if (!read_length(size)) return false;
    if (peer_.read_exactly(2) != "\r\n") return false;
    if (size == 0) return true;  // nobody here sends trailers
  }
}

// A reset is a cut; a clean end is the body's.
bool BodyCheck::read_to_end() {
  while (read_piece(piece_size) == piece_size) {
    if (has_stopped()) return false;
  }
  return !peer_.is_reset() && !has_stopped();
}

}  // namespace glassgate::soak
