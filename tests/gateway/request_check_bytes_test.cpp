// Header injection: each of the 256 byte values at every place of a head. It is refused, or it reaches the backend as
// it was sent: never changed, never dropped, never the end of something.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "support/recording_upstream.h"
#include "support/refusals.h"

namespace glassgate {
namespace {

using namespace test;
using namespace std::string_literals;

bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_token_char(char c) {
  return is_alphanumeric(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}

bool is_visible(char c) {
  return c > ' ' && c <= '~';
}

// RFC 9110 section 5.5: visible ASCII, blanks, and the bytes over 127.
bool is_value_char(char c) {
  return c == '\t' || c == ' ' || is_visible(c) || (c & 0x80) != 0;
}

struct Place {
  std::string what;
  std::function<std::string(char)> request;
  std::function<bool(char)> is_legal;
  std::function<std::string(char)> seen;  // what must stand in the backend's request
};

// One connection as long as it lives, and a new one after each refusal.
class Client {
 public:
  explicit Client(const TestGateway& gateway) : gateway_(gateway), peer_(gateway.connect()) {}

  int status_for(const std::string& request) {
    peer_.send(request);
    const Response response = peer_.read_response();
    if (response.status() != 200) check_error_answer(response, 400, "malformed_request");
    if (response.field("Connection") == "close") {
      CHECK(peer_.read_to_end() == "");
      peer_ = gateway_.connect();
    } else {
      CHECK(response.status() == 200);
    }
    return response.status();
  }

 private:
  const TestGateway& gateway_;
  Peer peer_;
};

void check_place(const Place& place) {
  CAPTURE(place.what);
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Client client(gateway);
  size_t passed = 0;
  for (int value = 0; value < 256; ++value) {
    CAPTURE(value);
    const auto c = static_cast<char>(value);
    const int status = client.status_for(place.request(c));
    CHECK((status == 200) == place.is_legal(c));
    if (status != 200) continue;
    const std::string request = upstream.request(passed++);
    CAPTURE(request);
    CHECK(request.find(place.seen(c)) != std::string::npos);
    CHECK(request.find("\r\nX-Request-ID: ") != std::string::npos);  // what the gateway adds still has its own lines
  }
  CHECK(upstream.notes().size() == passed);
  CHECK(passed > 0);
  CHECK(passed < 256);
  CHECK(gateway.wait_for_access_lines(256).size() == 256);
}

std::string request_with(const std::string& line) {
  return "GET /x HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n";
}

TEST_CASE("every byte in a method") {
  check_place({"method", [](char c) { return "G"s + c + "T /x HTTP/1.1\r\nHost: a\r\n\r\n"; }, is_token_char,
               [](char c) { return "G"s + c + "T /x HTTP/1.1\r\nHost: a\r\n"; }});
}

TEST_CASE("every byte in a path") {
  check_place({"path", [](char c) { return "GET /x"s + c + "y HTTP/1.1\r\nHost: a\r\n\r\n"; },
               [](char c) { return is_visible(c) && c != '#' && c != '%'; },  // "%y " is no escape
               [](char c) { return "GET /x"s + c + "y HTTP/1.1\r\nHost: a\r\n"; }});
}

TEST_CASE("every byte in a query") {
  check_place({"query", [](char c) { return "GET /x?"s + c + "y HTTP/1.1\r\nHost: a\r\n\r\n"; },
               [](char c) { return is_visible(c) && c != '#'; },
               [](char c) { return "GET /x?"s + c + "y HTTP/1.1\r\nHost: a\r\n"; }});
}

TEST_CASE("every byte behind the version") {
  check_place({"version", [](char c) { return "GET /x HTTP/1."s + c + "\r\nHost: a\r\n\r\n"; },
               [](char c) { return c >= '0' && c <= '9'; }, [](char) { return "GET /x HTTP/1.1\r\nHost: a\r\n"s; }});
}

TEST_CASE("every byte in a field's name") {
  check_place({"name", [](char c) { return request_with("Xa"s + c + "b: y"); },
               [](char c) { return is_token_char(c) || c == ':'; },  // then "Xa" is the name
               [](char c) { return c == ':' ? "\r\nXa: b: y\r\n" : "\r\nXa"s + c + "b: y\r\n"; }});
}

TEST_CASE("every byte before a field's name") {
  check_place({"before a name", [](char c) { return request_with(c + "Xa: y"s); }, is_token_char,
               [](char c) { return "\r\n"s + c + "Xa: y\r\n"; }});
}

TEST_CASE("every byte between a field's name and its colon") {
  check_place({"behind a name", [](char c) { return request_with("Xa"s + c + ": y"); },
               [](char c) { return is_token_char(c) || c == ':'; },
               [](char c) { return c == ':' ? "\r\nXa: : y\r\n" : "\r\nXa"s + c + ": y\r\n"; }});
}

TEST_CASE("every byte in a field's value") {
  check_place({"value", [](char c) { return request_with("Xa: y"s + c + "z"); }, is_value_char,
               [](char c) { return "\r\nXa: y"s + c + "z\r\n"; }});
}

TEST_CASE("every byte at a value's beginning and its end") {
  const auto seen = [](char c) { return is_one_of(c, " \t") ? "\r\nXa: y\r\n" : "\r\nXa: "s + c + "y" + c + "\r\n"; };
  check_place({"around a value", [](char c) { return request_with("Xa: "s + c + "y" + c); }, is_value_char, seen});
}

TEST_CASE("every byte in a Host") {
  check_place({"Host", [](char c) { return "GET /x HTTP/1.1\r\nHost: a"s + c + "1\r\n\r\n"; },
               [](char c) { return is_alphanumeric(c) || is_one_of(c, "-._~!$&'()*+;=:"); },  // "a:1" has a port
               [](char c) { return "\r\nHost: a"s + c + "1\r\n"; }});
}

TEST_CASE("every byte behind the CR of a line's end") {
  check_place({"line end", [](char c) { return "GET /x HTTP/1.1\r\nHost: a\r\nXa: y\r"s + c + "Xb: z\r\n\r\n"; },
               [](char c) { return c == '\n'; }, [](char) { return "\r\nXa: y\r\nXb: z\r\n"s; }});
}

}  // namespace
}  // namespace glassgate
