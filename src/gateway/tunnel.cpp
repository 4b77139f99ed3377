#include "gateway/tunnel.h"

#include "base/strings.h"
#include "gateway/forwarding.h"
#include "http/relay.h"

namespace glassgate {
namespace {

using http::BodyFraming;
using http::FieldId;
using http::FlowState;

constexpr BodyFraming as_it_comes{BodyFraming::Kind::until_close, 0};

// Who ended the tunnel, when it was no end in good order. (Also who read nothing of it for too long.)
Error why_ended(const http::Flow& up, const http::Flow& down) {
  switch (down.state()) {
    case FlowState::complete:  // that the backend took no more bytes after its own end is its right
      return up.state() == FlowState::source_cut ? Error::client_gone : Error::none;
    case FlowState::sink_failed: return Error::client_gone;
    case FlowState::source_cut:
    case FlowState::source_malformed:
    case FlowState::too_large: return Error::response_cut;
    case FlowState::moving: break;
  }
  const bool backend_is_there = up.state() != FlowState::sink_failed;
  const bool reads_nothing = backend_is_there && down.waits_to_write();
  return reads_nothing || up.state() == FlowState::source_cut ? Error::client_gone : Error::response_cut;
}

}  // namespace

// RFC 9110 section 7.8: an answer may switch to several layers at once. Each has to be one that was offered.
bool is_upgrade_wanted(const Exchange& x, const http::ResponseHead& answer) {
  if (x.request.version.minor == 0) return false;
  const std::string offered = http::upgrade_protocols(x.request.fields, *x.options);
  bool has_layer = false;
  for (const http::Field& field : answer.fields) {
    std::string_view rest = field.id == FieldId::upgrade ? field.value : std::string_view();
    while (!rest.empty()) {
      const std::string_view layer = trim(take_until(rest, ','));
      if (layer.empty()) continue;
      if (!http::list_contains(offered, layer)) return false;
      has_layer = true;
    }
  }
  return has_layer;
}

Error run_tunnel(Exchange& x, http::Connection& backend, const http::ResponseHead& answer) {
  x.keep_alive = false;
  x.response.head(101, upgrade_head_for(x, answer), BodyFraming::Kind::until_close);
  if (!x.response.flush()) return Error::client_gone;
  http::Connection& client = x.client.wire;
  client.socket.enable_keepalive();
  backend.socket.enable_keepalive();
  http::BodyReader from_client(client, as_it_comes, {});
  http::BodyReader from_backend(backend, as_it_comes, {});
  const http::BodyEncoder as_it_is(BodyFraming::Kind::until_close);
  http::Flow up({from_client, client.socket, backend.socket}, as_it_is);
  http::Flow down({from_backend, backend.socket, client.socket}, as_it_is);
  up.half_close_at_end();
  down.half_close_at_end();
  http::relay_tunnel(up, down, x.config().server.body_timeout);
  x.tunnelled_in = up.bytes_written();
  x.response.add_bytes(down.bytes_written());
  const Error error = x.client.is_cut() ? Error::drained : why_ended(up, down);
  if (error == Error::none) x.response.mark_complete();
  const bool client_broke_off = error == Error::client_gone && up.state() != FlowState::complete;
  if (client_broke_off) backend.socket.reset_at_close();  // else what it has said to its end may still be on its way
  return error;
}

}  // namespace glassgate
