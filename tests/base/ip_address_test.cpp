#include "base/ip_address.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <string>
#include <vector>

namespace glassgate {
namespace {

std::string parsed(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->text() : "none";
}

TEST_CASE("an address is read, and written in its one usual form") {
  struct Row {
    std::string text;
    std::string written;
    bool v4;
  };
  for (const Row& row :
       std::vector<Row>{{"192.0.2.7", "192.0.2.7", true},
                        {"0.0.0.0", "0.0.0.0", true},
                        {"255.255.255.255", "255.255.255.255", true},
                        {"::", "::", false},
                        {"::1", "::1", false},
                        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1", false},
                        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
                        {"::ffff:192.0.2.7", "192.0.2.7", true},
                        {"::ffff:c000:207", "192.0.2.7", true},
                        {"::192.0.2.7", "::192.0.2.7", false}}) {
    CAPTURE(row.text);
    const auto address = IpAddress::parse(row.text);
    REQUIRE(address);
    CHECK(address->text() == row.written);
    CHECK(address->is_v4() == row.v4);
    CHECK(IpAddress::parse(row.written) == address);
  }
}

TEST_CASE("an address mapped into IPv6 is the IPv4 address: a client has one identity") {
  CHECK(IpAddress::parse("::ffff:10.1.2.3") == IpAddress::parse("10.1.2.3"));
  CHECK(IpAddress::parse("::10.1.2.3") != IpAddress::parse("10.1.2.3"));
}

TEST_CASE("anything but one address is refused") {
  using namespace std::string_literals;
  for (const std::string& bad : {""s,
                                 " 192.0.2.7"s,
                                 "192.0.2.7 "s,
                                 "192.0.2"s,
                                 "192.0.2.7.8"s,
                                 "192.0.2.256"s,
                                 "192.0.2.07"s,
                                 "0x7f.0.0.1"s,
                                 "2130706433"s,
                                 "127.1"s,
                                 "192.0.2.7:80"s,
                                 "[::1]"s,
                                 "[::1]:80"s,
                                 "::1%eth0"s,
                                 "fe80::1%1"s,
                                 "1::2::3"s,
                                 ":::"s,
                                 "12345::"s,
                                 "g::"s,
                                 "localhost"s,
                                 "unknown"s,
                                 "_hidden"s,
                                 "192.0.2.7\0"s,
                                 "192.0.2.7\0.x"s,
                                 "192.0.2.7\n"s,
                                 "1.2.3.4,5.6.7.8"s,
                                 std::string(1000, '1'),
                                 std::string(100, ':')}) {
    CAPTURE(bad);
    CHECK(parsed(bad) == "none");
  }
}

TEST_CASE("an address is taken from a socket's, without its port") {
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(4711);
  v4.sin_addr.s_addr = htonl(0xC0000207);
  CHECK(IpAddress::from(reinterpret_cast<const sockaddr&>(storage)).text() == "192.0.2.7");

  storage = {};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  CHECK(IpAddress::from(reinterpret_cast<const sockaddr&>(storage)).text() == "::1");
  const uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 1, 2, 3};
  std::memcpy(&v6.sin6_addr, mapped, sizeof mapped);
  CHECK(IpAddress::from(reinterpret_cast<const sockaddr&>(storage)).text() == "10.1.2.3");

  storage = {};
  storage.ss_family = AF_UNIX;
  CHECK(IpAddress::from(reinterpret_cast<const sockaddr&>(storage)).text() == "0.0.0.0");
}

TEST_CASE("a block holds the addresses that share its first bits") {
  struct Row {
    std::string block;
    std::vector<std::string> inside;
    std::vector<std::string> outside;
  };
  const std::vector<Row> rows{
      {"10.0.0.0/8", {"10.0.0.0", "10.255.255.255", "::ffff:10.1.1.1"}, {"9.255.255.255", "11.0.0.0", "::10.1.1.1"}},
      {"192.0.2.128/25", {"192.0.2.128", "192.0.2.255"}, {"192.0.2.127", "192.0.3.128"}},
      {"192.0.2.7", {"192.0.2.7"}, {"192.0.2.6", "192.0.2.8"}},
      {"192.0.2.7/32", {"192.0.2.7"}, {"192.0.2.6"}},
      {"0.0.0.0/0", {"0.0.0.0", "255.255.255.255"}, {"::", "::1"}},
      {"::/0", {"::", "2001:db8::1"}, {"0.0.0.0", "::ffff:1.2.3.4"}},
      {"2001:db8::/33", {"2001:db8:7fff::"}, {"2001:db8:8000::"}},
      {"::1", {"::1"}, {"::2", "0.0.0.1"}},
      {"::ffff:10.0.0.0/104", {"10.9.9.9", "::ffff:10.9.9.9"}, {"11.0.0.0", "::"}},
      {"::ffff:192.0.2.7", {"192.0.2.7"}, {"192.0.2.6"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.block);
    const auto block = CidrBlock::parse(row.block);
    REQUIRE(block);
    CHECK(CidrBlock::parse(block->text()) == block);
    for (const std::string& address : row.inside) CHECK(block->contains(IpAddress::parse(address).value()));
    for (const std::string& address : row.outside) CHECK_FALSE(block->contains(IpAddress::parse(address).value()));
  }
}

TEST_CASE("a block with bits below its prefix, or with a prefix that is none, is a mistake") {
  for (const char* bad :
       {"10.1.0.0/8", "192.0.2.7/31", "2001:db8::1/64", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1",
        "10.0.0.0/+8", "10.0.0.0/8 ", "10.0.0.0/8/8", "/8", "", "10.0.0.0/ 8", "10/8", "::1/0x80",
        "10.0.0.0/99999999999999999999", "::ffff:10.0.0.0/8", "::ffff:0.0.0.0/95", "10.0.0.0/104"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(CidrBlock::parse(bad).has_value());
  }
}

}  // namespace
}  // namespace glassgate
