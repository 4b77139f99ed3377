// Where a request ends: lengths, codings and both.
#include "hardening/hostile_requests.h"

namespace glassgate::test {

using namespace std::string_literals;

namespace {

std::string post(const std::string& fields, const std::string& body = two_faced) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

}  // namespace

std::vector<HostileRequest> hostile_lengths() {
  std::vector<HostileRequest> table{
      plain("a length as it should be", post("Content-Length: 5\r\n", "hello"), "POST a/ hello"),
      plain("a length of nothing", post("Content-Length: 0\r\n", ""), "POST a/"),
      plain("leading zeros", post("Content-Length: 0005\r\n", "hello"), "POST a/ hello"),
      plain("a length with a GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "GET a/ hello"),
      plain("a body that looks like a request", post("Content-Length: 22\r\n", "GET /hidden HTTP/1.1\r\n"),
            "POST a/ GET%20/hidden%20HTTP/1.1%0D%0A"),
      plain("blanks around it", post("Content-Length: \t5 \t\r\n", "hello"), "POST a/ hello"),
      plain("no blank before it", post("CONTENT-LENGTH:5\r\n", "hello"), "POST a/ hello"),
      plain("a name with an underscore frames nothing", post("Content_Length: 38\r\n", ""), "POST a/"),
      plain("a name that only begins so", post("Content-Lengthy: 38\r\n", ""), "POST a/"),
      plain("a name that only ends so", post("X-Content-Length: 38\r\n", ""), "POST a/"),
      refused("two lengths", post("Content-Length: 5\r\nContent-Length: 38\r\n")),
      refused("two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n")),
      refused("two lengths far from each other", post("Content-Length: 38\r\nA: b\r\ncontent-length: 5\r\n")),
      refused("a second one that is empty", post("Content-Length: 5\r\nContent-Length:\r\n")),
      refused("a blank before the colon", post("Content-Length : 5\r\n")),
      refused("a tab before the colon", post("Content-Length\t: 5\r\n")),
      refused("folded", post("Content-Length:\r\n 5\r\n")),
      refused("folded in the middle", post("Content-Length: 3\r\n 8\r\n")),
      refused("a bare LF behind it", post("Content-Length: 5\n")),
      refused("a bare LF before it", post("A: b\nContent-Length: 5\r\n")),
      refused("a bare CR before it", post("A: b\rContent-Length: 5\r\n")),
      refused("a blank before its name", post(" Content-Length: 5\r\n")),
      refused("no colon", post("Content-Length 5\r\n")),
      refused("a NUL behind it", post("Content-Length: 5\0\r\n"s)),
      refused("a NUL in its name", post("Content-Length\0: 5\r\n"s)),
      refused("a vertical tab", post("Content-Length: \x0b"
                                     "5\r\n")),
      refused("a form feed", post("Content-Length: 5\x0c\r\n")),
      refused("longer than there are bytes", post("Content-Length: 1000000\r\n"), "400"),
  };
  for (const std::string value : {"",
                                  "5, 5",
                                  "5,5",
                                  "5, 38",
                                  ",5",
                                  "5,",
                                  "+5",
                                  "-5",
                                  "0x5",
                                  "0X26",
                                  "5h",
                                  "0b101",
                                  "5.0",
                                  "5e0",
                                  "5 38",
                                  "5\t38",
                                  "5_0",
                                  "1'00",
                                  "5;",
                                  "5; a=b",
                                  "=5",
                                  ":5",
                                  "\"5\"",
                                  "'5'",
                                  "five",
                                  "(5)",
                                  "5-",
                                  "5\xff",
                                  "NaN",
                                  "null",
                                  "\xd9\xa5",
                                  "\xef\xbc\x95",
                                  "9223372036854775808",
                                  "18446744073709551615",
                                  "18446744073709551616",
                                  "18446744073709551621",
                                  "36893488147419103237",
                                  "-18446744073709551611"}) {
    table.push_back(refused("Content-Length: " + value, post("Content-Length: " + value + "\r\n")));
  }
  return table;
}

std::vector<HostileRequest> hostile_codings() {
  std::vector<HostileRequest> table{
      plain("chunked as it should be", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
            "POST a/ hello"),
      plain("chunked in capitals", post("TRANSFER-ENCODING: CHUNKED\r\n", "0\r\n\r\n"), "POST a/"),
      plain("a name with an underscore frames nothing", post("Transfer_Encoding: chunked\r\n", ""), "POST a/"),
      plain("a name that only ends so", post("X-Transfer-Encoding: chunked\r\n", ""), "POST a/"),
      plain("a name that only begins so", post("Transfer-Encoding2: chunked\r\n", ""), "POST a/"),
      refused("CL.TE", post("Content-Length: 38\r\nTransfer-Encoding: chunked\r\n")),
      refused("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")),
      refused("TE.CL0", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")),
      refused("CL.identity", post("Content-Length: 5\r\nTransfer-Encoding: identity\r\n")),
      refused("CL.empty", post("Content-Length: 5\r\nTransfer-Encoding:\r\n")),
      refused("CL hidden by Connection",
              post("Connection: Content-Length\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
      refused("TE hidden by Connection",
              post("Connection: Transfer-Encoding\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
      refused("in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + two_faced),
      refused("in HTTP/1.0, kept alive",
              "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + two_faced),
      refused("in HTTP/1.0, with a length",
              "POST / HTTP/1.0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + two_faced),
  };
  for (const std::string& field : {"Transfer-Encoding : chunked\r\n"s,
                                   "Transfer-Encoding\t: chunked\r\n"s,
                                   "Transfer-Encoding:\x0b chunked\r\n"s,
                                   "Transfer-Encoding: \x0c chunked\r\n"s,
                                   "Transfer-Encoding: chunked\x0b\r\n"s,
                                   "Transfer-Encoding: chunked\x01\r\n"s,
                                   "Transfer-Encoding: \0chunked\r\n"s,
                                   "Transfer-Encoding: chunked\0\r\n"s,
                                   "Transfer-Encoding: chunked\r\r\n"s,
                                   "Transfer-Encoding: chun\rked\r\n"s,
                                   "Transfer-Encoding:\r\n chunked\r\n"s,
                                   "Transfer-Encoding:\n chunked\r\n"s,
                                   "Transfer-Encoding: chunked\n"s,
                                   "A: b\nTransfer-Encoding: chunked\r\n"s,
                                   "A: b\rTransfer-Encoding: chunked\r\n"s,
                                   " Transfer-Encoding: chunked\r\n"s,
                                   "A: b\r\n Transfer-Encoding: chunked\r\n"s,
                                   "Transfer-Encoding\r\n: chunked\r\n"s,
                                   "Transfer Encoding: chunked\r\n"s,
                                   "Transfer-Encoding\x0b: chunked\r\n"s,
                                   "Transfer-Encoding\xff: chunked\r\n"s,
                                   "Transfer-Encoding\0: chunked\r\n"s,
                                   "Transfer-Encoding chunked\r\n"s,
                                   "Transfer-Encoding:\r\n"s,
                                   "Transfer-Encoding: ,chunked\r\n"s,
                                   "Transfer-Encoding: chunked,\r\n"s,
                                   "Transfer-Encoding: chunked, chunked\r\n"s,
                                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"s,
                                   "Transfer-Encoding: chunked, gzip\r\n"s,
                                   "Transfer-Encoding: gzip\r\n"s}) {
    table.push_back(refused(field, post(field)));
  }
  for (const std::string value :
       {"xchunked", "chunkedx", "x chunked", "chunk", "chunked chunked", "chunked;q=1", "\"chunked\"", "'chunked'",
        ":chunked",
        "\xc2\xa0"
        "chunked",
        "chunked\xff", "identity", "identity, chunked", "chunked, identity", "cow, chunked", "gzip, chunked"}) {
    table.push_back(refused("Transfer-Encoding: " + value, post("Transfer-Encoding: " + value + "\r\n"), "501"));
  }
  return table;
}

}  // namespace glassgate::test
