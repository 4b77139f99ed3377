// Several backends that say who they are, and what tests ask of a gateway in front of them.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "support/json_reader.h"
#include "support/scripted_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {

// What a NamedUpstream's scripts use: there before they run, and for longer.
struct NamedUpstreamState {
  const std::string name;
  std::atomic<int> status{200};
  std::atomic<int> health{200};
  std::atomic<int> requests{0};
  std::atomic<int> probes{0};
};

// Answers every request with its name. Its mood can be changed while it works: `status` for what clients ask,
// `health` for GET /health.
class NamedUpstream : public NamedUpstreamState, public ScriptedUpstream {
 public:
  explicit NamedUpstream(std::string its_name)
      : NamedUpstreamState{std::move(its_name)}, ScriptedUpstream([this](Peer& peer, int) { serve(peer); }) {}
  ~NamedUpstream() { stop(); }
  NamedUpstream(const NamedUpstream&) = delete;
  NamedUpstream& operator=(const NamedUpstream&) = delete;

 private:
  void serve(Peer& peer) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      const bool is_probe = request.starts_with("GET /health ");
      ++(is_probe ? probes : requests);
      const std::string code = std::to_string(is_probe ? health : status);
      const std::string size = std::to_string(name.size());
      if (!peer.send("HTTP/1.1 " + code + " X\r\nContent-Length: " + size + "\r\n\r\n" + name)) return;
    }
  }
};

// One route, `/`, to an upstream `u`. `backends` as in a YAML list, `settings` as inside `{}`: "retries: 0, ...".
inline std::string fleet_of(const std::vector<std::string>& backends, const std::string& settings = "") {
  std::string list;
  for (const std::string& backend : backends) list.append(list.empty() ? "" : ", ").append(backend);
  return "upstreams: {u: {backends: [" + list + "]" + (settings.empty() ? "" : ", " + settings) +
         "}}\nroutes: [{path: /, upstream: u}]\n";
}

// A request on a connection of its own. `fields`: whole lines. Comes back when the gateway has closed the connection:
// then the outcome is settled, and nothing of the request is in flight.
inline Response ask(const TestGateway& gateway, const std::string& start, const std::string& fields = "") {
  Peer client = gateway.connect();
  client.send(start + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + fields + "\r\n");
  Response answer = client.read_response(start.starts_with("HEAD "));
  client.ends();
  return answer;
}
inline Response get(const TestGateway& gateway, const std::string& path = "/", const std::string& fields = "") {
  return ask(gateway, "GET " + path, fields);
}

// The i-th backend of the first upstream; the same in /status.
inline Backend& backend_of(const TestGateway& gateway, size_t i) {
  return *gateway.services().runtime.current()->upstreams().front().backends.at(i);
}
inline Json backend_in_status(const TestGateway& gateway, size_t i) {
  return json_of(gateway.admin("/status")).at("upstreams").at(0).at("backends").at(i);
}

// The lines of the log that tell of this event; waits until there are n.
inline std::vector<Json> events(const TestGateway& gateway, std::string_view event) {
  std::vector<Json> out;
  for (const std::string& line : gateway.log_lines()) {
    const auto json = read_json(line);
    if (json && json->at("event").text == event) out.push_back(*json);
  }
  return out;
}
inline std::vector<Json> wait_for_events(const TestGateway& gateway, std::string_view event, size_t n) {
  if (!eventually([&] { return events(gateway, event).size() >= n; })) {
    throw TestTimeout("not in the log " + std::to_string(n) + " times: " + std::string(event));
  }
  return events(gateway, event);
}

}  // namespace glassgate::test
