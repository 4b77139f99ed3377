#include "hardening/hostile_answers.h"

namespace glassgate::test {

using namespace std::string_literals;

namespace {

// For whoever takes the wrong end for the right one: complete as chunks, complete as a length of 5.
const std::string with_a_second = "0\r\n\r\n" + hidden_answer;

std::string ok(const std::string& fields, const std::string& body = with_a_second) {
  return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body;
}
std::string in_chunks(const std::string& body) {
  return ok("Transfer-Encoding: chunked\r\n", body);
}
std::string line(const std::string& status_line) {
  return status_line + "\r\nContent-Length: 5\r\n\r\nhello" + hidden_answer;
}

std::vector<HostileAnswer> good_answers() {
  const std::string five = "Content-Length: 5\r\n";
  return {
      {"a length", ok(five, "hello"), "200 hello"},
      {"chunks", in_chunks("5\r\nhello\r\n0\r\n\r\n"), "200 hello"},
      {"chunks with extensions", in_chunks("5;a=b\r\nhello\r\n0;c\r\n\r\n"), "200 hello"},
      {"a trailer", in_chunks("5\r\nhello\r\n0\r\nA: b\r\n\r\n"), "200 hello"},
      {"a trailer that would frame", in_chunks("5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n"), "200 hello"},
      {"until the end", ok("", "hello"), "200 hello", "GET", true},
      {"until the end, in HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", "200 hello", "GET", true},
      {"HTTP/1.0 with a length", line("HTTP/1.0 200 OK"), "200 hello"},
      {"HTTP/1.2", line("HTTP/1.2 200 OK"), "200 hello"},
      {"no reason", line("HTTP/1.1 200 "), "200 hello"},
      {"no reason, and no blank", line("HTTP/1.1 200"), "200 hello"},
      {"a reason of markup", line("HTTP/1.1 200 <script>\"alert\"</script>"), "200 hello"},
      {"a reason of obs-text", line("HTTP/1.1 200 \xff\xfe"), "200 hello"},
      {"a status that nobody knows", line("HTTP/1.1 299 X"), "299 hello"},
      {"a second answer behind it", ok(five, "hello" + hidden_answer), "200 hello"},
      {"a second answer behind chunks", in_chunks("5\r\nhello\r\n0\r\n\r\n" + hidden_answer), "200 hello"},
      {"a body behind a 204", "HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\nhello", "204 "},
      {"chunks behind a 204", "HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n" + with_a_second, "204 "},
      {"a body behind a 304", "HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\nhello", "304 "},
      {"a second answer behind a 304", "HTTP/1.1 304 X\r\n\r\n" + hidden_answer, "304 "},
      {"a body for HEAD", ok(five, "hello"), "200 ", "HEAD"},
      {"chunks for HEAD", in_chunks(with_a_second), "200 ", "HEAD"},
      {"no framing for HEAD", ok("", hidden_answer), "200 ", "HEAD"},
      {"an interim answer before it", "HTTP/1.1 103 X\r\nLink: </a>\r\n\r\n" + ok(five, "hello"), "200 hello"},
      {"an interim answer with a length", "HTTP/1.1 103 X\r\n" + five + "\r\n" + ok(five, "world"), "200 world"},
      {"a 100 that nobody asked for", "HTTP/1.1 100 X\r\n\r\n" + ok(five, "hello"), "200 hello"},
      {"Connection names the length", ok("Connection: Content-Length\r\n" + five, "hello"), "200 hello"},
      {"Connection names the coding",
       ok("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"), "200 hello"},
      {"close, and goes on", ok("Connection: close\r\n" + five, "hello" + hidden_answer), "200 hello"},
      {"an underscore frames nothing", ok("Content_Length: 1\r\n" + five, "hello"), "200 hello"},
      {"an upgrade that nobody asked for", ok("Upgrade: h2c\r\nConnection: upgrade\r\n" + five, "hello"), "200 hello"},
      {"a body that is an answer", ok("Content-Length: 19\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
       "200 HTTP/1.1%20200%20OK%0D%0A%0D%0A"},
  };
}

std::vector<HostileAnswer> bad_heads() {
  std::vector<HostileAnswer> table{
      {"nothing", "", "502", "GET", true},
      {"no HTTP", "hello", "502", "GET", true},
      {"HTTP/0.9", "<html>hello</html>\r\n\r\n", "502", "GET", true},
      {"half a head", "HTTP/1.1 200 OK\r\nA: b\r\n", "502", "GET", true},
      {"half a status line", "HTTP/1.1 20", "502", "GET", true},
      {"an empty line first", "\r\n" + line("HTTP/1.1 200 OK"), "502"},
      {"bare LF all over", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "502"},
      {"a 101 that nobody asked for", "HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n" + hidden_answer,
       "502"},
      {"interim answers without an end",
       [] {
         std::string many;
         for (int i = 0; i < 100; ++i) many += "HTTP/1.1 103 X\r\n\r\n";
         return many;
       }(),
       "502"},
      {"101 fields", ok([] {
         std::string fields = "Content-Length: 5\r\n";
         for (int i = 0; i < 100; ++i) fields += "A: b\r\n";
         return fields;
       }()),
       "502"},
      {"a field that is too long", ok("A: " + std::string(70'000, 'b') + "\r\n"), "502"},
  };
  for (const std::string& text : {"HTTP/1.1  200 OK"s,
                                  "HTTP/1.1\t200 OK"s,
                                  " HTTP/1.1 200 OK"s,
                                  "HTTP/1.1 20 OK"s,
                                  "HTTP/1.1 2000 OK"s,
                                  "HTTP/1.1 -20 OK"s,
                                  "HTTP/1.1 +20 OK"s,
                                  "HTTP/1.1 0x0 OK"s,
                                  "HTTP/1.1 000 OK"s,
                                  "HTTP/1.1 099 OK"s,
                                  "HTTP/1.1 600 OK"s,
                                  "HTTP/1.1 999 OK"s,
                                  "HTTP/1.1 20O OK"s,
                                  "HTTP/1.1 200OK"s,
                                  "HTTP/1.1"s,
                                  "HTTP/1.1 "s,
                                  "http/1.1 200 OK"s,
                                  "HTTP/2.0 200 OK"s,
                                  "HTTP/2 200"s,
                                  "HTTP/1.10 200 OK"s,
                                  "HTTP/0.9 200 OK"s,
                                  "ICY 200 OK"s,
                                  "HTTP/1.1 200 O\rK"s,
                                  "HTTP/1.1 200 O\0K"s,
                                  "HTTP/1.1 200 \x1b[2J"s,
                                  "200 OK"s}) {
    table.push_back({text, line(text), "502"});
  }
  return table;
}

std::vector<HostileAnswer> bad_framing() {
  std::vector<HostileAnswer> table;
  for (const std::string& fields :
       {"Content-Length: 5\r\nContent-Length: 38\r\n"s,
        "Content-Length: 5\r\nContent-Length: 5\r\n"s,
        "Content-Length: 5, 5\r\n"s,
        "Content-Length: +5\r\n"s,
        "Content-Length: -5\r\n"s,
        "Content-Length: 0x5\r\n"s,
        "Content-Length: 5h\r\n"s,
        "Content-Length: 5 5\r\n"s,
        "Content-Length:\r\n"s,
        "Content-Length: 18446744073709551621\r\n"s,
        "Content-Length : 5\r\n"s,
        "Content-Length:\r\n 5\r\n"s,
        "Content-Length: 5\n"s,
        "Content-Length: 5\0\r\n"s,
        "Content-Length 5\r\n"s,
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"s,
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"s,
        "Transfer-Encoding: identity\r\nContent-Length: 5\r\n"s,
        "Connection: Content-Length\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"s,
        "Transfer-Encoding : chunked\r\n"s,
        "Transfer-Encoding:\r\n chunked\r\n"s,
        "Transfer-Encoding: \x0b chunked\r\n"s,
        "Transfer-Encoding: chunked\n"s,
        "A: b\rTransfer-Encoding: chunked\r\n"s,
        " Transfer-Encoding: chunked\r\n"s,
        "Transfer-Encoding: chunked\0\r\n"s,
        "Transfer-Encoding: xchunked\r\n"s,
        "Transfer-Encoding: identity\r\n"s,
        "Transfer-Encoding: gzip, chunked\r\n"s,
        "Transfer-Encoding: chunked, gzip\r\n"s,
        "Transfer-Encoding: chunked, chunked\r\n"s,
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"s,
        "Transfer-Encoding:\r\n"s,
        "A: b\r\n c\r\nContent-Length: 5\r\n"s,
        ": b\r\nContent-Length: 5\r\n"s,
        "A: b\rc\r\nContent-Length: 5\r\n"s,
        "A: \x1b[2J\r\nContent-Length: 5\r\n"s}) {
    table.push_back({fields, ok(fields), "502"});
  }
  table.push_back(
      {"a coding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + with_a_second, "502"});
  for (const std::string method : {"GET", "HEAD"}) {
    table.push_back({"CL.TE for " + method, ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "502", method});
  }
  return table;
}

std::vector<HostileAnswer> bad_bodies() {
  std::vector<HostileAnswer> table{
      {"shorter than its length", ok("Content-Length: 99\r\n", "hello"), "cut", "GET", true},
      {"nothing of its length", ok("Content-Length: 99\r\n", ""), "cut", "GET", true},
      {"no last chunk", in_chunks("5\r\nhello\r\n"), "cut", "GET", true},
      {"half a chunk", in_chunks("99\r\nhello"), "cut", "GET", true},
      {"half a chunk's end", in_chunks("5\r\nhello\r"), "cut", "GET", true},
      {"half a last chunk", in_chunks("5\r\nhello\r\n0\r\n"), "cut", "GET", true},
      {"half a trailer", in_chunks("5\r\nhello\r\n0\r\nA: b"), "cut", "GET", true},
  };
  for (const std::string& body : {"5\nhello\r\n"s + with_a_second,
                                  "5\r\nhello\n"s + with_a_second,
                                  "5\r\nhello"s + with_a_second,
                                  "0x5\r\nhello\r\n"s + with_a_second,
                                  "+5\r\nhello\r\n"s + with_a_second,
                                  " 5\r\nhello\r\n"s + with_a_second,
                                  "5 \r\nhello\r\n"s + with_a_second,
                                  "5,\r\nhello\r\n"s + with_a_second,
                                  "4\r\nhello\r\n"s + with_a_second,
                                  "g\r\nhello\r\n"s + with_a_second,
                                  "\r\nhello\r\n"s + with_a_second,
                                  "ffffffffffffffff\r\nhello\r\n"s + with_a_second,
                                  "10000000000000005\r\nhello\r\n"s + with_a_second,
                                  "5;a\nhello\r\n"s + with_a_second,
                                  "5;a\rb\r\nhello\r\n"s + with_a_second,
                                  "5;" + std::string(5000, 'a') + "\r\nhello\r\n"s + with_a_second,
                                  "0\r\n\n"s,
                                  "0\n\n"s,
                                  "0\r\nA: b\n\r\n"s,
                                  "0\r\nA: b\rC: d\r\n\r\n"s,
                                  "0\r\nA b\r\n\r\n"s,
                                  "0\r\n A: b\r\n\r\n"s}) {
    table.push_back({"chunks: " + body.substr(0, 40), in_chunks(body), "502 or cut", "GET", true});
  }
  return table;
}

}  // namespace

std::vector<HostileAnswer> hostile_answers() {
  std::vector<HostileAnswer> all;
  for (const auto& table : {good_answers(), bad_heads(), bad_framing(), bad_bodies()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

}  // namespace glassgate::test
