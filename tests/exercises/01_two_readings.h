// Exercise 01.2 begins here: bytes that are one request for one reader, and two for another.
#pragma once

#include <string>
#include <string_view>

#include "base/strings.h"
#include "http/head_parser.h"

namespace glassgate::exercises {

enum class Believes { first_length, last_length };

// How many requests a lenient reader finds in `bytes`. Where Content-Length is repeated it believes one of them.
inline int count_requests(std::string_view bytes, Believes which) {
  int count = 0;
  while (!bytes.empty()) {
    http::HeadScanner scanner;
    if (scanner.scan(bytes) != http::HeadScanner::State::complete) return count;
    http::RequestHead head;
    head.bytes = bytes.substr(0, scanner.size());
    if (parse_request_head({}, head) != http::HeadError::none) return count;
    uint64_t length = 0;
    bool found = false;
    for (const http::Field& field : head.fields) {
      if (field.id != http::FieldId::content_length || (found && which == Believes::first_length)) continue;
      length = parse_decimal(field.value).value_or(0);
      found = true;
    }
    bytes.remove_prefix(scanner.size());
    if (bytes.size() < length) return count;
    bytes.remove_prefix(length);
    ++count;
  }
  return count;
}

inline const std::string two_readings = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";  // yours: both see one request

}  // namespace glassgate::exercises
