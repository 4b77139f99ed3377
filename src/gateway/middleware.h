// Middleware: what wraps every request.
//
// Problem: some things happen around every request (a trace id, a log line, a count) whatever is decided inside.
// Algorithm: Chain(a, b, c)(h) = a(b(c(h))). A middleware is a plain function; it does its part, calls next(x) to go
// inwards, and what stands after that call runs when the answer is over. In a blocking program "after" is the next
// line.
// Guarantee: a call of next() runs what is left of the chain, once and in its order; leaving it out ends the request
// there. (What was thrown sends a request through once more: client_loop.cpp, answer_fault().)
// Thread rule: a chain is immutable; middleware may be called from any number of threads at once, each with its own
// Exchange.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace glassgate {

struct Exchange;
class Next;

using Handler = void (*)(Exchange&);
using Middleware = void (*)(Exchange&, const Next&);

// What is left of the chain from here on.
class Next {
 public:
  Next(std::span<const Middleware> rest, Handler handler) : rest_(rest), handler_(handler) {}

  void operator()(Exchange& x) const {
    if (rest_.empty()) return handler_(x);
    rest_.front()(x, Next(rest_.subspan(1), handler_));
  }

 private:
  std::span<const Middleware> rest_;
  Handler handler_;
};

template <size_t N>
class Chain {
 public:
  template <typename... Functions>
  constexpr explicit Chain(Functions... functions) : middleware_{functions...} {}

  // The chain around `handler`, ready to be called with an Exchange. The chain must outlive it.
  Next operator()(Handler handler) const { return {middleware_, handler}; }

 private:
  std::array<Middleware, N> middleware_;
};
template <typename... Functions>
Chain(Functions...) -> Chain<sizeof...(Functions)>;

}  // namespace glassgate
