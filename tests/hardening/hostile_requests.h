// Requests that two programs may read differently: what is known of smuggling, and what a gateway has to make of each.
#pragma once

#include <string>
#include <vector>

namespace glassgate::test {

struct HostileRequest {
  std::string what;
  std::string bytes;
  // What the client is answered, in order: the status of a refusal, or what the strict backend calls the request:
  // "METHOD HOST+TARGET [BODY]", where the body is escaped like a URL.
  std::vector<std::string> answers;
  // The request has an end that both sides know, so that the next one on the connection is served.
  bool goes_on = false;
};

// A body for whoever takes the wrong end for the right one: complete as chunks, complete as a length of 5, and behind
// it a request that nobody sent.
inline const std::string two_faced = "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

inline HostileRequest refused(std::string what, std::string bytes, const std::string& status = "400") {
  return {std::move(what), std::move(bytes), {status}, false};
}
// A request that has one reading, this one.
inline HostileRequest plain(std::string what, std::string bytes, const std::string& name) {
  return {std::move(what), std::move(bytes), {name}, true};
}
inline HostileRequest last(std::string what, std::string bytes, const std::string& name) {
  return {std::move(what), std::move(bytes), {name}, false};
}

std::vector<HostileRequest> hostile_lengths();
std::vector<HostileRequest> hostile_codings();
std::vector<HostileRequest> hostile_chunks();
std::vector<HostileRequest> hostile_lines();
std::vector<HostileRequest> hostile_targets();
std::vector<HostileRequest> hostile_fields();

}  // namespace glassgate::test
