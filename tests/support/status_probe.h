// What /status says while a test waits for something to be over.
#pragma once

#include <string>

#include "support/test_gateway.h"

namespace glassgate::test {

// Of the first backend: "in_flight", "idle_connections", "connections_opened", "connections_reused", ...
inline std::string backend_status(const TestGateway& gateway, const std::string& key) {
  return json_field(gateway.admin("/status"), key);
}

// Waits for it: a connection goes back to its pool a moment after the client has its answer.
inline bool status_becomes(const TestGateway& gateway, const std::string& key, const std::string& value) {
  return eventually([&] { return backend_status(gateway, key) == value; });
}

// No client is connected any more and nothing is in flight: every worker is free again.
inline bool comes_to_rest(const TestGateway& gateway) {
  return eventually(
      [&] { return gateway.services().connections.size() == 0 && backend_status(gateway, "in_flight") == "0"; });
}

// The "error" of the n-th access line, from 1.
inline std::string logged_error(const TestGateway& gateway, size_t n) {
  return json_field(gateway.wait_for_access_lines(n).at(n - 1), "error");
}

}  // namespace glassgate::test
