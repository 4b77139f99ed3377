// One request in two pieces, cut at every byte in turn: what is known after the first piece, and after both.
// Beside the gateway's parser one that looks for the end of the head in each piece by itself.
#include <optional>
#include "http/body.h"
#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate::http;
using namespace glassgate::examples;

namespace {

const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string wire = head + "3\r\nabc\r\n0\r\n\r\n" + "GET";  // and the beginning of the next one

struct Reading {
  std::string take(std::string_view piece) {
    from.in.append(piece);
    if (!body && scanner.scan(from.in.view()) != HeadScanner::State::complete) return "in the head";
    if (!body) from.in.consume(scanner.size());
    if (!body) body.emplace(from, BodyFraming{BodyFraming::Kind::chunked, 0}, HeadLimits{});
    for (BodyPiece part; (part = body->next_buffered()).status == BodyStatus::data;) data += part.data;
    return body->done() ? data + ", then " + std::string(from.in.view()) : "in the body: " + data;
  }

  Connection from;
  HeadScanner scanner;
  std::optional<BodyReader> body;
  std::string data;
};

bool naive_finds_head(std::string_view first, std::string_view second) {
  return first.find("\r\n\r\n") != first.npos || second.substr(0, second.find("3\r\n")).find("\r\n\r\n") != second.npos;
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"cut from"}, {"after one piece", 16}, {"after both", 13}, {"each piece alone"}});
  Lanes lanes("One request, cut in two at each of its bytes", "cut at byte", 0, 64);
  const size_t real = lanes.add("the gateway");
  const size_t naive = lanes.add("each piece alone");
  std::string last;
  for (size_t cut = 0; cut <= wire.size(); ++cut) {
    Reading reading;
    const std::string one = reading.take(wire.substr(0, cut));
    const std::string both = reading.take(wire.substr(cut));
    const bool found = naive_finds_head(wire.substr(0, cut), wire.substr(cut));
    const auto at = static_cast<double>(cut);
    lanes.span(real, at, at + 1, both == "abc, then GET" ? Tone::good : Tone::bad);
    lanes.span(naive, at, at + 1, found ? Tone::good : Tone::bad);
    const std::string seen = one + both + (found ? "+" : "-");
    if (seen != last) example.step({cut, one, both, found ? "finds the head" : "waits for ever"});
    last = seen;
  }
  lanes.legend(Tone::good, "the request is read");
  lanes.legend(Tone::bad, "its end is not found");
  example.draw(lanes.svg());
}
