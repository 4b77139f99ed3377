#include "gateway/explain_offline.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace glassgate {
namespace {

const std::string yaml = R"(listen: 127.0.0.1:0
rate_limit: {requests: 100, window: 1s}
upstreams:
  users:
    balancer: weighted_round_robin
    backends: [{address: "one:9101", weight: 3}, two:9102]
  v2: {backends: [three:9103]}
routes:
  - path: /api/users
    upstream: users
    rate_limit: {requests: 1000, window: 1m30s}
  - {path: /api/users, headers: {X-Version: v2}, upstream: v2}
  - {path: /api/users, methods: [POST], query: {beta: "1"}, upstream: v2}
  - {path: /admin, host: admin.example, methods: [GET, HEAD], upstream: v2}
)";

OfflineExplanation explained(const std::string& request, const std::vector<std::string>& headers = {}) {
  const ConfigResult read = parse_config(yaml);
  REQUIRE(read.config);
  return explain_offline(*read.config, request, headers);
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// Of the lines behind "not taken", the one about this route: without it, and without the blanks.
std::string why_not(const std::string& text, const std::string& label) {
  const size_t list = text.find("  not taken\n");
  const size_t at = list == std::string::npos ? list : text.find("\n    " + label + "  ", list);
  if (at == std::string::npos) return "";
  std::string line = text.substr(at + 5, text.find('\n', at + 1) - at - 5);
  line.erase(0, label.size());
  line.erase(0, line.find_first_not_of(' '));
  return line;
}

TEST_CASE("the whole answer: the winner with its limits and backends, and why the others are not taken") {
  const OfflineExplanation answer = explained("GET /api/users/7");
  CHECK(answer.understood);
  CHECK(answer.text ==
        "GET /api/users/7\n"
        "  route      /api/users\n"
        "  limit      at the door: 100 requests in 1 s\n"
        "  limit      of the route: 1000 requests in 90 s\n"
        "  upstream   users, weighted_round_robin\n"
        "  backend    one:9101                weight 3\n"
        "  backend    two:9102                weight 1\n"
        "  not taken\n"
        "    /api/users {X-Version: v2}            its headers do not match\n"
        "    POST /api/users ?beta=1               its query parameters do not match\n"
        "    GET,HEAD admin.example/admin          its path does not match\n");
}

TEST_CASE("headers decide, whatever their case; what is more general is then not taken") {
  const OfflineExplanation answer = explained("GET /api/users", {"x-VERSION: v2"});
  CHECK(has_line(answer.text, "  route      /api/users {X-Version: v2}"));
  CHECK(has_line(answer.text, "  backend    three:9103              weight 1"));
  CHECK(why_not(answer.text, "/api/users") == "matches, but the winner comes first");
  CHECK(answer.text.find("of the route") == std::string::npos);  // the limit is another route's
}

TEST_CASE("the method, the query and the host are those of the request") {
  struct Row {
    std::string request;
    std::vector<std::string> headers;
    std::string route;
  };
  const std::vector<Row> rows{
      {"POST /api/users?beta=1", {}, "POST /api/users ?beta=1"},
      {"POST /api/users?beta=2", {}, "/api/users"},
      {"GET /api/users?beta=1", {}, "/api/users"},
      {"/api/users", {}, "/api/users"},  // GET where no method is named
      {"GET /admin", {"Host: admin.example"}, "GET,HEAD admin.example/admin"},
      {"GET /admin", {"Host: ADMIN.example:8080"}, "GET,HEAD admin.example/admin"},
      {"GET http://admin.example/admin", {}, "GET,HEAD admin.example/admin"},
      {"GET http://admin.example/admin", {"Host: other"}, "GET,HEAD admin.example/admin"},
      {"GET /x/../admin/./%41", {"Host: admin.example"}, "GET,HEAD admin.example/admin"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.request);
    const OfflineExplanation answer = explained(row.request, row.headers);
    CHECK(answer.understood);
    CHECK(has_line(answer.text, "  route      " + row.route));
  }
}

TEST_CASE("no route is 404, or 405 with the methods that there are; all routes are then in the list") {
  const OfflineExplanation none = explained("GET /nowhere");
  CHECK(none.understood);
  CHECK(none.text.starts_with("GET /nowhere\n  no route: 404\n  not taken\n"));
  CHECK(std::count(none.text.begin(), none.text.end(), '\n') == 7);
  const OfflineExplanation method = explained("DELETE /admin", {"Host: admin.example"});
  CHECK(method.text.starts_with("DELETE /admin\n  no route: 405, Allow: GET, HEAD\n"));
  CHECK(why_not(method.text, "GET,HEAD admin.example/admin") == "its methods do not match");
  CHECK(has_line(explained("GET http://other/admin", {"Host: admin.example"}).text, "  no route: 404"));
  CHECK(why_not(explained("GET /admin").text, "GET,HEAD admin.example/admin") == "its host does not match");
}

TEST_CASE("a request that the gateway would refuse as malformed is not explained, but named as such") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> rows{
      {"GET", {}},
      {"GET /a b", {}},
      {"GET /a HTTP/1.1", {}},
      {" /a", {}},
      {"G(T /a", {}},
      {"GET nonsense", {}},
      {"GET /%zz", {}},
      {"GET /\x1b[2J", {}},
      {"CONNECT h:80", {}},
      {"GET /a", {"no colon"}},
      {"GET /a", {"X Y: blank in the name"}},
      {"GET /a", {"X: a\nb"}},
      {"GET /a", {"Host: a", "Host: b"}},
      {"GET /a", {"Host: a b"}},
      {"GET http://a/a", {"Host: a b"}},
      {"GET http://a/a", {"Host: a", "Host: a"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CAPTURE(row.second.empty() ? std::string() : row.second[0]);
    const OfflineExplanation answer = explained(row.first, row.second);
    CHECK_FALSE(answer.understood);
    CHECK(answer.text.starts_with("glassgate: --explain: "));
    CHECK(std::count(answer.text.begin(), answer.text.end(), '\n') == 1);
  }
}

TEST_CASE("an escape in the path that stands for a control byte does not reach the terminal") {
  const std::string text = explained("GET /%1b%5b2J%7f%c2%9b").text;
  for (const char c : text) CHECK((c == '\n' || (c >= ' ' && c <= '~')));
  CHECK(text.starts_with("GET /\\u001b[2J\\u007f\\u009b\n"));
}

}  // namespace
}  // namespace glassgate
