// Bodies of the soak, on their way: sent from a pattern and held against it, piece by piece.
#pragma once

#include <cstdint>
#include <functional>

#include "soak/pattern.h"
#include "soak/plan.h"
#include "support/net.h"

namespace glassgate::soak {

// What a head says of its body; until_close where it says nothing.
Framing framing_in(const test::Response& head);
size_t length_in(const test::Response& head);

struct Sending {
  size_t size = 0;
  bool in_chunks = false;  // of any size, without the last one
  unsigned pause_ms = 0;   // when half of it is sent
};
// False: the other side is gone.
bool send_pattern(test::Peer& peer, Pattern pattern, Sending sending);

class BodyCheck {
 public:
  BodyCheck(test::Peer& peer, Pattern pattern) : peer_(peer), pattern_(pattern) {}

  void read_slowly() { slowly_ = true; }
  void stop_at(size_t bytes) { stop_at_ = bytes; }

  // False when the body is not complete: by its framing, or because it is time to stop.
  bool read(Framing framing, size_t length);

  bool is_damaged() const { return damaged_; }
  bool has_stopped() const { return size_ >= stop_at_; }
  size_t size() const { return size_; }

 private:
  bool read_length(size_t length);
  bool read_chunks();
  bool read_to_end();
  size_t read_piece(size_t most);

  test::Peer& peer_;
  Pattern pattern_;
  bool slowly_ = false;
  bool damaged_ = false;
  size_t size_ = 0;
  size_t stop_at_ = SIZE_MAX;
};

}  // namespace glassgate::soak
