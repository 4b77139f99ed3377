// The balancers as they act in a running gateway.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "support/fleet.h"
#include "support/gate.h"

namespace glassgate::test {
namespace {

struct Three {
  NamedUpstream a{"a"};
  NamedUpstream b{"b"};
  NamedUpstream c{"c"};
  std::vector<std::string> addresses() const { return {a.address(), b.address(), c.address()}; }
};

std::string weighted(const ScriptedUpstream& upstream, int weight) {
  return "{address: " + upstream.address() + ", weight: " + std::to_string(weight) + "}";
}

// Who answered, in order, one after the other.
std::string order(const TestGateway& gateway, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += get(gateway).body;
  return out;
}

TEST_CASE("the order in which backends are asked is the balancer's") {
  const struct {
    std::string balancer;
    int weight_of_a;
    std::string order;
  } rows[] = {{"round_robin", 1, "abcabca"},
              {"weighted_round_robin", 5, "aabacaaaabacaa"},
              {"weighted_round_robin", 1, "abcabc"},
              {"least_connections", 1, "abcabc"}};
  for (const auto& row : rows) {
    CAPTURE(row.balancer);
    const Three up;
    const TestGateway gateway(
        fleet_of({weighted(up.a, row.weight_of_a), weighted(up.b, 1), weighted(up.c, 1)}, "balancer: " + row.balancer));
    CHECK(order(gateway, static_cast<int>(row.order.size())) == row.order);
    CHECK(backend_in_status(gateway, 1).at("picks").text == std::to_string(up.b.requests));
  }
}

TEST_CASE("with least_connections a busy backend is left alone until it is done") {
  Gate done;
  ScriptedUpstream busy([&](Peer& peer, int) {
    while (!peer.read_request().empty()) {
      busy.note("asked");
      done.wait();
      peer.send(ok("busy"));
    }
  });
  NamedUpstream idle("idle");
  const TestGateway gateway(fleet_of({busy.address(), idle.address()}, "balancer: least_connections"));
  Peer first = gateway.connect();
  first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  busy.wait_for_notes(1);
  for (int i = 0; i < 10; ++i) CHECK(get(gateway).body == "idle");
  done.open();
  CHECK(first.read_response().body == "busy");
  REQUIRE(eventually([&] { return backend_of(gateway, 0).in_flight == 0; }));
  const std::string two = order(gateway, 2);
  CHECK((two == "busyidle" || two == "idlebusy"));
}

struct Hashed {
  std::string hash_on;
  std::string (*path)(int i);
  std::string (*fields)(int i);
};

std::string always_root(int /*i*/) {
  return "/";
}

const Hashed hashed[] = {
    {"header:X-User", always_root, [](int i) { return "X-User: u" + std::to_string(i) + "\r\n"; }},
    {"cookie:session", always_root, [](int i) { return "Cookie: a=1; session=s" + std::to_string(i) + "; b=2\r\n"; }},
    {"path", [](int i) { return "/p" + std::to_string(i); }, [](int) { return std::string(); }},
    {"client_ip", always_root, [](int i) { return "X-Forwarded-For: 192.0.2." + std::to_string(i) + "\r\n"; }},
};

const std::string trusting = "server: {trusted_proxies: [127.0.0.1]}\n";

// Who answers the keys 0 to 29.
std::vector<std::string> homes(const TestGateway& gateway, const Hashed& by) {
  std::vector<std::string> out;
  for (int i = 0; i < 30; ++i) out.push_back(get(gateway, by.path(i), by.fields(i)).body);
  return out;
}

size_t distinct(const std::vector<std::string>& all) {
  std::map<std::string, int> seen;
  for (const std::string& one : all) ++seen[one];
  return seen.size();
}

TEST_CASE("with consistent_hash a key stays at its backend, and not all keys at the same one") {
  for (const Hashed& by : hashed) {
    CAPTURE(by.hash_on);
    const Three up;
    const std::string yaml = trusting +
                             fleet_of(up.addresses(), "balancer: consistent_hash, hash_on: \"" + by.hash_on + "\"");
    const TestGateway gateway(yaml);
    const auto first = homes(gateway, by);
    CHECK(distinct(first) == 3);
    CHECK(homes(gateway, by) == first);
    CHECK(homes(TestGateway(yaml), by) == first);  // nothing but the configuration decides
  }
}

TEST_CASE("what is hashed is what was configured, and nothing else") {
  const Three up;
  for (const Hashed& by : hashed) {
    CAPTURE(by.hash_on);
    const TestGateway gateway(trusting +
                              fleet_of(up.addresses(), "balancer: consistent_hash, hash_on: \"" + by.hash_on + "\""));
    const std::string home = get(gateway, by.path(1), by.fields(1)).body;
    for (const Hashed& other : hashed) {
      if (other.hash_on == by.hash_on) continue;
      CAPTURE(other.hash_on);
      for (int i = 0; i < 10; ++i) {
        const std::string path = by.hash_on == "path" ? by.path(1) : other.path(i);
        CHECK(get(gateway, path, by.fields(1) + other.fields(i)).body == home);
      }
    }
  }
}

TEST_CASE("where the header or cookie is missing or empty, the client's address is hashed instead") {
  const Three up;
  const Hashed& by_address = hashed[3];
  const auto expected = homes(
      TestGateway(trusting + fleet_of(up.addresses(), "balancer: consistent_hash, hash_on: client_ip")), by_address);
  CHECK(distinct(expected) > 1);
  for (const std::string hash_on : {"header:X-User", "cookie:session"}) {
    CAPTURE(hash_on);
    const TestGateway gateway(trusting +
                              fleet_of(up.addresses(), "balancer: consistent_hash, hash_on: \"" + hash_on + "\""));
    CHECK(homes(gateway, by_address) == expected);
    const Hashed with_empty{
        "", always_root,
        [](int i) { return "X-User: \r\nCookie: session=\r\nX-Forwarded-For: 192.0.2." + std::to_string(i) + "\r\n"; }};
    CHECK(homes(gateway, with_empty) == expected);
  }
}

TEST_CASE("the keys of a backend that is gone walk on to others, nobody else's move, and all come home again") {
  const Hashed& by = hashed[0];
  Three up;
  const TestGateway gateway(fleet_of(up.addresses(),
                                     "balancer: consistent_hash, hash_on: \"header:X-User\", retries: 1, health: "
                                     "{active: {interval: 20ms, unhealthy_after: 1, healthy_after: 1}}"));
  const auto before = homes(gateway, by);
  up.b.health = 500;
  REQUIRE(eventually([&] { return !backend_of(gateway, 1).health.healthy({}); }));
  const auto without_b = homes(gateway, by);
  std::vector<std::string> heirs;
  for (size_t i = 0; i < before.size(); ++i) {
    CAPTURE(i);
    if (before[i] == "b") {
      CHECK(without_b[i] != "b");
      heirs.push_back(without_b[i]);
    } else {
      CHECK(without_b[i] == before[i]);
    }
  }
  CHECK(homes(gateway, by) == without_b);
  CHECK(distinct(heirs) <= 2);
  up.b.health = 200;
  REQUIRE(eventually([&] { return backend_of(gateway, 1).health.healthy({}); }));
  CHECK(homes(gateway, by) == before);
}

TEST_CASE("the keys of a backend that nobody has found dead yet are answered by the next on the ring, too") {
  const Hashed& by = hashed[0];
  Three up;
  const TestGateway gateway(fleet_of(up.addresses(), "balancer: consistent_hash, hash_on: \"header:X-User\""));
  const auto before = homes(gateway, by);
  up.b.stop();
  size_t walked = 0;
  for (int i = 0; i < 30 && walked < 5; ++i) {  // within the retries that a quiet upstream has
    CAPTURE(i);
    const Response answer = get(gateway, by.path(i), by.fields(i));
    CHECK(answer.status() == 200);
    const std::string& home = before[static_cast<size_t>(i)];
    CHECK((answer.body == home) == (home != "b"));
    if (home == "b") ++walked;
  }
  CHECK(walked > 0);
}

}  // namespace
}  // namespace glassgate::test
