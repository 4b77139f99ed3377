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

// The client's own, where it sent one and no more. With a '_' in its name it is not asked: a name that goes by unseen
// where '_' is refused must not choose what the request is called behind it.
std::string_view sent_id(const http::Fields& fields) {
  std::string_view sent;
  size_t count = 0;
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::x_request_id || has_underscore(field)) continue;
    sent = field.value;
    ++count;
  }
  return count == 1 ? sent : std::string_view();
}

std::string trace_id_for(const Exchange& x) {
  const std::string_view sent = sent_id(x.request.fields);
  return is_usable_id(sent) ? std::string(sent) : random_id();
}

}  // namespace

void tracing(Exchange& x, const Next& next) {
  x.trace_id = trace_id_for(x);
  x.client_ip = client_address(x.config().server, x.client.peer, x.request.fields);
  next(x);
}

}  // namespace glassgate
