// Everything that can go wrong with a request, in one table.
//
// Problem: the status that a client sees, the word in the log and the label of a metric must never disagree.
// Guarantee: each failure is one value of Error, and each value has one row: its status, its word, its sentence.
// Invariants:
//   I1 the words are unique, lower case with underscores, and never change their meaning: dashboards depend on them
//   I2 a status of 0 means that there is nobody to answer, or that the answer had already begun: the connection is cut
//   I3 no sentence holds anything that a client or a backend sent
// Thread rule: constants.
#pragma once

#include <cstddef>
#include <string_view>

namespace glassgate {

enum class Error {
  none,
  // what the client sent
  malformed_request,
  unsupported_version,
  unknown_transfer_coding,
  method_not_implemented,
  uri_too_long,
  head_too_large,
  request_timeout,
  body_too_large,
  malformed_body,
  request_cut,
  client_gone,
  // what the gateway decided
  no_route,
  method_not_allowed,
  rate_limited,
  no_healthy_backend,
  circuit_open,
  too_many_connections,
  no_descriptors,
  drained,
  response_stalled,
  internal,
  // what the backend did: is_backends_fault()
  backend_unresolved,
  backend_unreachable,
  backend_timeout,
  backend_closed,
  backend_malformed,
  response_cut,
};
inline constexpr size_t error_count = static_cast<size_t>(Error::response_cut) + 1;

struct ErrorInfo {
  int status;  // I2
  std::string_view word;
  std::string_view message;
};

const ErrorInfo& info(Error error);

// Whether the failure says something about the backend. That a client sent rubbish or left does not; nor that an answer
// stood still for too long, as a stream of events does when there are none (what its status says: outcome.cpp).
bool is_backends_fault(Error error);

// The standard reason phrase of a status that the gateway itself answers with; empty for any other.
std::string_view reason_phrase(int status);

}  // namespace glassgate
