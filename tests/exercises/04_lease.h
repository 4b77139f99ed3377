// Exercise 4.2 begins here: a connection that goes back to its pool by itself, when its exchange was complete.
#pragma once

#include <utility>

#include "gateway/connection_pool.h"

namespace glassgate::exercises {

class Lease {
 public:
  Lease(ConnectionPool& pool, const Backend& backend, http::Connection taken, const Clock& clock)
      : connection(std::move(taken)), pool_(pool), backend_(backend), clock_(clock) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    pool_.put(backend_, std::move(connection), clock_.now());  // yours: whatever has happened to it
  }

  // Both sides are at the end of a message, and know it. Whoever does not say so has a connection that nobody may use.
  void complete() {}

  http::Connection connection;

 private:
  ConnectionPool& pool_;
  const Backend& backend_;
  const Clock& clock_;
};

}  // namespace glassgate::exercises
