// Peers that send more than anybody means: what they send is passed on in pieces or refused at a bound, and never
// gathered.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/attacked_gateway.h"
#include "support/json_reader.h"
#include "support/threads.h"

namespace glassgate::test {
namespace {

const std::string patient = "20s";
constexpr size_t million = 1'000'000;
const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string post_chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string answer_chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string repeated(const std::string& piece, size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (size_t i = 0; i < times; ++i) out += piece;
  return out;
}

// Answers with how many bytes of body came, without their chunks.
void count_body(Peer& peer, int) {
  while (!peer.read_head().empty()) {
    size_t bytes = 0;
    for (std::string line = peer.read_until("\r\n"); line.size() > 2; line = peer.read_until("\r\n")) {
      const size_t size = std::strtoull(line.c_str(), nullptr, 16);
      peer.read_exactly(size + 2);
      bytes += size;
      if (size == 0) break;
    }
    if (!peer.send(ok(std::to_string(bytes)))) return;
  }
}

TEST_CASE("clients that send too much of a head or of a chunk's framing are refused at a bound") {
  struct Row {
    std::string what;
    std::string request;
    int status;
  };
  const std::vector<Row> rows{
      {"10,000 fields", "GET / HTTP/1.1\r\nHost: a\r\n" + repeated("a:b\r\n", 10'000) + "\r\n", 431},
      {"one field of a MiB", "GET / HTTP/1.1\r\nA: " + std::string(1 << 20, 'a') + "\r\n\r\n", 431},
      {"a target of a MiB", "GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\n\r\n", 414},
      {"a method of a MiB", std::string(1 << 20, 'G'), 414},
      {"a million empty lines", repeated("\r\n", million), 414},
      {"10,000 names in Connection", "GET / HTTP/1.1\r\nHost: a\r\nConnection: " + repeated("n,", 10'000) + "\r\n\r\n",
       400},
      {"an extension of a MiB", post_chunked + "5;" + std::string(1 << 20, 'a') + "\r\n", 400},
      {"a million extensions", post_chunked + "5" + repeated(";a", million) + "\r\n", 400},
      {"100,000 bytes of body, and an extension of 100 bytes at each",
       post_chunked + repeated("1;" + std::string(100, 'e') + "\r\na\r\n", million / 10), 400},
      {"trailers of a MiB", post_chunked + "0\r\n" + repeated("a:b\r\n", 200'000) + "\r\n", 400},
      {"101 trailers", post_chunked + "0\r\n" + repeated("a:b\r\n", 101) + "\r\n", 400},
  };
  AttackedGateway attacked(count_body, patient);
  attacked.begin_watch();
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Peer client = attacked.connect();
    client.send(row.request);
    client.shutdown_write();
    client.read_to_end();  // the answer, or a reset: who still sends may never see it
    client.close();
  }
  const auto refusals = [&] { return attacked.gateway().log_lines("\"status\":4"); };
  CHECK(eventually([&] { return refusals().size() == rows.size(); }));
  for (size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(rows[i].what);
    CHECK(json_field(refusals().at(i), "status") == std::to_string(rows[i].status));
  }
  attacked.check_unharmed();
}

TEST_CASE("a million chunks of one byte go up as one body") {
  AttackedGateway attacked(count_body, patient);
  attacked.begin_watch();
  Peer client = attacked.connect();
  client.send(post_chunked + repeated("1\r\na\r\n", million) + "0\r\n\r\n");
  CHECK(client.read_response().body == std::to_string(million));
  client.close();
  attacked.check_unharmed();
}

TEST_CASE("100,000 chunks of one byte with a short extension each go up as one body") {
  AttackedGateway attacked(count_body, patient);
  attacked.begin_watch();
  Peer client = attacked.connect();
  client.send(post_chunked + repeated("1;" + std::string(14, 'e') + "\r\na\r\n", 100'000) + "0\r\n\r\n");
  CHECK(client.read_response().body == "100000");
  client.close();
  attacked.check_unharmed();
}

TEST_CASE("a million chunks of one byte come down as one body") {
  AttackedGateway attacked(
      [flood = answer_chunked + repeated("1\r\na\r\n", million) + "0\r\n\r\n"](Peer& peer, int) {
        while (!peer.read_request().empty()) peer.send(flood);
      },
      patient);
  attacked.begin_watch();
  Peer client = attacked.connect();
  client.send(get);
  const Response answer = client.read_response();
  CHECK(answer.complete);
  CHECK(answer.body == std::string(million, 'a'));
  client.close();
  attacked.check_unharmed();
}

TEST_CASE("backends that send too much of a head or of a chunk's framing are refused at a bound") {
  const std::vector<std::string> floods{
      "HTTP/1.1 200 OK\r\n" + repeated("a:b\r\n", 10'000) + "\r\n",
      "HTTP/1.1 200 OK\r\nA: " + std::string(1 << 20, 'a') + "\r\n\r\n",
      "HTTP/1.1 200 " + std::string(1 << 20, 'a') + "\r\n\r\n",
      "HTTP/1.1 200 OK\r\nConnection: " + repeated("n,", 10'000) + "\r\n\r\n",
      repeated("\r\n", million),
      answer_chunked + "5;" + std::string(1 << 20, 'a') + "\r\n",
      answer_chunked + "5" + repeated(";a", million) + "\r\n",
      answer_chunked + "0\r\n" + repeated("a:b\r\n", 200'000) + "\r\n",
  };
  AttackedGateway attacked(
      [&](Peer& peer, int number) {
        peer.read_request();
        peer.send(floods.at(static_cast<size_t>(number)));
        peer.ends();
      },
      patient);
  attacked.begin_watch();
  for (const std::string& flood : floods) {
    CAPTURE(flood.substr(0, 70));
    Peer client = attacked.connect();
    client.send(get);
    const Response answer = client.read_response();
    CHECK((answer.status() == 502 || !answer.complete));
  }
  attacked.check_unharmed();
}

TEST_CASE("5,000 requests in one go are answered one after the other") {
  AttackedGateway attacked(ScriptedUpstream::always(ok("hello")), patient);
  attacked.begin_watch();
  Peer client = attacked.connect();
  Threads sender;
  sender.start([&] { client.send(repeated(get, 5000)); });
  size_t answered = 0;
  while (answered < 5000 && client.read_response().body == "hello") ++answered;
  sender.join();
  CHECK(answered == 5000);
  client.close();
  attacked.check_unharmed();
}

}  // namespace
}  // namespace glassgate::test
