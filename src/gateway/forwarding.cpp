#include "gateway/forwarding.h"

#include <algorithm>

#include "base/strings.h"
#include "gateway/client_address.h"
#include "gateway/services.h"

namespace glassgate {
namespace {

// Room for what the gateway adds to most heads.
constexpr size_t usual_own_bytes = 384;

using http::BodyFraming;
using http::Field;
using http::FieldId;
using http::HeadWriter;

// RFC 9112 section 3.2: a server is sent origin form; the asterisk stands for an OPTIONS whose absolute form had no
// path.
void add_target(HeadWriter& head, const Exchange& x) {
  const http::Target& target = x.target;
  if (!x.route->strip_prefix.empty()) {
    head.add(http::strip_path_prefix(target.path, x.path, x.route->strip_prefix));
    head.add(target.path_and_query.substr(target.path.size()));
  } else if (!target.path.empty()) {
    head.add(target.path_and_query);
  } else if (target.path_and_query.empty() && x.request.method == "OPTIONS") {
    head.add("*");
  } else {
    head.add("/");
    head.add(target.path_and_query);
  }
}

// What the client's own forwarding fields say is kept only for a trusted peer.
bool is_forwarding(FieldId id) {
  switch (id) {
    case FieldId::forwarded:
    case FieldId::x_forwarded:
    case FieldId::x_forwarded_for:
    case FieldId::x_forwarded_host:
    case FieldId::x_forwarded_proto:
    case FieldId::x_real_ip: return true;
    default: return false;
  }
}

// One more proxy that the request has passed: the fields that say so.
class ForwardingFields {
 public:
  explicit ForwardingFields(const Exchange& x) : x_(x), trusted_(is_trusted_proxy(x.config().server, x.client.peer)) {}

  // True when the field is dealt with here and is not to be copied.
  bool takes(const Field& field) {
    if (!is_forwarding(field.id)) return false;
    if (!is_believed(field)) return true;
    has_proto_ |= field.id == FieldId::x_forwarded_proto;
    has_host_ |= field.id == FieldId::x_forwarded_host;
    return field.id == FieldId::x_forwarded_for;
  }

  void add_to(HeadWriter& head) const {
    add_forwarded_for(head);
    if (!has_proto_) head.add_field("X-Forwarded-Proto", "http");
    if (!has_host_ && !x_.host.empty()) head.add_field("X-Forwarded-Host", x_.host);
  }

 private:
  bool is_believed(const Field& field) const { return trusted_ && !has_underscore(field); }

  // One field line, whatever came: a list that is spread over lines is read differently by different servers.
  void add_forwarded_for(HeadWriter& head) const {
    head.add("X-Forwarded-For: ");
    for (const Field& field : x_.request.fields) {
      const bool is_kept = field.id == FieldId::x_forwarded_for && is_believed(field) && !field.value.empty();
      if (!is_kept) continue;
      head.add(field.value);
      head.add(", ");
    }
    head.add(x_.client.peer_text);
    head.add("\r\n");
  }

