#include "gateway/errors.h"

#include <doctest/doctest.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

namespace glassgate {
namespace {

std::vector<Error> all_errors() {
  std::vector<Error> out;
  for (size_t i = 1; i < error_count; ++i) out.push_back(static_cast<Error>(i));
  return out;
}

TEST_CASE("every failure has a word of its own, in lower case with underscores (I1)") {
  const std::regex word("[a-z]+(_[a-z]+)*");
  std::set<std::string> words;
  for (const Error error : all_errors()) {
    const std::string own(info(error).word);
    CAPTURE(own);
    CHECK(std::regex_match(own, word));
    CHECK(words.insert(own).second);
  }
}

// Dashboards and alerts are built on these. One may be added; none may be renamed, or moved to another status.
TEST_CASE("the words and their statuses stay what they are (I1)") {
  struct Row {
    Error error;
    std::string word;
    int status;
  };
  const std::vector<Row> rows{{Error::none, "", 200},
                              {Error::malformed_request, "malformed_request", 400},
                              {Error::unsupported_version, "unsupported_version", 505},
                              {Error::unknown_transfer_coding, "unknown_transfer_coding", 501},
                              {Error::method_not_implemented, "method_not_implemented", 501},
                              {Error::uri_too_long, "uri_too_long", 414},
                              {Error::head_too_large, "head_too_large", 431},
                              {Error::request_timeout, "request_timeout", 408},
                              {Error::body_too_large, "body_too_large", 413},
                              {Error::malformed_body, "malformed_body", 400},
                              {Error::request_cut, "request_cut", 400},
                              {Error::client_gone, "client_gone", 0},
                              {Error::no_route, "no_route", 404},
                              {Error::method_not_allowed, "method_not_allowed", 405},
                              {Error::rate_limited, "rate_limited", 429},
                              {Error::no_healthy_backend, "no_healthy_backend", 503},
                              {Error::circuit_open, "circuit_open", 503},
                              {Error::too_many_connections, "too_many_connections", 503},
                              {Error::no_descriptors, "no_descriptors", 503},
                              {Error::drained, "drained", 0},
                              {Error::response_stalled, "response_stalled", 0},
                              {Error::internal, "internal", 500},
                              {Error::backend_unresolved, "backend_unresolved", 502},
                              {Error::backend_unreachable, "backend_unreachable", 502},
                              {Error::backend_timeout, "backend_timeout", 504},
                              {Error::backend_closed, "backend_closed", 502},
                              {Error::backend_malformed, "backend_malformed", 502},
                              {Error::response_cut, "response_cut", 0}};
  CHECK(rows.size() == error_count);
  for (const Row& row : rows) {
    CAPTURE(row.word);
    CHECK(info(row.error).word == row.word);
    CHECK(info(row.error).status == row.status);
  }
}

TEST_CASE("a status is one of an error with a reason phrase, or 0 where nobody can be answered (I2)") {
  std::set<std::string> unanswered;
  for (const Error error : all_errors()) {
    const ErrorInfo& row = info(error);
    CAPTURE(std::string(row.word));
    if (row.status == 0) {
      unanswered.emplace(row.word);
      continue;
    }
    CHECK(row.status >= 400);
    CHECK(row.status <= 599);
    CHECK_FALSE(reason_phrase(row.status).empty());
  }
  CHECK(unanswered == std::set<std::string>{"client_gone", "drained", "response_cut", "response_stalled"});
}

TEST_CASE("a sentence is a constant with no place in it for anything that was sent (I3)") {
  const std::regex sentence("[a-z][A-Za-z0-9/.' ]+[a-z0-9]");
  for (const Error error : all_errors()) {
    const std::string message(info(error).message);
    CAPTURE(message);
    CHECK(std::regex_match(message, std::regex(sentence)));
  }
}

TEST_CASE("a backend is blamed for what it did, and for nothing else") {
  for (const Error error : all_errors()) {
    const std::string word(info(error).word);
    CAPTURE(word);
    CHECK(is_backends_fault(error) == (word.starts_with("backend_") || word == "response_cut"));
  }
  CHECK_FALSE(is_backends_fault(Error::none));
}

TEST_CASE("a status that the gateway never answers with has no reason phrase") {
  CHECK(reason_phrase(200) == "OK");
  for (const int status : {0, 100, 201, 418, 499, 599}) CHECK(reason_phrase(status).empty());
}

}  // namespace
}  // namespace glassgate
