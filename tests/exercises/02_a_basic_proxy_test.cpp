// The exercises of docs/lessons/02-a-basic-proxy.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "02_forwarded.h"
#include "02_via_loop.h"
#include "http/head_parser.h"

namespace glassgate::exercises {
namespace {

TEST_CASE("exercise 02.1: a hop is written so that every reader of Forwarded sees three pairs" * doctest::skip()) {
  struct Row {
    std::string peer;
    std::string host;
    std::string hop;
  };
  for (const Row& row :
       std::vector<Row>{{"192.0.2.1", "shop.example", "for=192.0.2.1;host=shop.example;proto=http"},
                        {"192.0.2.1", "shop.example:8080", "for=192.0.2.1;host=\"shop.example:8080\";proto=http"},
                        {"2001:db8::1", "shop.example", "for=\"[2001:db8::1]\";host=shop.example;proto=http"},
                        {"::1", "[::1]:9000", "for=\"[::1]\";host=\"[::1]:9000\";proto=http"},
                        {"192.0.2.1", "", "for=192.0.2.1;proto=http"}}) {  // HTTP/1.0 may have no Host
    CAPTURE(row.hop);
    CHECK(forwarded_hop(*IpAddress::parse(row.peer), row.host) == row.hop);
  }
}

TEST_CASE("exercise 02.2: a request that has passed here before is told by its Via" * doctest::skip()) {
  struct Row {
    std::string lines;
    bool looped;
  };
  for (const Row& row : std::vector<Row>{{"", false},
                                         {"Via: 1.1 glassgate\r\n", true},
                                         {"Via: 1.0 fred, 1.1 GlassGate\r\n", true},
                                         {"Via: 1.0 fred\r\nvia: HTTP/1.1 glassgate (edge)\r\n", true},
                                         {"Via: 1.1\tglassgate\r\n", true},
                                         {"Via: 1.1 glassgate2, 1.1 my-glassgate\r\n", false},
                                         {"Via: 1.1 fred (glassgate)\r\n", false},
                                         {"Via: glassgate\r\n", false},  // a protocol without a name
                                         {"X-Via: 1.1 glassgate\r\nVia:\r\n", false}}) {
    CAPTURE(row.lines);
    const std::string section = row.lines + "\r\n";
    http::Fields fields;
    REQUIRE(parse_fields(section, 10, fields) == http::HeadError::none);
    CHECK(has_passed_here(fields) == row.looped);
  }
}

}  // namespace
}  // namespace glassgate::exercises
