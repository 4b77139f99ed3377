// A head on its way through the gateway: which fields go on, which stay behind, which are the gateway's own.
// The client is one that nobody vouches for: what it says about where the request came from is not believed.
#include <algorithm>

#include "gateway/forwarding.h"
#include "gateway/request_check.h"
#include "gateway/services.h"
#include "show/example.h"
#include "show/lanes.h"
#include "support/manual_clock.h"

using namespace glassgate;
using namespace glassgate::examples;

constexpr std::string_view sent =
    "GET /users HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\nConnection: keep-alive, X-Hint, Cookie\r\n"
    "Keep-Alive: timeout=5\r\nX-Hint: blue\r\nCookie: user=ada\r\nTE: gzip, trailers\r\nUpgrade: h2c\r\n"
    "X-Forwarded-For: 10.0.0.1\r\nX-Real-IP: 10.0.0.1\r\n\r\n";

static std::string value_of(const http::Fields& fields, std::string_view name) {
  const http::Field* field = fields.find(name);
  return field == nullptr ? "" : std::string(field->value);
}

int main(int argc, char** argv) {
  const test::ManualClock clock;
  Log log(clock);
  Services services(clock, log);
  const auto config = parse_config("listen: 127.0.0.1:0\nroutes: [{path: /, backends: [127.0.0.1:9101]}]\n").config;
  services.runtime.swap_in(std::make_shared<const Runtime>(config, nullptr));
  ClientConnection client(http::Socket(), *IpAddress::parse("192.0.2.1"));
  Exchange x(client, services);
  x.runtime = services.runtime.current();
  x.request.bytes = sent;
  check_request(x);
  x.route = x.runtime->routes().match({"GET", x.host, x.path, "", x.request.fields}).route;
  x.trace_id = "T";
  x.traceparent = "P";
  http::RequestHead out;
  out.bytes = request_head_for(x, *x.runtime->upstream_of(0).backends[0]);
  http::parse_request_head({}, out);
  Example example(argc, argv, {{"field", 17}, {"client sent", 26}, {"backend gets", 25}, {"it"}});
  Lanes lanes("What the client sent (left), and what the backend gets (right)", "", 0, 10);
  std::vector<std::string> names;
  for (const auto* head : {&x.request.fields, &out.fields}) {
    for (const http::Field& field : *head) {
      if (std::find(names.begin(), names.end(), field.name) != names.end()) continue;
      const std::string name = names.emplace_back(field.name);
      const std::string left = value_of(x.request.fields, name);
      const std::string right = value_of(out.fields, name);
      const char* it = left == right ? "goes on" : right.empty() ? "stays behind" : "is the gateway's";
      example.step({name, left, right, it});
      const size_t lane = lanes.add(name);
      if (!left.empty()) lanes.span(lane, 0, left == right ? 10 : 5, left == right ? Tone::good : Tone::bad, left);
      if (left != right && !right.empty()) lanes.span(lane, 5, 10, Tone::a, right);
    }
  }
  lanes.legend(Tone::good, "goes on");
  lanes.legend(Tone::bad, "stays behind");
  lanes.legend(Tone::a, "written by the gateway");
  example.draw(lanes.svg());
}
