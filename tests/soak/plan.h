// What one request of the soak is to be: all of it follows from the seed and the request's number, so that the client
// that sends it and the backend that gets it agree without a word, and a run can be had again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace glassgate::soak {

enum class Framing { none, length, chunked, until_close };

// What a backend does to the connection.
enum class Fault {
  none,
  reset_at_head,      // when the request's head is there, its body unread
  reset_unanswered,   // when all of the request is there
  reset_inside_head,  // of the answer
  reset_inside_body,
  end_inside_body,  // a clean end in the wrong place
  end_behind,       // behind a whole answer, and without a word: the next request may run into it
};

// When a client goes away.
enum class Leaves { never, inside_upload, before_answer, inside_answer };

struct Plan {
  uint64_t number = 0;
  std::string method;
  bool http_1_0 = false;
  bool closes = false;  // asks for the connection's end behind this request
  Framing upload = Framing::none;
  size_t upload_size = 0;
  int status = 200;
  Framing answer = Framing::length;
  size_t answer_size = 0;
  bool answers_early = false;  // before the upload is read
  unsigned latency_ms = 0;
  unsigned pause_ms = 0;  // in the middle of each body
  Fault fault = Fault::none;
  bool fault_once = false;  // whoever asks again is served
  Leaves leaves = Leaves::never;

  bool is_head() const { return method == "HEAD"; }
  // May other requests be sent behind this one before it is answered? Nobody reads meanwhile, so it must be small.
  bool may_be_pipelined() const;
};

Plan plan_of(uint64_t seed, uint64_t number);

// Numbers that follow from a seed, one after the other.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t next();
  uint64_t below(uint64_t n) { return next() % n; }
  bool chance(unsigned percent) { return below(100) < percent; }
  // Small ones mostly, as bodies are, and now and then one of nearly `most`.
  size_t size(size_t most);

 private:
  uint64_t state_;
};

}  // namespace glassgate::soak
