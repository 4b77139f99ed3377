// The exercises of docs/lessons/01-http-on-the-wire.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "01_message_splitter.h"
#include "01_two_readings.h"

namespace glassgate::exercises {
namespace {

const std::string get = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string post = "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /";
const std::string chunked =
    "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\nX-Sum: 7\r\n\r\n";

TEST_CASE("exercise 01.1: a stream of requests is cut where each of them ends" * doctest::skip()) {
  const std::vector<std::string> all{get, post, chunked, get};
  const std::string stream = get + post + chunked + get;
  CHECK(split_requests(stream).requests == all);
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    CAPTURE(cut);
    const Split split = split_requests(stream.substr(0, cut));
    std::string whole;
    for (const std::string& request : split.requests) whole += request;
    CHECK(stream.starts_with(whole));
    CHECK_FALSE(split.refused);
    CHECK(split.requests.size() == static_cast<size_t>(cut >= get.size()) +
                                       static_cast<size_t>(cut >= get.size() + post.size()) +
                                       static_cast<size_t>(cut >= get.size() + post.size() + chunked.size()) +
                                       static_cast<size_t>(cut == stream.size()));
  }
  for (const std::string bad :
       {"GET / HTTP/1.1\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nhello"}) {
    CAPTURE(bad);
    const Split split = split_requests(get + bad + get);
    CHECK(split.refused);
    CHECK(split.requests == std::vector<std::string>{get});
  }
}

TEST_CASE("exercise 01.2: one request for who believes the first length, two for who believes the last" *
          doctest::skip()) {
  CHECK(count_requests(two_readings, Believes::first_length) == 1);
  CHECK(count_requests(two_readings, Believes::last_length) == 2);
  http::RequestHead head;
  head.bytes = two_readings.substr(0, two_readings.find("\r\n\r\n") + 4);
  CHECK(parse_request_head({}, head) == http::HeadError::none);
  http::BodyFraming framing;
  CHECK(request_framing(head, framing) == http::FramingError::bad_length);  // the gateway believes neither
}

}  // namespace
}  // namespace glassgate::exercises
