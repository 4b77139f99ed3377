#include "gateway/config_values.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a duration names its units, the greater first and each once (I1)") {
  struct Row {
    std::string text;
    Duration value;
  };
  for (const auto& row : std::vector<Row>{{"250ms", 250ms},
                                          {"5s", 5s},
                                          {"1m30s", 90s},
                                          {"2h", 2h},
                                          {"1h2m3s4ms", 1h + 2min + 3s + 4ms},
                                          {"1h5ms", 1h + 5ms},
                                          {"90s", 90s},
                                          {"0", 0s},
                                          {"0s", 0s}}) {
    const auto& text = row.text;
    const auto& value = row.value;
    CAPTURE(text);
    CHECK(parse_duration(text) == value);
  }
  for (const std::string text :
       {"",     "5",     "s",    "5 s",  " 5s", "5s ", "-5s", "+5s",  "1.5s",     "10 seconds",           "5S",
        "5sec", "30s1m", "1s1s", "1m30", "00",  "5us", "1d",  "1e3s", "1000001h", "99999999999999999999h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("durations and sizes are written in the greatest units that fit") {
  CHECK(duration_text(0s) == "0");
  CHECK(duration_text(1ms) == "1ms");
  CHECK(duration_text(90s) == "1m30s");
  CHECK(duration_text(1h + 1ms) == "1h1ms");
  CHECK(duration_text(24h) == "24h");
  CHECK(size_text(0) == "0");
  CHECK(size_text(1000) == "1000");
  CHECK(size_text(64 * 1024) == "64KiB");
  CHECK(size_text(uint64_t{1} << 40) == "1TiB");
}

TEST_CASE("a size is in bytes or binary units, and never overflows (I2, I3)") {
  struct Row {
    std::string text;
    uint64_t value;
  };
  for (const auto& row : std::vector<Row>{{"0", 0},
                                          {"512", 512},
                                          {"64KiB", 65536},
                                          {"10MiB", 10485760},
                                          {"2GiB", uint64_t{2} << 30},
                                          {"16777215TiB", uint64_t{16777215} << 40},
                                          {"18446744073709551615", UINT64_MAX}}) {
    const auto& text = row.text;
    const auto& value = row.value;
    CAPTURE(text);
    CHECK(parse_size(text) == value);
  }
  for (const std::string text : {"", "KiB", "64KB", "64K", "64k", "64kib", "64 KiB", "1.5MiB", "-1", "+1", "0x10",
                                 "010", "16777216TiB", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_size(text).has_value());
  }
}

TEST_CASE("whole numbers and ratios are decimal and plain (I3)") {
  CHECK(parse_whole_number("0") == 0);
  CHECK(parse_whole_number("18446744073709551615") == UINT64_MAX);
  for (const std::string text :
       {"", "00", "010", "-1", "+1", "1.0", "1e3", "0x1", "1_000", " 1", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_whole_number(text).has_value());
  }
  CHECK(parse_ratio("0.5") == 0.5);
  CHECK(parse_ratio("1") == 1);
  CHECK(parse_ratio("0") == 0);
  for (const std::string text : {"", ".5", "-0.5", "1.01", "50%", "5e-1", "nan", "inf", "0.5x", " 0.5", "1e400"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ratio(text).has_value());
  }
}

TEST_CASE("a listener's address has a host and a port, which may be 0 (I4)") {
  struct Row {
    std::string text;
    HostPort value;
    std::string again;
  };
  for (const auto& row : std::vector<Row>{{"127.0.0.1:9000", {"127.0.0.1", 9000}, "127.0.0.1:9000"},
                                          {"0.0.0.0:0", {"0.0.0.0", 0}, "0.0.0.0:0"},
                                          {"[::1]:9000", {"::1", 9000}, "[::1]:9000"},
                                          {"[2001:DB8:0::1]:1", {"2001:db8::1", 1}, "[2001:db8::1]:1"},
                                          {"[::ffff:127.0.0.1]:1", {"127.0.0.1", 1}, "127.0.0.1:1"},
                                          {"LocalHost:65535", {"localhost", 65535}, "localhost:65535"}}) {
    const auto& text = row.text;
    const auto& value = row.value;
    const auto& again = row.again;
    CAPTURE(text);
    const ParsedAddress parsed = parse_listen_address(text);
    REQUIRE(parsed.address.has_value());
    CHECK(*parsed.address == value);
    CHECK(parsed.address->text() == again);
  }
  for (const std::string text : {"",
                                 ":",
                                 "9000",
                                 ":9000",
                                 "127.0.0.1",
                                 "127.0.0.1:",
                                 "127.0.0.1:65536",
                                 "127.0.0.1:-1",
                                 "127.0.0.1:08",
                                 "::1:9000",
                                 "[::1]",
                                 "[::1]9000",
                                 "[::1:9000",
                                 "[127.0.0.1]:9000",
                                 "[]:9000",
                                 "256.0.0.1:9000",
                                 "1.2.3:9000",
                                 "a b:1",
                                 "-a:1",
                                 "a-:1",
                                 "a..b:1",
                                 ".:1",
                                 "http://a:1",
                                 "*:9000",
                                 "[fe80::1%eth0]:1"}) {
    CAPTURE(text);
    const ParsedAddress parsed = parse_listen_address(text);
    CHECK_FALSE(parsed.address.has_value());
    CHECK_FALSE(parsed.expected.empty());
  }
}

TEST_CASE("a backend's address may be written as a URL without a path (I4)") {
  struct Row {
    std::string text;
    HostPort value;
  };
  for (const auto& row : std::vector<Row>{{"127.0.0.1:9101", {"127.0.0.1", 9101}},
                                          {"http://127.0.0.1:9101", {"127.0.0.1", 9101}},
                                          {"HTTP://Users.Internal", {"users.internal", 80}},
                                          {"http://[::1]", {"::1", 80}},
                                          {"http://[::1]:81", {"::1", 81}},
                                          {"my_service:80", {"my_service", 80}},
                                          {"a.svc.cluster.local.:80", {"a.svc.cluster.local.", 80}}}) {
    const auto& text = row.text;
    const auto& value = row.value;
    CAPTURE(text);
    const ParsedAddress parsed = parse_backend_address(text);
    REQUIRE(parsed.address.has_value());
    CHECK(*parsed.address == value);
  }
}

TEST_CASE("a backend's address that cannot be used says what was expected") {
  struct Row {
    std::string text;
    std::string expected;
  };
  const std::string form =
      "host:port or http://host:port, such as 127.0.0.1:9101, users.internal:8080 or \"[::1]:9101\"";
  for (const auto& row :
       std::vector<Row>{{"", form},
                        {"127.0.0.1", form},
                        {"http://", form},
                        {"http:// a:1", form},
                        {"ftp:1:1", form},
                        {"::1:80", form},
                        {"a:0", "a port from 1 to 65535 after the colon"},
                        {"a:65536", "a port from 1 to 65535 after the colon"},
                        {"http://a:", "a port from 1 to 65535 after the colon"},
                        {"https://a:443", "host:port or http://host:port; backends are reached in plain HTTP only"},
                        {"http://me:secret@a:1", "an address without a user name or password"},
                        {"http://a:1/", "an address without a path; a route's strip_prefix changes paths"},
                        {"http://a:1/x", "an address without a path; a route's strip_prefix changes paths"},
                        {"a:1?x", "an address without a path; a route's strip_prefix changes paths"}}) {
    const auto& text = row.text;
    const auto& expected = row.expected;
    CAPTURE(text);
    const ParsedAddress parsed = parse_backend_address(text);
    CHECK_FALSE(parsed.address.has_value());
    CHECK(parsed.expected == expected);
  }
}

TEST_CASE("a route's host is a name, an address or a wildcard, in lower case") {
  struct Row {
    std::string text;
    std::string host;
  };
  for (const auto& row : std::vector<Row>{{"API.example.com", "api.example.com"},
                                          {"*.Example.com", "*.example.com"},
                                          {"localhost", "localhost"},
                                          {"127.0.0.1", "127.0.0.1"},
                                          {"[2001:DB8:0::1]", "[2001:db8::1]"},
                                          {"[::1]", "[::1]"}}) {
    const auto& text = row.text;
    const auto& host = row.host;
    CAPTURE(text);
    CHECK(parse_route_host(text) == host);
  }
  for (const std::string text : {"", "*", "*.", "**.a", "*.*.a", "a.*.b", "*a.b", "a:80", "a.", "http://a",
                                 "*.127.0.0.1", "::1", "a/b", "a b"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_route_host(text).has_value());
  }
}

TEST_CASE("a key's source is one of five, two of them with a name") {
  using Kind = KeySource::Kind;
  CHECK(parse_key_source("none") == KeySource{Kind::none, ""});
  CHECK(parse_key_source("client_ip") == KeySource{Kind::client_ip, ""});
  CHECK(parse_key_source("path") == KeySource{Kind::path, ""});
  CHECK(parse_key_source("header:X-API-Key") == KeySource{Kind::header, "X-API-Key"});
  CHECK(parse_key_source("cookie:session") == KeySource{Kind::cookie, "session"});
  for (const std::string text :
       {"", "header", "header:", "header: X", "header:a b", "header:a:b", "ip", "Header:x", "query:x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_key_source(text).has_value());
  }
}

TEST_CASE("a status is expected alone or as a range") {
  CHECK(parse_status_range("204") == StatusRange{204, 204});
  CHECK(parse_status_range("200-599") == StatusRange{200, 599});
  for (const std::string text : {"", "99", "100", "199", "100-399", "600", "399-200", "200-", "-200", "200-300-400",
                                 "2xx", "200 - 299", "0200"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_status_range(text).has_value());
  }
}

}  // namespace
}  // namespace glassgate
