#include "http/hop_by_hop.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "http/head_parser.h"

namespace glassgate::http {
namespace {

struct ParsedFields {
  explicit ParsedFields(std::string lines) : bytes(std::move(lines) + "\r\n") {
    REQUIRE(parse_fields(bytes, 1000, fields) == HeadError::none);
  }
  std::string bytes;
  Fields fields;
};

// The names of what is not dropped, in their order.
std::string kept(const std::string& lines) {
  const ParsedFields parsed(lines);
  const ConnectionOptions options(parsed.fields);
  std::string out;
  for (const Field& field : parsed.fields) {
    if (!options.is_dropped(field)) out.append(out.empty() ? "" : " ").append(field.name);
  }
  return out;
}

TEST_CASE("the fields of one connection are dropped whether or not Connection names them (I1)") {
  for (const std::string name :
       {"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "CONNECTION", "keep-alive", "te", "http2-SETTINGS"}) {
    CAPTURE(name);
    CHECK(kept("A: 1\r\n" + name + ": x\r\nB: 2\r\n" + name + ": y\r\n") == "A B");
    CHECK(kept("Connection: " + name + "\r\n" + name + ": x\r\n").empty());
  }
}

TEST_CASE("what Connection names is dropped, in any case, spread over any lines, every time it occurs") {
  struct Row {
    std::string lines;
    std::string kept;
  };
  for (const Row& row :
       std::vector<Row>{{"Connection: x-a\r\nX-A: 1\r\nX-B: 2\r\nx-a: 3\r\n", "X-B"},
                        {"X-A: 1\r\nconnection: close ,\tX-A,X-C\r\nX-B: 2\r\nX-C: 3\r\n", "X-B"},
                        {"Connection: X-A\r\nX-A: 1\r\nX-B: 2\r\nConnection: X-B\r\n", ""},
                        {"Connection: ,,X-A,,\r\nX-A: 1\r\n", ""},
                        {"Connection: X-AA, X\r\nX-A: 1\r\n", "X-A"},
                        {"Connection: X-A X-B\r\nX-A: 1\r\nX-B: 2\r\n", "X-A X-B"},  // that is one name, of nothing
                        {"Connection: \"X-A\"\r\nX-A: 1\r\n", "X-A"},
                        {"Connection:\r\nX-A: 1\r\n", "X-A"},
                        {"Connection: close, keep-alive, upgrade\r\nClose: 1\r\nUpgrade-Insecure-Requests: 1\r\n",
                         "Close Upgrade-Insecure-Requests"}}) {
    CAPTURE(row.lines);
    CHECK(kept(row.lines) == row.kept);
  }
}

TEST_CASE("Connection cannot be used to take a field away that others rely on (I2)") {
  for (const std::string name :
       {"Host", "Content-Length", "Cookie", "Authorization", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
        "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-IP", "Via", "X-Request-ID", "Max-Forwards", "Expect",
        "Traceparent", "host", "COOKIE", "x-forwarded-FOR"}) {
    CAPTURE(name);
    CHECK(kept("Connection: close, " + name + "\r\n" + name + ": x\r\n") == name);
  }
}

TEST_CASE("the options of a connection are read in any case and from all lines") {
  struct Row {
    std::string lines;
    bool close;
    bool keep_alive;
    bool upgrade;
  };
  for (const Row& row : std::vector<Row>{{"", false, false, false},
                                         {"Connection: close\r\n", true, false, false},
                                         {"Connection: Keep-ALIVE\r\n", false, true, false},
                                         {"Connection: x, Upgrade\r\nCONNECTION: CLOSE\r\n", true, false, true},
                                         {"Connection: keep-alive,close\r\n", true, true, false},
                                         {"Connection: closed\r\nProxy-Connection: close\r\n", false, false, false},
                                         {"Connection: close;q=1\r\n", false, false, false}}) {
    CAPTURE(row.lines);
    const ParsedFields parsed(row.lines);
    const ConnectionOptions options(parsed.fields);
    CHECK(options.close() == row.close);
    CHECK(options.keep_alive() == row.keep_alive);
    CHECK(options.upgrade() == row.upgrade);
  }
}

TEST_CASE("a connection persists by its version, and by what is said of it") {
  struct Row {
    Version version;
    std::string connection;
    bool persists;
  };
  for (const Row& row : std::vector<Row>{{{1, 1}, "", true},
                                         {{1, 1}, "keep-alive", true},
                                         {{1, 1}, "close", false},
                                         {{1, 1}, "close, keep-alive", false},
                                         {{1, 2}, "", true},
                                         {{1, 0}, "", false},
                                         {{1, 0}, "keep-alive", true},
                                         {{1, 0}, "keep-alive, close", false}}) {
    CAPTURE(row.connection);
    const ParsedFields parsed("Connection: " + row.connection + "\r\n");
    CHECK(may_persist(row.version, ConnectionOptions(parsed.fields)) == row.persists);
  }
}

TEST_CASE("more names than anybody needs are noticed, and cost no more than that") {
  std::string list;
  for (size_t i = 0; i < ConnectionOptions::max_names; ++i) list += "n" + std::to_string(i) + ",";
  CHECK_FALSE(ConnectionOptions(ParsedFields("Connection: " + list + "close,,\r\n").fields).has_too_many_names());
  CHECK(ConnectionOptions(ParsedFields("Connection: " + list + "x\r\n").fields).has_too_many_names());
  std::string many;
  for (int i = 0; i < 20000; ++i) many += "x,";
  CHECK(ConnectionOptions(ParsedFields("Connection: " + many + "\r\n").fields).has_too_many_names());
}

TEST_CASE("an upgrade may go on unless it leads to HTTP/2, where nobody here could see the requests") {
  struct Row {
    std::string upgrade;
    std::string passed;
  };
  for (const Row& row : std::vector<Row>{{"websocket", "websocket"},
                                         {"WebSocket , foo/2.0", "WebSocket, foo/2.0"},
                                         {"h2c", ""},
                                         {"H2C", ""},
                                         {"h2", ""},
                                         {"h2c/1", ""},
                                         {"HTTP/2.0", ""},
                                         {"h2c, websocket", "websocket"},
                                         {"websocket h2c", ""},  // no protocol: it could be read as either
                                         {"websocket\th2c", ""},
                                         {"\"h2c\"", ""},
                                         {"foo/", ""},
                                         {"/1", ""},
                                         {"foo/1/2", ""},
                                         {",, ,", ""},
                                         {"", ""}}) {
    CAPTURE(row.upgrade);
    const ParsedFields parsed("Connection: Upgrade\r\nUpgrade: " + row.upgrade + "\r\n");
    CHECK(upgrade_protocols(parsed.fields, ConnectionOptions(parsed.fields)) == row.passed);
  }
  const ParsedFields lines("Upgrade: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\nUpgrade: b\r\n");
  CHECK(upgrade_protocols(lines.fields, ConnectionOptions(lines.fields)) == "a, b");
  const ParsedFields unnamed("Connection: keep-alive\r\nUpgrade: websocket\r\n");
  CHECK(upgrade_protocols(unnamed.fields, ConnectionOptions(unnamed.fields)).empty());
}

TEST_CASE("schemes that authenticate a connection are known wherever a challenge names them") {
  const auto is_known = [](const std::string& lines, FieldId id = FieldId::www_authenticate) {
    const std::string section = lines + "\r\n";
    Fields fields;
    REQUIRE(parse_fields(section, 10, fields) == HeadError::none);
    return authenticates_connection(fields, id);
  };
  CHECK(is_known("WWW-Authenticate: NTLM\r\n"));
  CHECK(is_known("www-authenticate: negotiate YII=\r\n"));
  CHECK(is_known("WWW-Authenticate: Basic realm=\"a\", NTLM\r\n"));
  CHECK(is_known("WWW-Authenticate: Basic\r\nWWW-Authenticate: ,Negotiate\r\n"));
  CHECK_FALSE(is_known("WWW-Authenticate: Basic realm=\"NTLM\"\r\n"));
  CHECK_FALSE(is_known("WWW-Authenticate: NTLMv2\r\n"));
  CHECK_FALSE(is_known("Authorization: NTLM\r\nX-Authenticate: NTLM\r\n"));
  CHECK(is_known("Authorization: Negotiate YII=\r\n", FieldId::authorization));
  CHECK_FALSE(is_known("Authorization: Bearer Negotiate\r\n", FieldId::authorization));
}

TEST_CASE("a trailer may say what was learnt on the way, and nothing that the head decides") {
  for (const std::string name : {"X-Checksum", "Server-Timing", "ETag", "Digest", "grpc-status"}) {
    CAPTURE(name);
    CHECK(may_be_trailer({name, "x", field_id(name)}));
  }
  for (const std::string name : {"Content-Length",
                                 "Transfer-Encoding",
                                 "Trailer",
                                 "TE",
                                 "Host",
                                 "Connection",
                                 "Keep-Alive",
                                 "Upgrade",
                                 "Authorization",
                                 "Cookie",
                                 "Set-Cookie",
                                 "Proxy-Authorization",
                                 "Proxy-Authenticate",
                                 "WWW-Authenticate",
                                 "Expect",
                                 "Max-Forwards",
                                 "Via",
                                 "X-Forwarded-For",
                                 "x_forwarded_for",
                                 "Forwarded",
                                 "X-Real-IP",
                                 "X-Request-ID",
                                 "Date",
                                 "Cache-Control",
                                 "Content-Encoding",
                                 "Content-Type",
                                 "Content-Range",
                                 "Location",
                                 "Range",
                                 "Vary",
                                 "If-Match",
                                 "if-none-match",
                                 "If-Range",
                                 "Age",
                                 "Expires",
                                 "Retry-After",
                                 "Pragma"}) {
    CAPTURE(name);
    CHECK_FALSE(may_be_trailer({name, "x", field_id(name)}));
  }
}

}  // namespace
}  // namespace glassgate::http
