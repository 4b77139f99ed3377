#include "gateway/self_answers.h"

#include "base/strings.h"
#include "gateway/answers.h"

namespace glassgate {
namespace {

bool may_be_reflected(const http::Field& field) {
  switch (field.id) {
    case http::FieldId::host:
    case http::FieldId::max_forwards:
    case http::FieldId::via: return true;
    default: return false;
  }
}

std::string reflection(const Exchange& x) {
  std::string out;
  const std::string_view version = x.request.version.minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
  out.append(x.request.method).append(" ").append(x.request.target).append(" ").append(version).append("\r\n");
  for (const http::Field& field : x.request.fields) {
    if (may_be_reflected(field)) out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  return out.append("\r\n");
}

}  // namespace

bool is_last_hop(const Exchange& x) {
  if (!http::counts_forwards(x.request.method)) return false;
  const http::Field* field = x.request.fields.find(http::FieldId::max_forwards);
  return field != nullptr && parse_decimal(field->value) == uint64_t{0};
}

void answer_as_last_hop(Exchange& x) {
  if (x.request.method == "TRACE") return answer_with(x, 200, "message/http", reflection(x));
  answer_with(x, 200, "text/plain", "");
}

}  // namespace glassgate
