#include "support/refusals.h"

#include <doctest/doctest.h>

#include "gateway/errors.h"

namespace glassgate::test {
namespace {

const ErrorInfo& row_of(const std::string& word) {
  for (size_t i = 0; i < error_count; ++i) {
    if (info(static_cast<Error>(i)).word == word) return info(static_cast<Error>(i));
  }
  throw std::runtime_error("no error is called " + word);
}

void check_log_line(const std::string& line, const Refusal& refusal, const Response& response) {
  CHECK(json_field(line, "error") == refusal.word);
  CHECK(json_field(line, "status") == std::to_string(refusal.status));
  CHECK(json_field(line, "trace_id") == response.field("X-Request-ID"));
  CHECK(json_field(line, "bytes_out") == std::to_string(response.body.size()));
  CHECK(json_field(line, "backend") == "-");
}

}  // namespace

std::string error_body(const std::string& word, const std::string& trace_id) {
  const ErrorInfo& row = row_of(word);
  return "{\"error\":\"" + std::string(row.message) + "\",\"status\":" + std::to_string(row.status) +
         ",\"trace_id\":\"" + trace_id + "\"}\n";
}

void check_error_answer(const Response& response, int status, const std::string& word, bool to_head) {
  const std::string trace_id = response.field("X-Request-ID");
  const std::string body = error_body(word, trace_id);
  CHECK(response.complete);
  CHECK(response.status() == status);
  CHECK(row_of(word).status == status);
  CHECK(response.head.starts_with("HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) +
                                  "\r\n"));
  CHECK(trace_id.size() == 32);
  CHECK(response.body == (to_head ? "" : body));
  CHECK(response.field("Content-Length") == std::to_string(body.size()));
  CHECK(response.field("Content-Type") == "application/json");
  for (const std::string name : {"Content-Length", "Content-Type", "Date", "X-Request-ID"}) {
    CAPTURE(name);
    CHECK(response.count(name) == 1);
  }
  CHECK(response.count("Transfer-Encoding") == 0);
}

void check_refusals(const TestGateway& gateway, const std::vector<Refusal>& table) {
  size_t lines = 0;
  for (const Refusal& refusal : table) {
    CAPTURE(refusal.what);
    CAPTURE(refusal.request);
    Peer client = gateway.connect();
    REQUIRE(client.send(refusal.request));
    const bool to_head = refusal.request.starts_with("HEAD ");
    const Response response = client.read_response(to_head);
    check_error_answer(response, refusal.status, refusal.word, to_head);
    CHECK(response.field("Connection") == "close");
    CHECK(client.read_to_end() == "");  // neither a second answer nor a connection that goes on
    CHECK_FALSE(client.is_reset());
    client.close();
    check_log_line(gateway.wait_for_access_lines(++lines).back(), refusal, response);
  }
  CHECK(gateway.access_lines().size() == lines);
}

}  // namespace glassgate::test
