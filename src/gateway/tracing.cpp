#include "gateway/tracing.h"

#include <algorithm>

#include "base/random.h"
#include "gateway/client_address.h"

namespace glassgate {
namespace {

constexpr size_t max_id_length = 128;

bool is_usable_id(std::string_view id) {
  const bool visible = std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return !id.empty() && id.size() <= max_id_length && visible;
}

std::string trace_id_for(const Exchange& x) {
  const http::FieldId id = http::FieldId::x_request_id;
  const http::Field* sent = x.request.fields.find(id);
  const bool usable = sent != nullptr && x.request.fields.count(id) == 1 && is_usable_id(sent->value);
  return usable ? std::string(sent->value) : random_id();
}

}  // namespace

void tracing(Exchange& x, const Next& next) {
  x.trace_id = trace_id_for(x);
  x.client_ip = client_address(x.config().server, x.client.peer, x.request.fields);
  next(x);
}

}  // namespace glassgate
