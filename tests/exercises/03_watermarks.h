// Exercise 03.1 begins here: when to stop reading, and when to begin again.
#pragma once

#include <cstddef>

namespace glassgate::exercises {

// What waits in a buffer, and whether its source may be read. Reading stops when `high` or more bytes wait, and begins
// again when they have become `low` or fewer; in between it goes on as it was.
class Watermarks {
 public:
  Watermarks(size_t low, size_t high) : low_(low), high_(high) {}

  void add(size_t bytes) { waiting_ += bytes; }
  void drain(size_t bytes) { waiting_ -= bytes; }
  size_t waiting() const { return waiting_; }
  bool may_read() const { return waiting_ < high_ || waiting_ <= low_; }  // yours: on and off at every byte

 private:
  size_t low_;
  size_t high_;
  size_t waiting_ = 0;
};

}  // namespace glassgate::exercises
