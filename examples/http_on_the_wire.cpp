// One message after another, as bytes: where its head ends, where its body ends, or why it is refused.
//
// The last message states its length twice. Two readers that each believe another statement see different requests.
#include "http/body.h"
#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate::http;
using namespace glassgate::examples;

const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string next = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string twice = post + "Content-Length: 37\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + next;
const std::vector<std::pair<std::string, std::string>> messages{
    {"no body", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a length", post + "Content-Length: 5\r\n\r\nhello" + next},
    {"chunks", post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + next},
    {"an LF alone", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
    {"a blank before the colon", post + "Content-Length : 5\r\n\r\nhello"},
    {"a length and chunks", twice}};
const std::vector<std::pair<std::string, BodyFraming>> lenient{{"by its length", BodyFraming::of_length(37)},
                                                               {"by its chunks", {BodyFraming::Kind::chunked, 0}}};

// How many bytes of `wire` the body takes, for a reader that believes in this framing.
static size_t body_size(std::string_view wire, BodyFraming framing) {
  Connection from;
  from.in.append(wire);
  BodyReader reader(from, framing, {});
  while (reader.next_buffered().status == BodyStatus::data) continue;
  return wire.size() - from.in.view().size();
}

int main(int argc, char** argv) {
  Example example(argc, argv, {{"message", 24}, {"head"}, {"body"}, {"behind it"}, {"verdict"}});
  Lanes lanes("The same 113 bytes, and where the request ends in them", "byte", 0, 113);
  RequestHead head;
  for (const auto& [name, wire] : messages) {
    HeadScanner scanner;
    scanner.scan(wire);
    head.bytes = wire.substr(0, scanner.size());
    const HeadError bad_head = parse_request_head({}, head);
    BodyFraming framing;
    const FramingError error = request_framing(head, framing);
    const std::string why(bad_head == HeadError::none ? describe(error) : describe(bad_head));
    const size_t body = body_size(wire.substr(head.bytes.size()), framing);
    const std::vector<Cell> sizes{name, head.bytes.size(), body, wire.size() - head.bytes.size() - body, "taken"};
    example.step(why == "no error" ? sizes : std::vector<Cell>{name, "", "", "", "refused: " + why});
  }
  example.say("The last one, for readers that are not so strict:");
  for (const auto& [reader, framing] : lenient) {
    const auto end = static_cast<int>(head.bytes.size() + body_size(twice.substr(head.bytes.size()), framing));
    example.step({reader, head.bytes.size(), end - 76, 113 - end, "taken"});
    const size_t lane = lanes.add(reader);
    lanes.span(lane, 0, 76, Tone::soft, "head");
    lanes.span(lane, 76, end, Tone::good, end == 113 ? "body" : "");
    if (end < 113) lanes.span(lane, end, 113, Tone::bad, "GET /admin");
  }
  lanes.span(lanes.add("Glassgate"), 0, 113, Tone::wait, "refused: 400, and the connection is closed");
  example.draw(lanes.svg());
}
