#include "gateway/client_address.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/head_parser.h"

namespace glassgate {
namespace {

struct Row {
  std::string what;
  std::string trusted;  // blocks, with spaces between them
  std::string peer;
  std::string fields;
  std::string client;
};

ServerConfig trusting(std::string_view blocks) {
  ServerConfig config;
  while (!blocks.empty()) {
    const size_t space = blocks.find(' ');
    config.trusted_proxies.push_back(CidrBlock::parse(blocks.substr(0, space)).value());
    blocks.remove_prefix(space == std::string_view::npos ? blocks.size() : space + 1);
  }
  return config;
}

std::string client_of(const Row& row) {
  const std::string section = row.fields + "\r\n";
  http::Fields fields;
  REQUIRE(http::parse_fields(section, 1000, fields) == http::HeadError::none);
  return client_address(trusting(row.trusted), IpAddress::parse(row.peer).value(), fields).text();
}

TEST_CASE("nothing that an untrusted peer says has any influence") {
  for (const char* field : {"X-Forwarded-For: 127.0.0.1\r\n", "X_Forwarded_For: 127.0.0.1\r\n",
                            "X-Real-IP: 127.0.0.1\r\n", "Forwarded: for=127.0.0.1\r\n", ""}) {
    CHECK(client_of({"no proxies", "", "192.0.2.1", field, ""}) == "192.0.2.1");
    CHECK(client_of({"another proxy", "10.0.0.0/8 127.0.0.1", "192.0.2.1", field, ""}) == "192.0.2.1");
  }
}

TEST_CASE("the list is believed from its end on, for as long as the address that appended is trusted") {
  const std::vector<Row> rows{
      {"one proxy", "10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"},
      {"what the client wrote itself is in front", "10.0.0.0/8", "10.0.0.1",
       "X-Forwarded-For: 127.0.0.1, 192.0.2.7\r\n", "192.0.2.7"},
      {"two proxies", "10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 1.1.1.1,192.0.2.7 , 10.9.9.9\r\n", "192.0.2.7"},
      {"all of them trusted", "10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 10.3.3.3, 10.2.2.2\r\n", "10.3.3.3"},
      {"no field", "10.0.0.0/8", "10.0.0.1", "", "10.0.0.1"},
      {"an empty one", "10.0.0.0/8", "10.0.0.1", "X-Forwarded-For:\r\n", "10.0.0.1"},
      {"two lines are one list", "10.0.0.0/8", "10.0.0.1",
       "X-Forwarded-For: 127.0.0.1\r\nX-A: b\r\nx-forwarded-for: 192.0.2.7,10.2.2.2\r\n", "192.0.2.7"},
      {"IPv6", "2001:db8::/32", "2001:db8::1", "X-Forwarded-For: 2001:db9::7, 2001:db8::2\r\n", "2001:db9::7"},
      {"a peer on an IPv6 socket", "10.0.0.0/8", "::ffff:10.0.0.1", "X-Forwarded-For: ::ffff:192.0.2.7\r\n",
       "192.0.2.7"},
      {"underscores", "10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 192.0.2.7\r\nX_Forwarded_For: 127.0.0.1\r\n",
       "192.0.2.7"},
      {"underscores in part", "10.0.0.0/8", "10.0.0.1", "X-Forwarded_For: 127.0.0.1\r\n", "10.0.0.1"},
      {"X-Real-IP", "10.0.0.0/8", "10.0.0.1", "X-Real-IP: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n", "10.0.0.1"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(client_of(row) == row.client);
  }
}

TEST_CASE("a port that a proxy wrote behind the address is no part of it") {
  const std::vector<std::pair<std::string, std::string>> rows{{"192.0.2.7:50123", "192.0.2.7"},
                                                              {"[2001:db8::7]:443", "2001:db8::7"},
                                                              {"[2001:db8::7]", "2001:db8::7"},
                                                              {"2001:db8::7:443", "2001:db8::7:443"},
                                                              {"127.0.0.1:1, 192.0.2.7:2, 10.2.2.2:3", "192.0.2.7"}};
  for (const auto& [hops, client] : rows) {
    CHECK(client_of({"", "10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: " + hops + "\r\n", ""}) == client);
  }
}

TEST_CASE("what is no address ends the belief, and is never an address") {
  for (const std::string junk : {"unknown",
                                 "_hidden",
                                 "192.0.2.7:",
                                 "192.0.2.7:http",
                                 "192.0.2.7:80:80",
                                 ":80",
                                 "[2001:db8::1",
                                 "[2001:db8::1]x",
                                 "[2001:db8::1]:",
                                 "[192.0.2.7:80",
                                 "[]",
                                 "[]:80",
                                 "[",
                                 "]",
                                 "\"192.0.2.7\"",
                                 "192.0.2.256",
                                 "localhost",
                                 "fe80::1%eth0",
                                 "127.0.0.1 127.0.0.1",
                                 "\xFF"}) {
    CAPTURE(junk);
    CHECK(client_of({"", "10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 127.0.0.1, " + junk + "\r\n", ""}) == "10.0.0.1");
    CHECK(client_of({"", "10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 127.0.0.1, " + junk + ", 10.2.2.2\r\n", ""}) ==
          "10.2.2.2");
  }
  CHECK(client_of({"", "10.0.0.0/8", "10.0.0.1", "X-Forwarded-For: 192.0.2.7,,10.2.2.2\r\n", ""}) == "10.2.2.2");
}

TEST_CASE("a list as long as a head may be is read for a bounded number of hops") {
  std::string list = "X-Forwarded-For: 127.0.0.1";
  for (int i = 0; i < 5000; ++i) list += ", 10.0.0." + std::to_string(i % 250);
  const std::string client = client_of({"", "10.0.0.0/8", "10.0.0.1", list + "\r\n", ""});
  CHECK(client.starts_with("10.0.0."));
}

TEST_CASE("who is trusted is who is in a block") {
  const ServerConfig config = trusting("10.0.0.0/8 ::1");
  CHECK(is_trusted_proxy(config, IpAddress::parse("10.200.0.1").value()));
  CHECK(is_trusted_proxy(config, IpAddress::parse("::1").value()));
  CHECK_FALSE(is_trusted_proxy(config, IpAddress::parse("127.0.0.1").value()));
  CHECK_FALSE(is_trusted_proxy(ServerConfig(), IpAddress::parse("127.0.0.1").value()));
}

}  // namespace
}  // namespace glassgate
