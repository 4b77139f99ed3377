// Methods, the forms of a target, and Host: what is taken, and what becomes of it upstream, byte for byte.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/recording_upstream.h"
#include "support/test_exchange.h"
#include "support/test_gateway.h"

namespace glassgate {
namespace {

using namespace test;

struct Row {
  std::string start;  // of the request: its line and Host
  std::string upstream;
};

// All on one connection, which no row may end.
void check_rows(const std::vector<Row>& table) {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  for (size_t i = 0; i < table.size(); ++i) {
    CAPTURE(table[i].start);
    client.send(table[i].start + "A: b\r\n\r\n");
    const Response response = client.read_response(table[i].start.starts_with("HEAD "));
    CHECK(response.status() == 200);
    CHECK(response.count("Connection") == 0);
    const std::string request = upstream.request(i);
    CHECK(request.substr(0, table[i].upstream.size()) == table[i].upstream);
    CHECK(request.find("\r\nA: b\r\n") != std::string::npos);
  }
  CHECK(upstream.notes().size() == table.size());
}

TEST_CASE("any token is a method, and reaches the backend in its own spelling") {
  std::vector<Row> table;
  for (const std::string method : {"GET",
                                   "HEAD",
                                   "POST",
                                   "PUT",
                                   "DELETE",
                                   "OPTIONS",
                                   "TRACE",
                                   "PATCH",
                                   "PROPFIND",
                                   "QUERY",
                                   "PURGE",
                                   "MKCALENDAR",
                                   "VERSION-CONTROL",
                                   "M-SEARCH",
                                   "get",
                                   "Get",
                                   "connect",
                                   "X",
                                   "0",
                                   "!#$%&'*+-.^_`|~",
                                   "AVeryLongMethodThatNobodyHasEverUsed"}) {
    const std::string start = method + " /x HTTP/1.1\r\nHost: a\r\n";
    table.push_back({start, start});
  }
  check_rows(table);
}

TEST_CASE("an origin-form target goes upstream byte for byte") {
  std::vector<Row> table;
  for (const std::string& target :
       std::vector<std::string>{"/",
                                "//",
                                "///x//y//",
                                "/./a/../b/.",
                                "/..",
                                "/../../x",
                                "/%41%2fb/%2F%7euser",
                                "/a%2Fb/%2e%2E/c",
                                "/%C3%A9%ff",
                                "/a%20b+c",
                                "/?",
                                "/??",
                                "/?a=b&a=c&=&",
                                "/?/../x",
                                "/?%zz%",
                                "/?%00",
                                "/x;v=1,2;y",
                                "/a:b@c!$&'()*+,;=~-._",
                                "/\"<>[]\\^`{|}",
                                "/?\"<>[]\\^`{|}",
                                "/*",
                                "/http://other/",
                                "//other/x",
                                "/x?http://other/",
                                "/" + std::string(8000, 'x') + "?" + std::string(8000, 'y')}) {
    const std::string start = "GET " + target + " HTTP/1.1\r\nHost: a\r\n";
    table.push_back({start, start});
  }
  check_rows(table);
}

TEST_CASE("an absolute-form target becomes origin form, and its authority stands above Host (I1)") {
  const auto from = [](const std::string& line, const std::string& upstream) {
    return Row{line + " HTTP/1.1\r\nHost: ignored.example\r\n", upstream};
  };
  check_rows({
      from("GET http://a.example/", "GET / HTTP/1.1\r\nHost: a.example\r\n"),
      from("GET http://a.example", "GET / HTTP/1.1\r\nHost: a.example\r\n"),
      from("GET http://a.example?x=/y", "GET /?x=/y HTTP/1.1\r\nHost: a.example\r\n"),
      from("GET http://a.example:81/b/../%63//?d=%20", "GET /b/../%63//?d=%20 HTTP/1.1\r\nHost: a.example:81\r\n"),
      from("GET HTTP://A.Example/X", "GET /X HTTP/1.1\r\nHost: A.Example\r\n"),
      from("GET https://[2001:db8::1]:8443/x", "GET /x HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n"),
      from("PROPFIND http://a.example/x", "PROPFIND /x HTTP/1.1\r\nHost: a.example\r\n"),
      from("OPTIONS http://a.example/", "OPTIONS / HTTP/1.1\r\nHost: a.example\r\n"),
      from("OPTIONS http://a.example", "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n"),  // RFC 9112 section 3.2.4
      from("OPTIONS http://a.example?x", "OPTIONS /?x HTTP/1.1\r\nHost: a.example\r\n"),
  });
}

TEST_CASE("the asterisk form is for OPTIONS and stays as it is") {
  check_rows({{"OPTIONS * HTTP/1.1\r\nHost: a\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n"},
              {"OPTIONS /* HTTP/1.1\r\nHost: a\r\n", "OPTIONS /* HTTP/1.1\r\nHost: a\r\n"}});
}

TEST_CASE("a Host goes through as it came (I1)") {
  std::vector<Row> table;
  for (const std::string host :
       {"a", "A.Example", "a.example.", "a:1", "a:65535", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:80",
        "[2001:DB8::1]", "a_b", "a-b.c", "xn--bcher-kva.example", "a%20b", "~!$&'()*+;="}) {
    const std::string start = std::string("GET /x HTTP/1.1\r\nHost: ") + host + "\r\n";
    table.push_back({start, start});
    table.push_back({std::string("GET /x HTTP/1.1\r\nhOST:\t") + host + " \t\r\n", start});
  }
  check_rows(table);
}

TEST_CASE("HTTP/1.2 and above are served as HTTP/1.1, and go upstream as that") {
  check_rows({{"GET /x HTTP/1.2\r\nHost: a\r\n", "GET /x HTTP/1.1\r\nHost: a\r\n"},
              {"GET /y HTTP/1.9\r\nHost: a\r\n", "GET /y HTTP/1.1\r\nHost: a\r\n"}});
}

TEST_CASE("HTTP/1.0 may be without a Host, and then the backend's own name stands for it (I1)") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  const struct {
    std::string head;
    std::string upstream;
  } table[] = {
      {"GET /x HTTP/1.0\r\n\r\n", "GET /x HTTP/1.1\r\nHost: " + upstream.address() + "\r\n"},
      {"GET /x HTTP/1.0\r\nHost: b\r\n\r\n", "GET /x HTTP/1.1\r\nHost: b\r\n"},
      {"GET http://c/x HTTP/1.0\r\n\r\n", "GET /x HTTP/1.1\r\nHost: c\r\n"},
      {"GET http://c/x HTTP/1.0\r\nHost: b\r\n\r\n", "GET /x HTTP/1.1\r\nHost: c\r\n"},
  };
  size_t count = 0;
  for (const auto& row : table) {
    CAPTURE(row.head);
    CHECK(gateway.exchange(row.head).starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(upstream.request(count++).substr(0, row.upstream.size()) == row.upstream);
  }
}

TEST_CASE("the target decides the route by its meaning, and goes upstream by its bytes") {
  RecordingUpstream open;
  RecordingUpstream admin;
  const TestGateway gateway("routes:\n  - path: /\n    backends: [" + open.address() +
                            "]\n  - path: /admin\n    backends: [" + admin.address() + "]\n");
  Peer client = gateway.connect();
  size_t count = 0;
  for (const std::string target :
       {"/admin", "/%61dmin", "/x/../admin", "//admin", "/./admin/x", "/a/%2e%2e/admin?q", "/%61%64min/"}) {
    CAPTURE(target);
    client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_response().status() == 200);
    CHECK(first_line(admin.request(count++)) == "GET " + target + " HTTP/1.1");
  }
  CHECK(open.notes().empty());
}

TEST_CASE("the log tells a path with two readings from one with a broken escape") {
  for (const std::string path : {"/a//../b", "//..", "/a%2F/%2e%2e/b"}) {
    CAPTURE(path);
    const TestExchange exchange("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(exchange.x.error == Error::malformed_request);
    CHECK(exchange.x.detail == "a path with two readings");
  }
  for (const std::string path : {"/%zz", "/a%", "/a%00b", "/a//../%zz"}) {
    CAPTURE(path);
    const TestExchange exchange("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(exchange.x.error == Error::malformed_request);
    CHECK(exchange.x.detail == "malformed escape in the path");
  }
}

}  // namespace
}  // namespace glassgate
