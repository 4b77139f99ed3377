// Request smuggling: every way that is known to make two programs disagree on where a request ends. Each must be
// refused before a byte of it reaches the backend, and the connection must end with it, because its next byte may be
// anything.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/recording_upstream.h"
#include "support/refusals.h"

namespace glassgate {
namespace {

using namespace test;
using namespace std::string_literals;

const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

// A body that is a request for whoever takes the wrong end for the right one: complete as chunks, and as a length of 5.
const std::string two_faced = "0\r\n\r\n" + hidden;

struct Attack {
  std::string fields;
  int status = 400;
  std::string version = "HTTP/1.1";
};

std::vector<Refusal> refusals(const std::vector<Attack>& attacks, const std::string& method) {
  std::vector<Refusal> table;
  for (const Attack& attack : attacks) {
    const std::string head = method + " / " + attack.version + "\r\nHost: a\r\n" + attack.fields + "\r\n";
    table.push_back({attack.fields, head + two_faced, attack.status,
                     attack.status == 501 ? "unknown_transfer_coding" : "malformed_request"});
  }
  return table;
}

void check_attacks(const std::vector<Attack>& attacks) {
  for (const std::string method : {"POST", "GET", "HEAD"}) {
    RecordingUpstream upstream;
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    check_refusals(gateway, refusals(attacks, method));
    CHECK(upstream.connections() == 0);
  }
}

TEST_CASE("CL.TE and TE.CL: a length together with a coding is refused, and the connection ends (I2)") {
  check_attacks({
      {"Content-Length: 38\r\nTransfer-Encoding: chunked\r\n"},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"},
      {"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"},
      {"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"},
      {"content-length: 5\r\ntransfer-encoding: CHUNKED\r\n"},
      {"Content-Length: 5\r\nA: b\r\nTransfer-Encoding: chunked\r\n"},
      {"Content-Length: 5\r\nTransfer-Encoding: identity\r\n"},
      {"Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n"},
      {"Content-Length: 5\r\nTransfer-Encoding:\r\n"},
      {"Content-Length: 5\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"},
      {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400, "HTTP/1.0"},
      {"Connection: Content-Length\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"},
      {"Connection: Transfer-Encoding\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"},
  });
}

TEST_CASE("TE.TE: a coding that one side may read as chunked and the other as nothing (I2)") {
  check_attacks({
      {"Transfer-Encoding : chunked\r\n"},
      {"Transfer-Encoding\t: chunked\r\n"},
      {"Transfer-Encoding:\x0b"
       "chunked\r\n"},
      {"Transfer-Encoding: \x0b"
       "chunked\r\n"},
      {"Transfer-Encoding: \x0c"
       "chunked\r\n"},
      {"Transfer-Encoding: chunked\x0b\r\n"},
      {"Transfer-Encoding: chunked\x0c\r\n"},
      {"Transfer-Encoding: chunked\x01\r\n"},
      {"Transfer-Encoding: \0chunked\r\n"s},
      {"Transfer-Encoding: chunked\0\r\n"s},
      {"Transfer-Encoding: chunked\r\r\n"},
      {"Transfer-Encoding: chun\rked\r\n"},
      {"Transfer-Encoding:\r\n chunked\r\n"},
      {"Transfer-Encoding:\r\n\tchunked\r\n"},
      {"Transfer-Encoding:\n chunked\r\n"},
      {"Transfer-Encoding: chunked\n"},
      {"A: b\nTransfer-Encoding: chunked\r\n"},
      {"A: b\rTransfer-Encoding: chunked\r\n"},
      {" Transfer-Encoding: chunked\r\n"},
      {"\tTransfer-Encoding: chunked\r\n"},
      {"A: b\r\n Transfer-Encoding: chunked\r\n"},
      {"Transfer-Encoding\r\n: chunked\r\n"},
      {"Transfer-Encoding\r\n : chunked\r\n"},
      {"Transfer Encoding: chunked\r\n"},
      {"Transfer-Encoding\x0b: chunked\r\n"},
      {"Transfer-Encoding\0: chunked\r\n"s},
      {"\0Transfer-Encoding: chunked\r\n"s},
      {"Transfer-Encoding\xff: chunked\r\n"},
      {"Transfer-Encoding chunked\r\n"},
      {"Transfer-Encoding:\r\n"},
      {"Transfer-Encoding: ,\r\n"},
      {"Transfer-Encoding: ,chunked\r\n"},
      {"Transfer-Encoding: chunked,\r\n"},
      {"Transfer-Encoding: chunked, chunked\r\n"},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"},
      {"Transfer-Encoding: chunked, gzip\r\n"},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: deflate\r\n"},
      {"Transfer-Encoding: gzip\r\n"},
      {"Transfer-Encoding: compress, gzip\r\n"},
  });
}

TEST_CASE("a coding that nobody here knows: 501 (I2)") {
  check_attacks({
      {"Transfer-Encoding: xchunked\r\n", 501},
      {"Transfer-Encoding: chunkedx\r\n", 501},
      {"Transfer-Encoding: x chunked\r\n", 501},
      {"Transfer-Encoding: chunk\r\n", 501},
      {"Transfer-Encoding: chun ked\r\n", 501},
      {"Transfer-Encoding: chunked chunked\r\n", 501},
      {"Transfer-Encoding: chunked;\r\n", 501},
      {"Transfer-Encoding: chunked;q=0.5\r\n", 501},
      {"Transfer-Encoding: \"chunked\"\r\n", 501},
      {"Transfer-Encoding: 'chunked'\r\n", 501},
      {"Transfer-Encoding: [chunked]\r\n", 501},
      {"Transfer-Encoding: :chunked\r\n", 501},
      {"Transfer-Encoding:: chunked\r\n", 501},
      {"Transfer-Encoding: \xc2\xa0"
       "chunked\r\n",
       501},
      {"Transfer-Encoding: chunked\xff\r\n", 501},
      {"Transfer-Encoding: identity\r\n", 501},
      {"Transfer-Encoding: identity, chunked\r\n", 501},
      {"Transfer-Encoding: chunked, identity\r\n", 501},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 501},
      {"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", 501},
      {"Transfer-Encoding: cow, chunked\r\n", 501},
      {"Transfer-Encoding: chunked, cow\r\n", 501},
      {"Transfer-Encoding: cow\r\ntransfer-encoding: chunked\r\n", 501},
      {"Transfer-Encoding: x;a=\"b,chunked\"\r\n", 501},
      {"Transfer-Encoding: gzip, chunked\r\n", 501},
      {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 501},
  });
}

TEST_CASE("chunked in HTTP/1.0, which never had it (I2)") {
  check_attacks({
      {"Transfer-Encoding: chunked\r\n", 400, "HTTP/1.0"},
      {"Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n", 400, "HTTP/1.0"},
      {"Transfer-Encoding: identity\r\n", 400, "HTTP/1.0"},
      {"Transfer-Encoding: gzip, chunked\r\n", 400, "HTTP/1.0"},
  });
}

TEST_CASE("CL.CL: a length that may be read in two ways (I2)") {
  std::vector<Attack> attacks{
      {"Content-Length: 5\r\nContent-Length: 38\r\n"},
      {"Content-Length: 38\r\nA: b\r\ncontent-length: 5\r\n"},
      {"Content-Length: 5\r\nContent-Length: 5\r\n"},
      {"Content-Length: 0\r\nContent-Length: 38\r\n"},
      {"Content-Length: 38\r\nContent-Length:\r\n"},
      {"Content-Length:\r\nContent-Length: 38\r\n"},
      {"Content-Length : 5\r\n"},
      {"Content-Length\t: 5\r\n"},
      {"Content-Length: 3\r\n 8\r\n"},
      {"Content-Length:\r\n 38\r\n"},
      {"Content-Length: 5\n"},
      {"A: b\nContent-Length: 5\r\n"},
      {" Content-Length: 5\r\n"},
      {"Content-Length 5\r\n"},
      {"Content-Length: 5\0\r\n"s},
      {"Content-Length: \0"
       "5\r\n"s},
      {"Content-Length\0: 5\r\n"s},
      {"Content-Length: \x0b"
       "5\r\n"},
      {"Content-Length: 5\x0c\r\n"},
  };
  for (const std::string value : {"",
                                  "5, 5",
                                  "5,5",
                                  "5, 38",
                                  ",5",
                                  "5,",
                                  "+5",
                                  "-5",
                                  "--5",
                                  "0x5",
                                  "0X26",
                                  "5h",
                                  "0b101",
                                  "0o5",
                                  "5.0",
                                  "5e0",
                                  "5e1",
                                  "5 38",
                                  "5\t38",
                                  "5_0",
                                  "1'000",
                                  "5;",
                                  "5; a=b",
                                  "\"5\"",
                                  "'5'",
                                  "five",
                                  "5 bytes",
                                  "(5)",
                                  "\xd9\xa5",
                                  "\xef\xbc\x95",
                                  "5\xff",
                                  "9223372036854775808",
                                  "18446744073709551615",
                                  "18446744073709551616",
                                  "18446744073709551621",
                                  "36893488147419103237",
                                  "4294967301000000000000000000000000000000",
                                  "-18446744073709551611",
                                  "=5",
                                  ":5",
                                  "5-",
                                  "5+0",
                                  "NaN",
                                  "inf",
                                  "null"}) {
    attacks.push_back({"Content-Length: " + value + "\r\n"});
  }
  check_attacks(attacks);
}

TEST_CASE("a request that is refused in the middle of a pipeline ends it, and what came before is answered") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" +
              "POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"s + two_faced +
              hidden);
  CHECK(client.read_response().body == "GET /1 HTTP/1.1");
  CHECK(client.read_response().body == "POST /2 HTTP/1.1");
  CHECK(client.read_response().status() == 400);
  CHECK(client.read_to_end() == "");
  CHECK(upstream.notes().size() == 2);
}

