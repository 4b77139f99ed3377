// What a backend writes into its head goes to the client as it is or not at all, and into the log as a value.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "hardening/pages.h"
#include "support/json_reader.h"

namespace glassgate::test {
namespace {

using namespace std::string_literals;

// For each request the answer that its number asks for.
struct Talkative {
  explicit Talkative(std::vector<std::string> all) : heads(std::move(all)) {}

  const std::vector<std::string> heads;
  ScriptedUpstream upstream{[this](Peer& peer, int) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      const size_t number = std::stoul(request.substr(request.find('/') + 1));
      if (!peer.send(heads.at(number) + "Content-Length: 5\r\n\r\nhello")) return;
    }
  }};
};

struct Row {
  std::string head;
  int status;
};

std::vector<Row> rows() {
  const std::string fine = "HTTP/1.1 200 OK\r\n";
  std::vector<Row> out{
      {"HTTP/1.1 200 <script>alert(1)</script>\r\n", 200},
      {"HTTP/1.1 200 \"}\\\r\n", 200},
      {"HTTP/1.1 200 \xff\xfe\r\n", 200},
      {"HTTP/1.1 200 O\rX-Injected: y\r\n", 502},
      {"HTTP/1.1 200 O\nX-Injected: y\r\n", 502},
      {"HTTP/1.1 200 \x1b[2J\r\n", 502},
      {"HTTP/1.1 200 O\0K\r\n"s, 502},
      {"HTTP/1.1 599 X\r\n", 599},
      {"HTTP/1.1 600 X\r\n", 502},
      {fine + "X\" y: z\r\n", 502},
      {fine + "<b>: z\r\n", 502},
      {fine + "X\r\n", 502},
      {fine + "X-Request-ID: \"}<script>\r\n", 200},
      {fine + "Server-Timing: x;desc=\"\\\"\"\r\n", 200},
      {fine + "Connection: X-Request-ID, Date, Content-Length\r\n", 200},
      {fine + "Via: \"\\\r\n", 200},
  };
  for (const std::string name : {"Location", "Set-Cookie", "Server", "X-Request-ID", "Upgrade", "Content-Type"}) {
    out.push_back({fine + name + ": %0d%0aX-Injected:%20y\r\n", 200});
    out.push_back({fine + name + ": \xE5\x98\x8A\xE5\x98\x8DX-Injected: y\r\n", 200});
    out.push_back({fine + name + ": a\rX-Injected: y\r\n", 502});
    out.push_back({fine + name + ": a\nX-Injected: y\r\n", 502});
    out.push_back({fine + name + ": a\r\n X-Injected: y\r\n", 502});
    out.push_back({fine + name + ": a\0b\r\n"s, 502});
  }
  return out;
}

TEST_CASE("whatever a backend writes into its head, the client's head, the log and the pages stay what they are") {
  const std::vector<Row> table = rows();
  std::vector<std::string> heads;
  for (const Row& row : table) heads.push_back(row.head);
  Talkative backend(std::move(heads));
  const TestGateway gateway("explain: true\n" + TestGateway::in_front_of({backend.upstream.address()}));
  for (size_t i = 0; i < table.size(); ++i) {
    CAPTURE(table[i].head);
    Peer client = gateway.connect();
    client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nX-Request-ID: id\r\n\r\n");
    const Response answer = client.read_response();
    CHECK(answer.complete);
    CHECK(answer.status() == table[i].status);
    CHECK(answer.field("X-Request-ID") == "id");
    CHECK(answer.count("X-Request-ID") == 1);
    check_head(answer.head);
    client.close();
    const Json line = json_of(gateway.wait_for_access_lines(i + 1).at(i));
    CHECK(line.at("status").text == std::to_string(table[i].status));
  }
  check_all_pages(gateway);
}

}  // namespace
}  // namespace glassgate::test
