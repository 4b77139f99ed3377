// A backend that notes every request, raw, and answers each alike: for tests of what reached it, or that nothing did.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/scripted_upstream.h"

namespace glassgate::test {

class RecordingUpstream : public ScriptedUpstream {
 public:
  // The body of each answer is the request's first line, without its end.
  RecordingUpstream() : ScriptedUpstream([this](Peer& peer, int) { serve(peer); }) {}

  // The request that is the n-th to arrive (from 0), waited for.
  std::string request(size_t n) const { return wait_for_notes(n + 1)[n]; }

 private:
  void serve(Peer& peer) {
    for (;;) {
      const std::string request = peer.read_request();
      if (request.empty()) return;
      note(request);
      std::string answer = ok(request.substr(0, request.find("\r\n")));
      if (request.starts_with("HEAD ")) answer.resize(answer.find("\r\n\r\n") + 4);
      if (!peer.send(answer)) return;
    }
  }
};

// A request without its traceparent, which is another one each time.
inline std::string without_traceparent(std::string message) {
  const size_t at = message.find("traceparent: ");
  return at == std::string::npos ? message : message.erase(at, message.find("\r\n", at) + 2 - at);
}

// The first line of a message, without its end; and what stands behind its head.
inline std::string first_line(std::string_view message) {
  return std::string(message.substr(0, message.find("\r\n")));
}
inline std::string behind_head(std::string_view message) {
  const size_t end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? "" : std::string(message.substr(end + 4));
}

}  // namespace glassgate::test
