// Any bytes as the head of a request.
//
// Property: however the bytes are cut, the head ends at the same place or is refused. What parses is what a reader that
// was written apart from the parser (strict_http.h) takes out of the same bytes, name by name and value by value, and
// where both see a body, they see the same one. The target is cut without a byte lost; a normalised path is normal.
#include <algorithm>

#include "fuzz/strict_connection.h"
#include "fuzz/strict_http.h"
#include "fuzz/target.h"
#include "http/framing.h"
#include "http/head_parser.h"
#include "http/hop_by_hop.h"
#include "http/target.h"

namespace glassgate::fuzz {
namespace {

using http::HeadError;
using http::HeadScanner;

constexpr http::HeadLimits limits{4096, 20};

// The head's size, or 0 where there is none.
size_t scan_in_steps(std::string_view input, size_t step) {
  HeadScanner scanner;
  for (size_t given = 0; given < input.size();) {
    given = std::min(given + step, input.size());
    const HeadScanner::State state = scanner.scan(input.substr(0, given));
    if (state == HeadScanner::State::bad) return 0;
    if (state == HeadScanner::State::complete) return scanner.size();
  }
  return 0;
}

void check_target(const http::RequestHead& head) {
  const auto target = http::split_target(head.method, head.target);
  if (!target) return;
  expect(head.target.find(target->path_and_query) != std::string_view::npos, "path and query are not in the target");
  expect(target->path_and_query.starts_with(target->path), "the path does not begin the path and query");
  http::is_valid_authority(target->authority);
  http::decode_path(target->path);
  const auto path = http::normalise_path(target->path);
  if (!path) return;
  expect(path->starts_with('/'), "a normalised path without its slash");
  expect(path->find("//") == std::string::npos && path->find('\0') == std::string::npos, "a path with two readings");
  const std::string closed = *path + "/";
  expect(closed.find("/./") == std::string::npos && closed.find("/../") == std::string::npos, "dots in a path");
  const std::string rest = http::strip_path_prefix(target->path, *path, "/a");
  const auto normal_rest = http::normalise_path(rest);
  expect(normal_rest.has_value(), "what is left of a path is none");
  if (!http::has_path_prefix(*path, "/a")) return;
  const std::string left = path->substr(2);
  expect(*normal_rest == (left.empty() ? "/" : left), "what is left of a path climbs back over its prefix");
}

// The parser lets no such thing through to them, and each is safe by itself.
void check_bytes_without_a_head(std::string_view input) {
  http::split_target("GET", input);
  const auto path = http::normalise_path(input);
  expect(!path || path->starts_with('/'), "a normalised path without its slash");
  std::string upper(input);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  expect(http::field_id(upper) == http::field_id(input), "a name that means something else in upper case");
}

// By its name, the first of that name.
void check_search(const http::Fields& fields) {
  for (const http::Field& field : fields) {
    const http::Field* found = fields.find(field.name);
    expect(found != nullptr && found <= &field && plain(found->name) == plain(field.name), "found another field");
  }
  expect(fields.find("no:name") == nullptr, "found what is not there");
}

void check_options(const http::RequestHead& head, const StrictHead& strict) {
  const http::ConnectionOptions options(head.fields);
  http::upgrade_protocols(head.fields, options);
  if (options.has_too_many_names()) return;
  const Names named = named_by_connection(strict);
  for (const http::Field& field : head.fields) {
    const std::string name = plain(field.name);
    const bool is_meant = is_for_one_connection(name) || named.contains(name);
    expect(options.is_dropped(field) == is_meant, (is_meant ? "kept: " : "dropped, and for no reason: ") + name);
  }
}

void check_framing(const http::RequestHead& head, const StrictHead& strict) {
  http::BodyFraming framing;
  const bool taken = http::request_framing(head, framing) == http::FramingError::none;
  const StrictFraming expected = framing_of(strict);
  expect(taken == expected.is_good, "one reader takes a framing that the other one refuses");
  if (!taken) return;
  expect((framing.kind == http::BodyFraming::Kind::chunked) == expected.is_chunked, "chunked for one reader only");
  expect(framing.length == expected.length, "two lengths of one body");
}

void run(std::string_view input) {
  const size_t size = scan_in_steps(input, input.size() + 1);
  for (const size_t step : {size_t{1}, size_t{7}}) expect(scan_in_steps(input, step) == size, "a cut moves the end");

  http::RequestHead beginning;
  check_bytes_without_a_head(input);
  beginning.bytes = input;
  http::parse_beginning(beginning);
  http::RequestHead head;
  head.bytes = input.substr(0, size);
  const HeadError error = http::parse_request_head(limits, head);
  expect(!http::describe(error).empty(), "an error without a word");
  std::string_view rest = input;
  const auto strict = size > limits.max_bytes ? std::nullopt : take_request_head(rest);
  const bool both_limits = strict && strict->fields.size() <= limits.max_fields &&
                           strict->version.starts_with("HTTP/1.");
  expect((error == HeadError::none) == both_limits, "one reader takes a head that the other one refuses");
  if (error != HeadError::none) return;

  expect(input.size() - rest.size() == size, "two ends of one head");
  expect(head.method == strict->method && head.target == strict->target, "two readings of the request line");
  expect(beginning.method == head.method && beginning.target == head.target, "a beginning that reads differently");
  expect(strict->has_same_fields(head.fields), "two readings of the fields");
  check_search(head.fields);
  check_framing(head, *strict);
  check_target(head);
  check_options(head, *strict);
}

const Target target("request_head", run);

}  // namespace
}  // namespace glassgate::fuzz
