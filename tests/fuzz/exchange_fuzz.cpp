// Any bytes from a client, and any bytes from three connections to two backends: the whole gateway between them.
//
// Input: the client's script, then each backend connection's, cut by 0x1D; what a script is, scripted_ends.h says.
// Property: exchange_check.h.
#include <sys/socket.h>

#include <array>

#include "fuzz/exchange_check.h"
#include "fuzz/fresh_services.h"
#include "fuzz/target.h"
#include "gateway/client_loop.h"

namespace glassgate::fuzz {
namespace {

// Time-outs are short, so that an input that has the gateway wait for what never comes is a slow one, and no more. The
// backends' addresses take no connection: those that there are stand in the pool.
const std::string yaml = R"(
listen: 127.0.0.1:0
explain: true
server:
  {header_timeout: 2ms, idle_timeout: 2ms, body_timeout: 2ms, max_header_bytes: 2KiB, max_headers: 16,
   max_body_bytes: 1000, trusted_proxies: [10.0.0.0/8]}
upstreams:
  u:
    backends: [127.0.0.1:1, 127.0.0.1:2]
    response_timeout: 2ms
    retries: 1
routes:
  - {path: /, upstream: u}
  - {path: /strip, strip_prefix: /strip, upstream: u}
  - {path: /get, methods: [GET], upstream: u}
)";

bool is_reset_at_close(const http::Socket& socket) {
  linger at_close{};
  socklen_t size = sizeof at_close;
  return getsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &at_close, &size) == 0 && at_close.l_onoff != 0;
}

void run(std::string_view input) {
  static const auto config = config_of(yaml);
  const bool is_trusted = take_choice(input) % 2 == 1;
  ScriptedEnd client(take_piece(input, '\x1D'));
  std::array<ScriptedEnd, 3> ends{ScriptedEnd(take_piece(input, '\x1D')), ScriptedEnd(take_piece(input, '\x1D')),
                                  ScriptedEnd(input)};
  const std::vector<ScriptedEnd*> backends{ends.data(), ends.data() + 1, ends.data() + 2};
  bool is_reset = false;
  {
    FreshServices around(config);
    const auto runtime = around.services.runtime.current();
    const Upstream& upstream = runtime->upstreams().front();
    for (size_t i = 0; i < ends.size(); ++i) {
      upstream.pool->put(*upstream.backends[i % 2], http::Connection(ends.at(i).take_other_end()), around.clock.now());
    }
    ClientConnection connection(client.take_other_end(), *IpAddress::parse(is_trusted ? "10.0.0.1" : "192.0.2.1"));
    Conversation conversation(client, backends);
    serve_connection(connection, around.services);
    is_reset = is_reset_at_close(connection.wire.socket);
  }
  client.listen();
  for (ScriptedEnd* backend : backends) backend->listen();
  check_exchange(client, backends, is_reset);
}

const Target target("exchange", run);

}  // namespace
}  // namespace glassgate::fuzz
