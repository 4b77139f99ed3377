// Names and values of the configuration, with everything in them that a configuration may hold: on the pages they are
// values; and what would become a line of a head is refused.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/config.h"
#include "hardening/pages.h"
#include "support/recording_upstream.h"

namespace glassgate::test {
namespace {

TEST_CASE("quotes, markup and backslashes in the configuration's texts are values on every page") {
  const RecordingUpstream upstream;
  const std::string to = "backends: [\"" + upstream.address() + "\"], rate_limit: {requests: 9, window: 1s}}\n";
  const TestGateway gateway(
      "explain: true\nroutes:\n"
      "  - {path: '/q\"uote/<b>\\x', " +
      to + "  - {path: /h, headers: {X-H: \"a\\\"b\\\\ <script>{}?\"}, " + to +
      "  - {path: /q, query: {\"k\\\"=}\": \"v\\\"\\\\ <b>\"}, " + to +
      "  - {path: /, methods: [GET, M-SEARCH, \"!#$%&'*+-.^_`|~\"], " + to);
  for (const std::string target : {"/q%22uote/%3Cb%3E%5Cx", "/h", "/q?k%22%3D%7D=v%22%5C%20%3Cb%3E", "/x"}) {
    for (const std::string method : {"GET", "POST"}) {
      CAPTURE(target);
      Peer client = gateway.connect();
      client.send(method + " " + target + " HTTP/1.1\r\nHost: a\r\nX-H: a\"b\\ <script>{}?\r\n\r\n");
      const Response answer = client.read_response();
      CHECK(answer.complete);
      CHECK((answer.status() == 200 || answer.status() == 405));
      check_head(answer.head);
    }
  }
  check_all_pages(gateway);
}

TEST_CASE("a configuration cannot put a line into a head") {
  const std::string ending = "\\r\\nX-Injected: y\"";
  const std::string backend = "backends: [127.0.0.1:9101]";
  for (const std::string& text :
       {"routes: [{path: /, methods: [\"GET" + ending + "], " + backend + "}]\n",
        "routes: [{path: /, backends: [\"a" + ending + "]}]\n",
        "routes: [{path: /, backends: [\"a:80" + ending + "]}]\n",
        "upstreams: {u: {" + backend + ", health: {active: {path: \"/h" + ending +
            "}}}}\nroutes: [{path: /, upstream: u}]\n",
        "upstreams: {\"u" + ending + ": {" + backend + "}}\nroutes: [{path: /, upstream: u}]\n",
        "routes: [{path: /, host: \"a" + ending + ", " + backend + "}]\n",
        "routes: [{path: /, headers: {\"X" + ending + ": y}, " + backend + "}]\n"}) {
    CAPTURE(text);
    const ConfigResult result = parse_config("listen: 127.0.0.1:9000\n" + text);
    CHECK(result.config == nullptr);
    CHECK(!result.errors.empty());
  }
}

}  // namespace
}  // namespace glassgate::test
