// What every refusal has in common, checked in one place: the status, the word in the log, the body, the end of the
// connection.
#pragma once

#include <string>
#include <vector>

#include "support/test_gateway.h"

namespace glassgate::test {

struct Refusal {
  std::string what;  // for the message when it fails
  std::string request;
  int status;
  std::string word;  // of gateway/errors.h
};

// The text of an error's body.
std::string error_body(const std::string& word, const std::string& trace_id);

// Checks a whole answer as far as the client sees it: status, JSON body or none, Content-Length, Date, X-Request-ID,
// type.
void check_error_answer(const Response& response, int status, const std::string& word, bool to_head = false);

// Sends each request on a connection of its own and expects: one answer, that one, as it should be; then the end of the
// connection; one line in the log. The gateway must not have served anything before.
void check_refusals(const TestGateway& gateway, const std::vector<Refusal>& table);

}  // namespace glassgate::test