  const Exchange& x_;
  const bool trusted_;
  bool has_proto_ = false;
  bool has_host_ = false;
};

void copy_request_field(HeadWriter& head, const Exchange& x, const Field& field) {
  switch (field.id) {
    case FieldId::host:
    case FieldId::traceparent:
    case FieldId::x_request_id: return;  // written by the gateway
    case FieldId::tracestate:
      if (!x.continues_trace) return;
      break;
    case FieldId::expect:
      if (x.request.version.minor == 0) return;  // RFC 9110 section 10.1.1: not known in HTTP/1.0
      break;
    case FieldId::max_forwards:
      if (!http::counts_forwards(x.request.method)) break;
      // 0 does not come here: is_last_hop()
      return head.add_field(field.name, std::to_string(parse_decimal(field.value).value_or(1) - 1));
    default: break;
  }
  if (!x.options->is_dropped(field)) head.add_field(field);
}

// What the new connection needs in place of the hop-by-hop fields that were left out.
void add_request_connection(HeadWriter& head, const Exchange& x) {
  if (x.framing.kind == BodyFraming::Kind::chunked) head.add_field("Transfer-Encoding", "chunked");
  const bool trailers = http::list_contains(x.request.fields, FieldId::te, "trailers");
  if (trailers) head.add_field("TE", "trailers");
  const std::string protocols = x.request.version.minor == 0 ? "" : upgrade_protocols(x.request.fields, *x.options);
  if (!protocols.empty()) {
    head.add_field("Upgrade", protocols);
    head.add_field("Connection", trailers ? "TE, Upgrade" : "Upgrade");
  } else if (trailers) {
    head.add_field("Connection", "TE");
  }
}

void add_via(HeadWriter& head, const Exchange& x) {
  head.add_field("Via", x.request.version.minor == 0 ? "1.0 glassgate" : "1.1 glassgate");
}

// What the gateway says in every final answer, and in the one that ends HTTP on a connection.
void add_own_fields(HeadWriter& head, const Exchange& x) {
  head.add_field("X-Request-ID", x.trace_id);
  head.add(x.extra_fields);
  const bool has_stages = x.explanation && !x.explanation->steps().empty();
  if (has_stages) head.add_field("Server-Timing", x.explanation->server_timing());
}

// RFC 9110 section 15.5.22: a 426 has to say what the client should speak instead.
void add_wanted_protocols(HeadWriter& head, const Exchange& x, const http::ResponseHead& answer,
                          const http::ConnectionOptions& options) {
  const std::string protocols = x.request.version.minor == 0 ? "" : upgrade_protocols(answer.fields, options);
  if (protocols.empty()) return;
  head.add_field("Upgrade", protocols);
  head.add_field("Connection", "Upgrade");
}

// The head of a 1xx: it never has a body, so nothing that frames one is passed on.
HeadWriter head_without_connection(const http::ResponseHead& answer, std::pmr::memory_resource* memory) {
  HeadWriter head(answer.bytes.size() + usual_own_bytes, memory);
  head.add_status_line(answer.status, answer.reason);
  const http::ConnectionOptions options(answer.fields);
  for (const Field& field : answer.fields) {
    const bool is_own = field.id == FieldId::content_length || field.id == FieldId::x_request_id;
    if (!is_own && !options.is_dropped(field)) head.add_field(field);
  }
  return head;
}

}  // namespace

BodyFraming::Kind framing_for_client(const Exchange& x, BodyFraming answer) {
  if (answer.kind == BodyFraming::Kind::none || answer.kind == BodyFraming::Kind::length) return answer.kind;
  return x.request.version.minor == 0 ? BodyFraming::Kind::until_close : BodyFraming::Kind::chunked;
}

std::pmr::string request_head_for(const Exchange& x, const Backend& backend) {
  HeadWriter head(x.request.bytes.size() + usual_own_bytes, &x.memory);
  head.add(x.request.method);
  head.add(" ");
  add_target(head, x);
  head.add(" HTTP/1.1\r\n");
  head.add_field("Host", x.host.empty() ? std::string_view(backend.name) : x.host);
  ForwardingFields forwarding(x);
  for (const Field& field : x.request.fields) {
    if (!forwarding.takes(field)) copy_request_field(head, x, field);
  }
  forwarding.add_to(head);
  add_via(head, x);
  head.add_field("X-Request-ID", x.trace_id);
  head.add_field("traceparent", x.traceparent);
  add_request_connection(head, x);
  return head.take();
}

std::pmr::string response_head_for(const Exchange& x, const http::ResponseHead& answer,
                                   const http::ConnectionOptions& options, BodyFraming::Kind framing) {
  HeadWriter head(answer.bytes.size() + usual_own_bytes, &x.memory);
  head.add_status_line(answer.status, answer.reason);
  bool has_date = false;
  for (const Field& field : answer.fields) {
    if (field.id == FieldId::x_request_id || options.is_dropped(field)) continue;
    if (field.id == FieldId::content_length && answer.status == 204) continue;  // RFC 9110 section 8.6
    has_date |= field.id == FieldId::date;
    head.add_field(field);
  }
  if (answer.status == 426) add_wanted_protocols(head, x, answer, options);
  finish_response_head(head, x, has_date, framing);
  return head.take();
}

std::pmr::string upgrade_head_for(const Exchange& x, const http::ResponseHead& answer) {
  HeadWriter head = head_without_connection(answer, &x.memory);
  add_own_fields(head, x);
  head.add_field("Connection", "Upgrade");
  for (const Field& field : answer.fields) {
    if (field.id == FieldId::upgrade) head.add_field("Upgrade", field.value);
  }
  return head.take();
}

std::pmr::string interim_head_for(const http::ResponseHead& answer) {
  return head_without_connection(answer, std::pmr::get_default_resource()).take();  // there may be many: see arena.h
}

void finish_response_head(HeadWriter& head, const Exchange& x, bool has_date, BodyFraming::Kind framing) {
  if (!has_date) head.add_field("Date", http_date(x.services.clock.wall()));
  add_own_fields(head, x);
  if (framing == BodyFraming::Kind::chunked) head.add_field("Transfer-Encoding", "chunked");
  if (!x.keep_alive) {
    head.add_field("Connection", "close");
  } else if (x.request.version.minor == 0) {
    head.add_field("Connection", "keep-alive");
  }
}

}  // namespace glassgate
