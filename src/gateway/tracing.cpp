#include "gateway/tracing.h"

#include "base/random.h"
#include "base/strings.h"
#include "gateway/client_address.h"
#include "gateway/trace_context.h"

namespace glassgate {
namespace {

constexpr size_t max_id_length = 128;

bool is_usable_id(std::string_view id) {
  return id.size() <= max_id_length && is_visible(id);
}

// The client's own, where it sent one and no more. With a '_' in its name it is not asked: a name that goes by unseen
// where '_' is refused must not choose what the request is called behind it.
std::string_view sent_value(const http::Fields& fields, http::FieldId id) {
  if (!fields.has(id)) return {};
  std::string_view sent;
  size_t count = 0;
  for (const http::Field& field : fields) {
    if (field.id != id || has_underscore(field)) continue;
    sent = field.value;
    ++count;
  }
  return count == 1 ? sent : std::string_view();
}

// The client's own name for the request, or nothing.
std::string_view sent_id(const Exchange& x) {
  const std::string_view id = sent_value(x.request.fields, http::FieldId::x_request_id);
  return is_usable_id(id) ? id : std::string_view();
}

// A trace that begins here is marked as recorded, as in the log it is. Without the mark, most services behind the
// gateway would record nothing of it: they do as their caller does.
std::string traceparent_for(std::string_view id, const std::optional<TraceParent>& sent) {
  const RandomId random = random_id();
  const std::string_view parent_id = random.text().substr(0, 16);
  if (sent) return make_traceparent(sent->trace_id, parent_id, sent->flags);
  if (is_trace_id(id)) return make_traceparent(id, parent_id, "01");
  return make_traceparent(random_id().text(), parent_id, "01");
}

// Mostly it is the peer, whose text is there already.
std::string client_ip_of(const Exchange& x) {
  const IpAddress& peer = x.client.peer;
  const IpAddress client = client_address(x.config().server, peer, x.request.fields);
  return client == peer ? x.client.peer_text : client.text();
}

}  // namespace

// A request that comes again, because of a fault, keeps its name.
void tracing(Exchange& x, const Next& next) {
  if (!x.trace_id.empty()) return next(x);
  const auto sent = parse_traceparent(sent_value(x.request.fields, http::FieldId::traceparent));
  const std::string_view id = sent_id(x);
  x.continues_trace = sent.has_value();
  x.traceparent = traceparent_for(id, sent);
  x.client_ip = client_ip_of(x);
  x.trace_id = id.empty() ? trace_id_of(x.traceparent) : id;  // last: it says that all is there
  next(x);
}

}  // namespace glassgate
