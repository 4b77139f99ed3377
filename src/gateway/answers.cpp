#include "gateway/answers.h"

#include <algorithm>

#include "base/json.h"
#include "gateway/forwarding.h"
#include "gateway/services.h"

namespace glassgate {
namespace {

// What may be read and thrown away after an answer, so that the connection can go on.
constexpr uint64_t max_leftover_body = 256 * 1024;

// When to come back after a 503 that is over as soon as some other request is.
constexpr Duration retry_soon = std::chrono::seconds(1);

// Rounded up: who comes back then must not be early. At least 1, because 0 invites to come back at once.
int64_t retry_after_seconds(Duration wait) {
  return std::max<int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
}

bool is_rest_of_body_harmless(const Exchange& x) {
  if (!x.body || x.body->done()) return true;
  if (x.body->has_failed() || x.expects_continue) return false;
  if (x.error == Error::request_timeout) return false;  // it has had its time: RFC 9110 section 15.5.9
  const auto missing = x.body->missing();
  return missing && *missing <= max_leftover_body;
}

std::pmr::string head_for(const Exchange& x, int status, std::string_view content_type, size_t body_size) {
  http::HeadWriter head(512, &x.memory);
  head.add_status_line(status, reason_phrase(status));
  head.add_field("Content-Type", content_type);
  head.add_field("Content-Length", std::to_string(body_size));
  if (!x.allow.empty()) head.add_field("Allow", x.allow);
  if (status == 429 || status == 503) {
    head.add_field("Retry-After", std::to_string(retry_after_seconds(x.retry_after.value_or(retry_soon))));
  }
  finish_response_head(head, x, false, http::BodyFraming::Kind::length);
  return head.take();
}

}  // namespace

void settle_keep_alive(Exchange& x) {
  if (x.services.draining || x.client.is_ending() || !is_rest_of_body_harmless(x)) x.keep_alive = false;
}

void answer_with(Exchange& x, int status, std::string_view content_type, std::string_view body) {
  settle_keep_alive(x);
  const bool has_body = x.request.method != "HEAD";
  x.response.head(status, head_for(x, status, content_type, body.size()), http::BodyFraming::Kind::length);
  x.response.write(has_body ? body : std::string_view(), true);
}

void answer_error(Exchange& x) {
  const ErrorInfo& row = info(x.error);
  if (x.response.has_begun() || row.status == 0) {
    x.keep_alive = false;
    return;
  }
  JsonWriter json;
  json.begin_object()
      .field("error", row.message)
      .field("status", row.status)
      .field("trace_id", x.trace_id)
      .end_object();
  answer_with(x, row.status, "application/json", json.str() + "\n");
}

}  // namespace glassgate
