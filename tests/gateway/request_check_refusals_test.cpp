// Every kind of request that is refused before anything is decided: one row each, and nothing of it reaches a backend.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/recording_upstream.h"
#include "support/refusals.h"

namespace glassgate {
namespace {

using namespace test;
using namespace std::string_literals;

// What a reader that misunderstood the message in front of it would take for a request.
const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

// The rows together, and at the end the proof that the backend is there but saw none of them.
void check_none_reaches_the_backend(const std::vector<Refusal>& table) {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  check_refusals(gateway, table);
  CHECK(upstream.connections() == 0);
  Peer client = gateway.connect();
  client.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_response().body == "GET /last HTTP/1.1");
  CHECK(upstream.notes().size() == 1);
}

Refusal malformed(const std::string& what, const std::string& request) {
  return {what, request + hidden, 400, "malformed_request"};
}

// A request whose head has this field line beside Host.
Refusal with_line(const std::string& what, const std::string& line) {
  return malformed(what, "GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n");
}

TEST_CASE("a head with anything but fields in CR LF lines is refused") {
  check_none_reaches_the_backend({
      with_line("a space before the colon", "A : b"),
      with_line("a tab before the colon", "A\t: b"),
      with_line("a space before the colon of Content-Length", "Content-Length : 5"),
      with_line("a space before the colon of Host", "Host : b"),
      with_line("a folded line", "A: b\r\n c"),
      with_line("a folded line with a tab", "A: b\r\n\tc"),
      with_line("a folded empty line", "A: b\r\n "),
      malformed("a folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
      with_line("a bare CR in a value", "A: b\rc"),
      with_line("a bare CR before the end", "A: b\r"),
      with_line("a bare CR in a name", "A\rB: c"),
      with_line("a bare CR for a line end", "A: b\rC: d"),
      with_line("a bare LF in a value", "A: b\nc"),
      with_line("a bare LF for a line end", "A: b\nC: d"),
      malformed("bare LFs alone", "GET / HTTP/1.1\nHost: a\n\n"),
      malformed("a bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
      malformed("a bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
      malformed("a leading bare LF", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
      malformed("a leading bare CR", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
      with_line("NUL in a value", "A: b\0c"s),
      with_line("NUL in a name", "A\0B: c"s),
      malformed("NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s),
      malformed("NUL in the method", "GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n"s),
      with_line("no colon", "A b"),
      with_line("a lone word", "A"),
      with_line("no name", ": b"),
      with_line("only a colon", ":"),
      with_line("a space in the name", "A B: c"),
      with_line("an illegal name", "A(B): c"),
      with_line("a name in quotes", "\"A\": c"),
      with_line("a name with a byte over 127", "A\xe9: c"),
      with_line("a control character in a value", "A: b\x01"),
      with_line("DEL in a value", "A: b\x7f"),
      with_line(
          "more names in Connection than anybody needs", "Connection: a" +
                                                             [] {
                                                               std::string more;
                                                               for (int i = 0; i < 40; ++i)
                                                                 more += ",x" + std::to_string(i);
                                                               return more;
                                                             }()),
  });
}

TEST_CASE("a malformed request line is refused") {
  const std::string host = "\r\nHost: a\r\n\r\n";
  std::vector<Refusal> table;
  for (const std::string line : {"GET",
                                 "GET /",
                                 "GET /  HTTP/1.1",
                                 "GET  / HTTP/1.1",
                                 " GET / HTTP/1.1",
                                 "GET / HTTP/1.1 ",
                                 "GET\t/\tHTTP/1.1",
                                 "GET / x HTTP/1.1",
                                 "GET /\tx HTTP/1.1",
                                 "GET HTTP/1.1",
                                 "GET  HTTP/1.1",
                                 "/ HTTP/1.1",
                                 "G(ET / HTTP/1.1",
                                 "G\xc3\x89T / HTTP/1.1",
                                 "GET /\xc3\xa9 HTTP/1.1",
                                 "GET /\x7f HTTP/1.1",
                                 "GET / HTTP/1",
                                 "GET / HTTP/1.1.1",
                                 "GET / HTTP/11",
                                 "GET / HTTP/1.10",
                                 "GET / http/1.1",
                                 "GET / HTTP /1.1",
                                 "GET / HTTP/+1.1",
                                 "GET / HTTP/1.1\x0b",
                                 "HELO example",
                                 "\x16\x03\x01\x02",
                                 "{\"json\": 1}"}) {
    table.push_back(malformed("the line: " + line, line + host));
  }
  check_none_reaches_the_backend(table);
}

TEST_CASE("a target that its method may not have, or that hides something, is refused") {
  const std::string host = " HTTP/1.1\r\nHost: a\r\n\r\n";
  std::vector<Refusal> table;
  for (const std::string start : {"GET *",
                                  "get *",
                                  "options *",
                                  "OPTIONS **",
                                  "GET x",
                                  "GET a/b",
                                  "GET ?x",
                                  "GET .",
                                  "GET ../x",
                                  "GET a:80",
                                  "GET /#x",
                                  "GET /?a#x",
                                  "GET ftp://a/",
                                  "GET http:/a/",
                                  "GET http:///x",
                                  "GET http://",
                                  "GET https://?x",
                                  "GET http://u@a/",
                                  "GET http://u:p@a/",
                                  "GET http://a:b/",
                                  "GET http://a:0/",
                                  "GET http://a:65536/",
                                  "GET http://[::1/",
                                  "GET http://a b/",
                                  "GET //a\\b#",
                                  "GET /%",
                                  "GET /%4",
                                  "GET /%zz",
                                  "GET /a%00b",
                                  "GET /x/%-1",
                                  "GET http://a/%zz",
                                  "CONNECT /",
                                  "CONNECT a",
                                  "CONNECT a:",
                                  "CONNECT a:x",
                                  "CONNECT http://a:80/",
                                  "CONNECT *",
                                  "CONNECT u@a:80"}) {
    table.push_back(malformed("the start: " + start, start + host));
  }
  check_none_reaches_the_backend(table);
}

TEST_CASE("CONNECT is refused: 501") {
  check_none_reaches_the_backend({
      {"CONNECT", "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n" + hidden, 501,
       "method_not_implemented"},
      {"CONNECT in HTTP/1.0", "CONNECT a.example:443 HTTP/1.0\r\n\r\n", 501, "method_not_implemented"},
      {"CONNECT to an IPv6 address", "CONNECT [::1]:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501, "method_not_implemented"},
  });
}

TEST_CASE("another major version is refused: 505") {
  std::vector<Refusal> table;
  for (const std::string version : {"HTTP/0.9", "HTTP/2.0", "HTTP/2.1", "HTTP/3.0", "HTTP/9.9"}) {
    table.push_back({version, "GET / " + version + "\r\nHost: a\r\n\r\n" + hidden, 505, "unsupported_version"});
    table.push_back({version + " to HEAD", "HEAD / " + version + "\r\nHost: a\r\n\r\n", 505, "unsupported_version"});
  }
  table.push_back({"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"});
  check_none_reaches_the_backend(table);
}

TEST_CASE("none, two or an illegal Host is refused (I1)") {
  std::vector<Refusal> table{
      malformed("no Host", "GET / HTTP/1.1\r\n\r\n"),
      malformed("no Host, HTTP/1.2", "GET / HTTP/1.2\r\n\r\n"),
      malformed("no Host beside an absolute target", "GET http://a/ HTTP/1.1\r\n\r\n"),
      malformed("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
      malformed("the same Host twice", "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nhost: a\r\n\r\n"),
      malformed("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
      malformed("two Hosts beside an absolute target", "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
      malformed("an illegal Host beside an absolute target", "GET http://a/ HTTP/1.1\r\nHost: a/b\r\n\r\n"),
      malformed("an illegal Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a/b\r\n\r\n"),
  };
  for (const std::string host : {"",      "a b",  "a,b",   "a, b",     "a/b",  "/",       "a?b",  "a#b",  "u@a",
                                 "u:p@a", "a:b",  "a:",    ":80",      "a:0",  "a:65536", "a:-1", "a:+1", "a:80:80",
                                 "::1",   "[::1", "::1]",  "[a]",      "[]",   "[::1]x",  "a%",   "a%zz", "a\\b",
                                 "a\"b",  "<a>",  "a\xe9", "http://a", "a\tb", "{a}",     "a^b",  "a|b"}) {
    table.push_back(malformed("Host: " + host, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
  }
  check_none_reaches_the_backend(table);
}

TEST_CASE("a Max-Forwards that is no number is refused where it would decide") {
  check_none_reaches_the_backend({
      malformed("a word", "TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: x\r\n\r\n"),
      malformed("a sign", "OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: -1\r\n\r\n"),
      malformed("nothing", "OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards:\r\n\r\n"),
      malformed("a list", "TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1, 1\r\n\r\n"),
      malformed("two", "TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\nMax-Forwards: 1\r\n\r\n"),
      malformed("too large", "TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 99999999999999999999\r\n\r\n"),
  });
}

TEST_CASE("a refused HEAD is answered without a body, also when its head was not read to the end") {
  check_none_reaches_the_backend({
      {"parsed", "HEAD / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", 400, "malformed_request"},
      {"not in lines", "HEAD / HTTP/1.1\r\nHost: a\n\r\n", 400, "malformed_request"},
      {"not one line", "HEAD / HTTP/1.1\n\n", 400, "malformed_request"},
      {"no version", "HEAD /\r\nHost: a\r\n\r\n", 400, "malformed_request"},
      {"a NUL in the request line", std::string("HEAD /\0 HTTP/1.1\r\n\r\n", 20), 400, "malformed_request"},
      {"a CR in the request line, and no end", "HEAD /\r HTTP/1.1\r\nHost: a\n", 400, "malformed_request"},
      {"no Host", "HEAD / HTTP/1.1\r\n\r\n", 400, "malformed_request"},
      {"ambiguous", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", 400, "malformed_request"},
      {"too large", "HEAD / HTTP/1.1\r\nHost: a\r\nA: " + std::string(65536, 'x'), 431, "head_too_large"},
      {"too long", "HEAD /" + std::string(65536, 'x') + " HTTP/1.1\r\n", 414, "uri_too_long"},
  });
}

TEST_CASE("the log names what was asked for, as far as a refused head tells it") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  struct Row {
    std::string request;
    std::string method;
    std::string path;
  };
  size_t lines = 0;
  for (const Row& row : std::vector<Row>{
           {"BREW /pot?secret HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", "BREW", "/pot"},
           {"BREW /pot?secret HTTP/1.1\r\nHost: a\n\r\n", "BREW", "/pot"},
           {"BREW /pot HTTP/9.1\r\nHost: a\r\n\r\n", "BREW", "/pot"},
           {"BREW /pot x HTTP/1.1\r\nHost: a\r\n\r\n", "BREW", "-"},
           {"B(EW /pot HTTP/1.1\r\nHost: a\r\n\r\n", "-", "-"},
           {"BREW /pot HTTP/1.1\r\nHost: a,b\r\n\r\n", "BREW", "/pot"},
       }) {
    CAPTURE(row.request);
    gateway.exchange(row.request);
    const std::string line = gateway.wait_for_access_lines(++lines).back();
    CHECK(json_field(line, "method") == row.method);
    CHECK(json_field(line, "path") == row.path);
  }
}

}  // namespace
}  // namespace glassgate
