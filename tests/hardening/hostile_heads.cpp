// Lines, targets, hosts, methods and versions.
#include "hardening/hostile_requests.h"

namespace glassgate::test {

using namespace std::string_literals;

namespace {

std::string get(const std::string& target, const std::string& fields = "Host: a\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}
std::string with(const std::string& line) {
  return get("/", "Host: a\r\n" + line);
}

}  // namespace

std::vector<HostileRequest> hostile_lines() {
  return {
      plain("empty lines before a request", "\r\n\r\n" + get("/"), "GET a/"),
      plain("an empty value", with("A:\r\n"), "GET a/"),
      plain("obs-text in a value", with("A: \xff\xfe\r\n"), "GET a/"),
      plain("a name of odd letters", with("!#$%&'*+-.^_`|~: b\r\n"), "GET a/"),
      refused("bare LF all over", "GET / HTTP/1.1\nHost: a\n\n"),
      refused("a bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
      refused("a bare LF as the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
      refused("a bare LF before the request", "\n" + get("/")),
      refused("a bare CR before the request", "\r" + get("/")),
      refused("CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
      refused("a bare CR in the request line", "GET /\rA HTTP/1.1\r\nHost: a\r\n\r\n"),
      refused("a bare CR in a value", with("A: b\rc\r\n")),
      refused("a bare CR before the end", with("A: b\r\n\r")),
      refused("a NUL in a value", with("A: b\0c\r\n"s)),
      refused("a NUL in a name", with("A\0: b\r\n"s)),
      refused("a NUL in the target", get("/\0"s)),
      refused("a control in a value", with("A: \x1b[2J\r\n")),
      refused("DEL in a value", with("A: \x7f\r\n")),
      refused("a folded line", with("A: b\r\n c\r\n")),
      refused("a folded first line", get("/", " A: b\r\nHost: a\r\n")),
      refused("a blank line of blanks", with(" \r\n")),
      refused("no name", with(": b\r\n")),
      refused("no colon", with("A\r\n")),
      refused("a blank in a name", with("A B: c\r\n")),
      refused("a blank before a colon", with("A : b\r\n")),
      refused("brackets in a name", with("A[]: b\r\n")),
      refused("a name in quotes", with("\"A\": b\r\n")),
      refused("a name with a slash", with("A/B: c\r\n")),
      refused("a name with obs-text", with("\xff: c\r\n")),
      refused("a request in a value's place", with("GET /hidden HTTP/1.1\r\n")),
      refused("101 fields", with([] {
                std::string fields;
                for (int i = 0; i < 100; ++i) fields += "A: b\r\n";
                return fields;
              }()),
              "431"),
      refused("a value that is too long", with("A: " + std::string(70'000, 'b') + "\r\n"), "431"),
      refused("a target that is too long", get("/" + std::string(70'000, 'b')), "414"),
      refused("no end", "GET / HTTP/1.1\r\nHost: a\r\nA: "),
      refused("binary", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s),
  };
}

std::vector<HostileRequest> hostile_targets() {
  return {
      plain("absolute form is stronger than Host", get("http://b/x"), "GET b/x"),
      plain("absolute form without a path", get("http://b"), "GET b/"),
      plain("absolute form with a query alone", get("http://b?c"), "GET b/?c"),
      plain("absolute form with a port", get("http://b:81/x"), "GET b:81/x"),
      plain("absolute form in capitals", get("HTTP://b/x"), "GET b/x"),
      plain("an asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS a*"),
      plain("a URL in the path", get("/http://b/x"), "GET a/http://b/x"),
      plain("escapes stay as they are", get("/%2e%2F%41?%41%"), "GET a/%2e%2F%41?%41%"),
      plain("an escaped CR LF stays escaped", get("/%0d%0aX:%20y"), "GET a/%0d%0aX:%20y"),
      plain("odd but visible letters", get("/<>\"'{}|\\^`"), "GET a/<>\"'{}|\\^`"),
      plain("two slashes", get("/a//b"), "GET a/a//b"),
      plain("a HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD a/"),
      plain("a DELETE with a body", "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "DELETE a/ hi"),
      plain("a method of another time", "M-SEARCH /x HTTP/1.1\r\nHost: a\r\n\r\n", "M-SEARCH a/x"),
      plain("a method for caches", "PURGE /x HTTP/1.1\r\nHost: a\r\n\r\n", "PURGE a/x"),
      last("HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET a/"),
      plain("HTTP/1.0, kept alive", "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", "GET a/"),
      plain("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET a/"),
      refused("HTTP/0.9", "GET /\r\n\r\n"),
      refused("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"),
      refused("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"),
      refused("HTTP/1", "GET / HTTP/1\r\nHost: a\r\n\r\n"),
      refused("HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
      refused("HTTP/01.1", "GET / HTTP/01.1\r\nHost: a\r\n\r\n"),
      refused("http/1.1", "GET / http/1.1\r\nHost: a\r\n\r\n"),
      refused("HTTP/1,1", "GET / HTTP/1,1\r\nHost: a\r\n\r\n"),
      refused("a blank behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
      refused("two blanks before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
      refused("two blanks behind the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
      refused("a tab", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
      refused("a blank before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
      refused("a blank in the target", get("/a b")),
      refused("a second version in the target", get("/ HTTP/1.1\x0b")),
      refused("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
      refused("a method in brackets", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
      refused("a fragment", get("/x#y")),
      refused("obs-text in the target", get("/\xff")),
      refused("a relative target", get("x")),
      refused("an asterisk for a GET", get("*")),
      refused("an escape that is none", get("/%zz")),
      refused("half an escape", get("/%4")),
      refused("an escaped NUL", get("/%00")),
      refused("another scheme", get("ftp://b/x")),
      refused("a user in the target", get("http://user@b/x")),
      refused("an authority without a name", get("http:///x")),
      refused("a port that is none", get("http://b:x/")),
      refused("a CONNECT", "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", "501"),
      refused("no Host", get("/", "")),
      refused("two Hosts", get("/", "Host: a\r\nHost: b\r\n")),
      refused("two equal Hosts", get("/", "Host: a\r\nhost: a\r\n")),
      refused("two Hosts, absolute form", get("http://a/", "Host: a\r\nHost: b\r\n")),
      refused("an empty Host", get("/", "Host:\r\n")),
      refused("a list of Hosts", get("/", "Host: a, b\r\n")),
      refused("two words in a Host", get("/", "Host: a b\r\n")),
      refused("a path in a Host", get("/", "Host: a/b\r\n")),
      refused("a user in a Host", get("/", "Host: a@b\r\n")),
      refused("a port in a Host that is none", get("/", "Host: a:80x\r\n")),
      refused("a bad Host beside absolute form", get("http://a/", "Host: a/b\r\n")),
  };
}

std::vector<HostileRequest> hostile_fields() {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string five = "Content-Length: 5\r\n\r\nhello";
  return {
      plain("Connection names the length", post + "Connection: Content-Length\r\n" + five, "POST a/ hello"),
      plain("Connection names the Host", post + "Connection: Host, X-Forwarded-For\r\n" + five, "POST a/ hello"),
      plain("Connection names the coding",
            post + "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "POST a/ hello"),
      plain("Connection names everything",
            post + "Connection: Content-Length, Host, Via, Date, Expect, Cookie\r\n" + five, "POST a/ hello"),
      last("Connection names the length, and close", post + "Connection: close, content-length\r\n" + five,
           "POST a/ hello"),
      plain("Proxy-Connection is nobody's", post + "Proxy-Connection: close\r\n" + five, "POST a/ hello"),
      plain("Keep-Alive is nobody's", post + "Keep-Alive: timeout=0, max=1\r\n" + five, "POST a/ hello"),
      plain("TE", post + "Connection: TE\r\nTE: trailers, chunked;q=0.5\r\n" + five, "POST a/ hello"),
      plain("Trailer", post + "Trailer: Content-Length, Host\r\n" + five, "POST a/ hello"),
      plain("an Expect with a body", post + "Expect: 100-continue\r\n" + five, "POST a/ hello"),
      plain("an Expect without one", post + "Expect: 100-continue\r\n\r\n", "POST a/"),
      plain("an upgrade to HTTP/2",
            post + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" +
                "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n" + five,
            "POST a/ hello"),
      plain("an upgrade that nobody asked for", post + "Upgrade: websocket\r\n" + five, "POST a/ hello"),
      plain("an override of the method", post + "X-HTTP-Method-Override: DELETE\r\n" + five, "POST a/ hello"),
      plain("an override of the path", post + "X-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\n" + five,
            "POST a/ hello"),
      plain("a second name for the Host", post + "X-Forwarded-Host: b\r\nForwarded: host=b\r\n" + five,
            "POST a/ hello"),
      plain("a Range that is none", post + "Range: bytes=0-0,0-0,-18446744073709551615\r\n" + five, "POST a/ hello"),
      refused("Max-Forwards that is none", "OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: x\r\n\r\n"),
      refused("two Max-Forwards", "OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\nMax-Forwards: 2\r\n\r\n"),
      refused(
          "Connection without an end", post + "Connection: " +
                                           [] {
                                             std::string names;
                                             for (int i = 0; i < 1000; ++i) names += "n" + std::to_string(i) + ", ";
                                             return names + "Host\r\n";
                                           }() +
                                           five),
      {"three in one packet, the second with a body",
       "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + post + five + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
       {"GET a/1", "POST a/ hello", "GET a/3"},
       true},
      {"three in one packet, the second refused",
       "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
       {"GET a/1", "400"},
       false},
  };
}

}  // namespace glassgate::test
