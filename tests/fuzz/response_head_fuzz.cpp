// Any bytes as the head of an answer.
//
// Property: what parses is what the reader of strict_http.h takes out of the same bytes, and the body's framing is the
// same for both: none for the answers that never have one, otherwise chunked, a length, or until the connection ends.
#include "fuzz/strict_http.h"
#include "fuzz/target.h"
#include "http/framing.h"
#include "http/head_parser.h"
#include "http/hop_by_hop.h"

namespace glassgate::fuzz {
namespace {

using http::BodyFraming;
using http::HeadError;
using http::HeadScanner;

constexpr http::HeadLimits limits{4096, 20};

// An answer that never has a body has one without a length in this, too: what its fields say is still looked at.
BodyFraming::Kind kind_for(const StrictHead& head, const StrictFraming& framing, std::string_view method) {
  const bool has_none = method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304;
  if (has_none) return BodyFraming::Kind::none;
  if (framing.is_chunked) return BodyFraming::Kind::chunked;
  if (!framing.has_length) return BodyFraming::Kind::until_close;
  return framing.length == 0 ? BodyFraming::Kind::none : BodyFraming::Kind::length;
}

void check_framing(const http::ResponseHead& head, const StrictHead& strict, std::string_view method) {
  BodyFraming framing;
  const http::FramingError error = http::response_framing(head, method, framing);
  expect(!http::describe(error).empty(), "an error without a word");
  const StrictFraming expected = framing_of(strict);
  expect((error == http::FramingError::none) == expected.is_good, "one reader takes a framing that the other refuses");
  if (!expected.is_good) return;
  expect(framing.kind == kind_for(strict, expected, method), "two framings of one answer");
  expect(framing.kind != BodyFraming::Kind::length || framing.length == expected.length, "two lengths of one body");
}

void run(std::string_view input) {
  HeadScanner scanner;
  const bool is_whole = scanner.scan(input) == HeadScanner::State::complete;
  http::ResponseHead head;
  head.bytes = input.substr(0, is_whole ? scanner.size() : 0);
  const HeadError error = http::parse_response_head(limits, head);
  std::string_view rest = input;
  const auto strict = head.bytes.size() > limits.max_bytes ? std::nullopt : take_answer_head(rest);
  const bool expected = strict && strict->fields.size() <= limits.max_fields && strict->version.starts_with("HTTP/1.");
  expect((error == HeadError::none) == expected, "one reader takes a head that the other one refuses");
  if (error != HeadError::none) return;

  expect(input.size() - rest.size() == scanner.size(), "two ends of one head");
  expect(head.status == strict->status && head.reason == strict->reason, "two readings of the status line");
  expect(strict->has_same_fields(head.fields), "two readings of the fields");
  for (const std::string_view method : {"GET", "HEAD"}) check_framing(head, *strict, method);
  const http::ConnectionOptions options(head.fields);
  http::may_persist(head.version, options);
}

const Target target("response_head", run);

}  // namespace
}  // namespace glassgate::fuzz
