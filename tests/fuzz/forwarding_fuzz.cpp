// Any bytes as the head of a request and as the head of its answer, and what the gateway makes of them for the other
// side.
//
// Input: a byte of choices, the request's head, 0x1D, the answer's head.
// Property: the head that goes on is one plain head with one framing, the one that it is meant to have. Fields that are
// for one connection only, or that Connection names, are not in it; of an untrusted peer no forwarding field is
// believed; every other field is there, in its order, with its name and value byte for byte.
#include <algorithm>

#include "fuzz/fresh_services.h"
#include "fuzz/strict_connection.h"
#include "fuzz/strict_http.h"
#include "fuzz/target.h"
#include "gateway/forwarding.h"
#include "gateway/request_check.h"
#include "gateway/self_answers.h"
#include "gateway/tracing.h"

namespace glassgate::fuzz {
namespace {

using http::BodyFraming;
const std::string yaml = R"(
listen: 127.0.0.1:0
server: {max_header_bytes: 4KiB, max_headers: 30, trusted_proxies: [10.0.0.0/8]}
routes:
  - {path: /, backends: ["backend.example:80"]}
  - {path: /strip, strip_prefix: /strip, backends: ["backend.example:80"]}
)";

// The gateway writes these, changes them, or has a rule of its own for them.
const Names own_in_requests{"expect",     "forwarded", "host",         "max-forwards", "traceparent",
                            "tracestate", "via",       "x-request-id", "x-real-ip"};
const Names own_in_answers{"date", "x-request-id", "content-length", "server-timing"};

bool is_own(const std::string& name, const Names& own) {
  return own.contains(name) || own.contains(dashed(name)) || dashed(name).starts_with("x-forwarded-");
}

// The fields that have to be the same before and after.
std::string kept_fields(const StrictHead& head, const Names& dropped, const Names& own) {
  std::string out;
  for (const StrictField& field : head.fields) {
    const std::string name = plain(field.name);
    if (is_for_one_connection(name) || dropped.contains(name) || is_own(name, own)) continue;
    out += field.name + ": " + field.value + "\n";
  }
  return out;
}

// Of the fields that are for one connection only, what the gateway itself has to say about the next one.
void check_own_connection(const StrictHead& head, const Names& written, const Names& options) {
  for (const StrictField& field : head.fields) {
    const std::string name = plain(field.name);
    expect(!is_for_one_connection(name) || written.contains(name), "passed on: " + field.name);
  }
  for (const std::string& value : head.all("Connection")) expect(options.contains(value), "Connection: " + value);
  expect(head.all("Connection").size() <= 1 && head.all("TE").size() <= 1, "written twice");
}

StrictHead only_head(const std::string& text, bool is_request) {
  std::string_view rest = text;
  const auto head = is_request ? take_request_head(rest) : take_answer_head(rest);
  expect(head && rest.empty(), "not one head: " + text);
  std::string again = head->text.substr(0, head->text.find("\r\n") + 2);
  for (const StrictField& field : head->fields) again += field.name + ": " + field.value + "\r\n";
  expect(again + "\r\n" == text, "a head that is not written plainly: " + text);
  return *head;
}

void check_forwarding_fields(const StrictHead& before, const StrictHead& after, bool is_trusted) {
  expect(after.all("Host").size() == 1, "not one Host");
  expect(after.all("X-Request-ID").size() == 1 && after.all("traceparent").size() == 1, "not one id");
  const auto addresses = after.all("X-Forwarded-For");
  expect(addresses.size() == 1, "not one X-Forwarded-For");
  const std::string peer = is_trusted ? "10.0.0.1" : "192.0.2.1";
  expect(is_trusted ? addresses[0].ends_with(peer) : addresses[0] == peer, "X-Forwarded-For: " + addresses[0]);
  expect(after.all("Via").size() == before.all("Via").size() + 1, "no Via");
  if (is_trusted) return;
  for (const StrictField& field : after.fields) {
    const std::string name = dashed(field.name);
    const bool is_written = field.name == "X-Forwarded-For" || field.name == "X-Forwarded-Host" ||
                            field.name == "X-Forwarded-Proto";
    const bool is_forwarding = name == "forwarded" || name == "x-real-ip" || name.starts_with("x-forwarded-");
    expect(is_written || !is_forwarding, "believed: " + field.name);
  }
  expect(after.all("X-Forwarded-Proto").size() == 1, "not one X-Forwarded-Proto");
}

void check_request_head(const Exchange& x, bool is_trusted) {
  std::string_view bytes = x.request.bytes;
  const auto before = take_request_head(bytes);
  expect(before.has_value(), "a request was taken that is none");
  const StrictHead after = only_head(std::string(request_head_for(x, *x.backend)), true);
  expect(after.method == x.request.method && after.version == "HTTP/1.1", "another request line");
  const StrictFraming framing = framing_of(after);
  expect(framing.is_good && framing.is_chunked == (x.framing.kind == BodyFraming::Kind::chunked), "another framing");
  expect(framing.length == x.framing.length, "another length");
  const Names dropped = named_by_connection(*before);
  expect(kept_fields(*before, dropped, own_in_requests) == kept_fields(after, {}, own_in_requests), "other fields");
  check_own_connection(after, {"connection", "te", "transfer-encoding", "upgrade"}, {"TE", "Upgrade", "TE, Upgrade"});
  check_forwarding_fields(*before, after, is_trusted);
}

void check_answer_head(const Exchange& x, std::string_view bytes) {
  http::ResponseHead answer;
  answer.bytes = bytes;
  BodyFraming framing;
  if (http::parse_response_head(x.head_limits(), answer) != http::HeadError::none) return;
  if (http::response_framing(answer, x.request.method, framing) != http::FramingError::none) return;
  const http::ConnectionOptions options(answer.fields);
  if (options.has_too_many_names()) return;
  const auto before = take_answer_head(bytes);
  expect(before.has_value(), "an answer was taken that is none");
  const StrictHead after = only_head(std::string(response_head_for(x, answer, options, framing.kind)), false);
  expect(after.status == before->status && after.reason == before->reason, "another status line");
  const StrictFraming after_framing = framing_of(after);
  expect(after_framing.is_good, "an answer with two framings");
  expect(after_framing.is_chunked == (framing.kind == BodyFraming::Kind::chunked), "another framing");
  expect(framing.kind != BodyFraming::Kind::length || after_framing.length == framing.length, "another length");
  const Names dropped = named_by_connection(*before);
  expect(kept_fields(*before, dropped, own_in_answers) == kept_fields(after, {}, own_in_answers), "other fields");
  expect(after.all("Date").size() == std::max<size_t>(before->all("Date").size(), 1) || dropped.contains("date"),
         "not one Date");
  check_own_connection(after, {"connection", "transfer-encoding", "upgrade"}, {"close", "keep-alive", "Upgrade"});
  const StrictHead interim = only_head(std::string(interim_head_for(answer)), false);
  check_own_connection(interim, {}, {});
  expect(interim.all("Content-Length").empty(), "a framing where none is");
}

void run(std::string_view input) {
  static const auto config = config_of(yaml);
  const bool is_trusted = take_choice(input) % 2 == 1;
  FreshServices around(config);
  ClientConnection client(http::Socket(), *IpAddress::parse(is_trusted ? "10.0.0.1" : "192.0.2.1"));
  Exchange x(client, around.services);
  x.runtime = around.services.runtime.current();
  x.request.bytes = take_piece(input, '\x1D');
  if (!check_request(x) || is_last_hop(x)) return;
  const RouteMatch match = x.runtime->routes().match(
      {x.request.method, x.host, x.path, x.target.query, x.request.fields});
  expect(match.route != nullptr, "no route for " + x.path);
  x.route = match.route;
  x.upstream = &x.runtime->upstream_of(match.index);
  x.backend = x.upstream->backends.front().get();
  tracing(x, Next({}, [](Exchange&) {}));
  check_request_head(x, is_trusted);
  check_answer_head(x, input);
}

const Target target("forwarding", run);

}  // namespace
}  // namespace glassgate::fuzz
