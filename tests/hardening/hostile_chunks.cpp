// Chunks: sizes, extensions, their ends, and what stands behind the last one.
#include "hardening/hostile_requests.h"

namespace glassgate::test {

using namespace std::string_literals;

namespace {

std::string chunked(const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

// A size as it should not be, and behind it what somebody may take for the next request.
HostileRequest bad_size(const std::string& size) {
  return refused("chunk size " + size, chunked(size + "\r\nhello\r\n" + two_faced));
}

}  // namespace

std::vector<HostileRequest> hostile_chunks() {
  std::vector<HostileRequest> table{
      plain("leading zeros", chunked("0005\r\nhello\r\n0\r\n\r\n"), "POST a/ hello"),
      plain("more leading zeros than there may be digits",
            chunked("0000000000000000005\r\nhello\r\n00000000000000000000\r\n\r\n"), "POST a/ hello"),
      plain("a last chunk of many zeros", chunked("5\r\nhello\r\n000\r\n\r\n"), "POST a/ hello"),
      plain("capital digits", chunked("A\r\nhellohello\r\n0\r\n\r\n"), "POST a/ hellohello"),
      plain("an extension", chunked("5;a=b\r\nhello\r\n0;c\r\n\r\n"), "POST a/ hello"),
      plain("an extension that is a size", chunked("5;26\r\nhello\r\n0\r\n\r\n"), "POST a/ hello"),
      plain("an extension in quotes", chunked("5;a=\"b;\"\r\nhello\r\n0\r\n\r\n"), "POST a/ hello"),
      plain("a blank before an extension", chunked("5 ;a\r\nhello\r\n0\r\n\r\n"), "POST a/ hello"),
      plain("a chunk that looks like the end", chunked("5\r\n0\r\n\r\n\r\n0\r\n\r\n"), "POST a/ 0%0D%0A%0D%0A"),
      plain("a chunk that is a request", chunked("16\r\nGET /hidden HTTP/1.1\r\n\r\n0\r\n\r\n"),
            "POST a/ GET%20/hidden%20HTTP/1.1%0D%0A"),
      plain("a trailer", chunked("5\r\nhello\r\n0\r\nA: b\r\n\r\n"), "POST a/ hello"),
      plain("a trailer that would frame", chunked("5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n"), "POST a/ hello"),
      plain("a trailer that would chunk", chunked("5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "POST a/ hello"),
      plain("a trailer that would be the Host", chunked("0\r\nHost: b\r\nConnection: close\r\n\r\n"), "POST a/"),
      refused("a bare LF behind a size", chunked("5\nhello\r\n" + two_faced)),
      refused("a bare CR behind a size", chunked("5\rhello\r\n" + two_faced)),
      refused("CR CR LF behind a size", chunked("5\r\r\nhello\r\n" + two_faced)),
      refused("a bare LF behind an extension", chunked("5;a\nhello\r\n" + two_faced)),
      refused("a bare CR in an extension", chunked("5;a\rb\r\nhello\r\n" + two_faced)),
      refused("a NUL in an extension", chunked("5;\0\r\nhello\r\n"s + two_faced)),
      refused("an extension of 5,000 bytes", chunked("5;" + std::string(5000, 'a') + "\r\nhello\r\n" + two_faced)),
      refused("no line end behind the data", chunked("5\r\nhello0\r\n\r\n")),
      refused("a bare LF behind the data", chunked("5\r\nhello\n0\r\n\r\n")),
      refused("a bare CR behind the data", chunked("5\r\nhello\r0\r\n\r\n")),
      refused("more data than the size says", chunked("4\r\nhello\r\n" + two_faced)),
      refused("less data than the size says", chunked("6\r\nhello\r\n" + two_faced)),
      refused("a bare LF behind the last chunk", chunked("0\n\n")),
      refused("a bare LF as the end", chunked("0\r\n\n")),
      refused("a bare CR in a trailer", chunked("0\r\nA: b\rC: d\r\n\r\n")),
      refused("a bare LF in a trailer", chunked("0\r\nA: b\nC: d\r\n\r\n")),
      refused("a trailer without a colon", chunked("0\r\nGET /hidden HTTP/1.1\r\n\r\n")),
      refused("a folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n")),
      refused("a blank before a trailer's colon", chunked("0\r\nA : b\r\n\r\n")),
      refused("a NUL in a trailer", chunked("0\r\nA: \0\r\n\r\n"s)),
      refused("trailers without an end", chunked("0\r\n" + std::string(70'000, 'a'))),
      refused("no end", chunked("5\r\nhello\r\n")),
      refused("no data", chunked("ffffff\r\nhello\r\n")),
  };
  for (const std::string size : {"",
                                 " 5",
                                 "\t5",
                                 "5 ",
                                 "5\t",
                                 "5 5",
                                 "+5",
                                 "-5",
                                 "-0",
                                 "0x5",
                                 "0X5",
                                 "x5",
                                 "5h",
                                 "5x",
                                 "5,",
                                 "5.0",
                                 "5_",
                                 "\"5\"",
                                 "5=a",
                                 "5:a",
                                 "5/",
                                 "\x0b"
                                 "5",
                                 "5\x0b",
                                 "\xef\xbc\x95",
                                 "10000000000000005",
                                 "fffffffffffffffb",
                                 "ffffffffffffffff",
                                 "100000000000000000005",
                                 "g"}) {
    table.push_back(bad_size(size));
  }
  return table;
}

}  // namespace glassgate::test