TEST_CASE("Connection cannot take away what frames a body: the backend reads the same end") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  const std::string start = "POST /x HTTP/1.1\r\nHost: a\r\nConnection: Content-Length, Transfer-Encoding, Host\r\n";
  client.send(start + "Content-Length: " + std::to_string(hidden.size()) + "\r\n\r\n" + hidden);
  CHECK(client.read_response().status() == 200);
  CHECK(behind_head(upstream.request(0)) == hidden);
  client.send(start + "Transfer-Encoding: chunked\r\n\r\n" + chunk(hidden) + "0\r\n\r\n");
  CHECK(client.read_response().status() == 200);
  CHECK(behind_head(upstream.request(1)) == chunk(hidden) + "0\r\n\r\n");
  for (const std::string& request : upstream.notes()) CHECK(request.starts_with("POST /x HTTP/1.1\r\nHost: a\r\n"));
}

TEST_CASE("names that only look like the ones that frame a body frame nothing, and pass as they are") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  size_t count = 0;
  for (const std::string line : {"X-Transfer-Encoding: chunked", "Transfer-Encoding2: chunked", "Content-Lengt: 5",
                                 "Content-Length-: 5", "X-Content-Length: 5", "TransferEncoding: chunked"}) {
    CAPTURE(line);
    client.send("GET /x HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n");
    CHECK(client.read_response().body == "GET /x HTTP/1.1");
    CHECK(upstream.request(count++).find("\r\n" + line + "\r\n") != std::string::npos);
  }
  client.send(hidden);
  CHECK(client.read_response().status() == 200);
}

}  // namespace
}  // namespace glassgate
