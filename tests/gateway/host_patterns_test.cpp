#include "gateway/host_patterns.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace glassgate {
namespace {

// The patterns that take the host, in the order in which they are asked, as "api.example.com *.com any".
std::string order_of(const std::vector<std::string>& patterns, std::string_view host) {
  HostPatterns hosts;
  for (const std::string& pattern : patterns) hosts.add(pattern);
  std::string out;
  for (auto hit = hosts.best(host); hit.pattern != HostPatterns::none; hit = hosts.next(hit)) {
    if (!out.empty()) out += " ";
    out += patterns[hit.pattern].empty() ? "any" : patterns[hit.pattern];
  }
  return out;
}

TEST_CASE("the exact host comes first, then the wildcards from the longest on, then any host (I1)") {
  std::vector<std::string> patterns = {"", "*.com", "*.example.com", "a.b.example.com", "*.b.example.com"};
  std::sort(patterns.begin(), patterns.end());
  do {
    CHECK(order_of(patterns, "a.b.example.com") == "a.b.example.com *.b.example.com *.example.com *.com any");
    CHECK(order_of(patterns, "x.b.example.com") == "*.b.example.com *.example.com *.com any");
    CHECK(order_of(patterns, "b.example.com") == "*.example.com *.com any");
    CHECK(order_of(patterns, "x.y.z.example.com") == "*.example.com *.com any");
    CHECK(order_of(patterns, "example.com") == "*.com any");
    CHECK(order_of(patterns, "com") == "any");
    CHECK(order_of(patterns, "example.org") == "any");
    CHECK(order_of(patterns, "") == "any");
  } while (std::next_permutation(patterns.begin(), patterns.end()));
}

TEST_CASE("a wildcard takes one whole label or more (I2)") {
  const struct {
    const char* host;
    bool taken;
  } rows[] = {
      {"a.example.com", true},
      {"a.b.c.example.com", true},
      {"*.example.com", true},
      {"example.com", false},
      {"notexample.com", false},
      {".example.com", false},
      {"..example.com", false},
      {"a.example.com.evil.org", false},
      {"a.example.comx", false},
      {"a.example..com", false},
      {"com", false},
      {"", false},
      {".", false},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.host));
    CHECK(order_of({"*.example.com"}, row.host) == (row.taken ? "*.example.com" : ""));
  }
}

TEST_CASE("the port, the last dot, brackets and case do not matter") {
  for (const std::string host :
       {"api.example.com", "API.Example.COM", "api.example.com:8080", "api.example.com.", "Api.example.com.:443"}) {
    CAPTURE(host);
    CHECK(order_of({"api.example.com", ""}, host) == "api.example.com any");
    CHECK(order_of({"*.example.com", ""}, host) == "*.example.com any");
    CHECK(order_of({"API.example.com", ""}, host) == "API.example.com any");
  }
  for (const std::string host :
       {"[2001:DB8::1]", "[2001:db8::1]:80", "[2001:db8:0::1]", "[2001:0DB8:0:0:0:0:0:1]:80"}) {
    CAPTURE(host);
    CHECK(order_of({"2001:db8::1"}, host) == "2001:db8::1");
    CHECK(order_of({"[2001:db8::1]"}, host) == "[2001:db8::1]");
  }
  CHECK(order_of({"127.0.0.1"}, "127.0.0.1:9000") == "127.0.0.1");
}

TEST_CASE("a host that is not the same name is not taken") {
  for (const std::string host :
       {"api.example.com..", "api..example.com", "xapi.example.com", "api.example.co", "api", "example.com",
        "api.example.com:80:80", "[api.example.com", "[", "[]", "]", ":", ":80"}) {
    CAPTURE(host);
    const std::string taken = order_of({"api.example.com", ""}, host);
    // An unclosed bracket is refused long before; here it must only do no harm.
    CHECK((taken == "any" || host == "[api.example.com"));
  }
}

TEST_CASE("a pattern added twice keeps its number") {
  HostPatterns hosts;
  CHECK(hosts.add("a.example.com") == 0);
  CHECK(hosts.add("") == 1);
  CHECK(hosts.add("*.example.com") == 2);
  CHECK(hosts.add("a.example.com") == 0);
  CHECK(hosts.add("") == 1);
  CHECK(hosts.add("example.com") == 3);
}

TEST_CASE("without any pattern nothing is taken") {
  CHECK(order_of({}, "example.com").empty());
  CHECK(order_of({}, "").empty());
}

TEST_CASE("a label longer than DNS allows matches a wildcard and no name") {
  const std::string label(64, 'a');
  CHECK(order_of({"*.com", label + ".com"}, label + ".com") == "*.com");
  const std::string longest(63, 'a');
  CHECK(order_of({longest + ".com"}, longest + ".com") == longest + ".com");
}

TEST_CASE("a host of 64 KiB of labels is only walked as far as a pattern leads") {
  std::string host;
  for (int i = 0; i < 32768; ++i) host += "a.";
  CHECK(order_of({"*.com", ""}, host + "com") == "*.com any");
  CHECK(order_of({"*.com", ""}, host) == "any");
}

}  // namespace
}  // namespace glassgate
