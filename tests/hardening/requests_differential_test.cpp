// The gateway and a strict server of another make read the same hostile bytes, one behind the other: they must count
// the same requests, and none that the client did not frame so.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "hardening/hostile_requests.h"
#include "support/gateway_process.h"
#include "support/json_reader.h"
#include "support/peer_program.h"

namespace glassgate::test {
namespace {

enum class Cut { nowhere, at_every_byte };

const std::string marker = "GET /marker HTTP/1.1\r\nHost: a\r\n\r\n";

std::vector<HostileRequest> all_requests() {
  std::vector<HostileRequest> all;
  for (const auto& table :
       {hostile_lengths(), hostile_codings(), hostile_chunks(), hostile_lines(), hostile_targets(), hostile_fields()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

// What the client is answered, each by what the backend called the request, or by its status where it was refused.
struct Answers {
  std::vector<std::string> names;
  std::vector<std::string> statuses;

  void add(const Response& answer) {
    const bool served = answer.status() == 200;
    statuses.push_back(std::to_string(answer.status()));
    names.push_back(!answer.complete ? "cut" : served ? answer.field("X-Seen") : statuses.back());
  }
};

Answers ask(const GatewayProcess& gateway, const std::string& bytes, Cut cut) {
  Peer client = gateway.connect();
  cut == Cut::at_every_byte&& bytes.size() < 2000 ? client.send_byte_by_byte(bytes) : client.send(bytes);
  client.shutdown_write();
  Answers answers;
  bool to_head = bytes.starts_with("HEAD ");
  for (;;) {
    const Response answer = client.read_response(to_head);
    if (answer.head.empty()) return answers;
    if (answer.status() < 200) continue;
    answers.add(answer);
    to_head = false;
  }
}

// The same connection to the backend is used again: when this request's own answer comes, nothing is left on it.
void check_nothing_is_left(const GatewayProcess& gateway, Answers& all) {
  const Answers sync = ask(gateway, "GET /sync HTTP/1.1\r\nHost: s\r\n\r\n", Cut::nowhere);
  CHECK(sync.names == std::vector<std::string>{"GET s/sync"});
  all.statuses.insert(all.statuses.end(), sync.statuses.begin(), sync.statuses.end());
}

// What the backend says from its line `first` on to the next sync. Lines of what was cut are counted in `cut`.
std::vector<std::string> seen_since(PeerProgram& backend, size_t first, size_t& cut) {
  std::vector<std::string> lines;
  const auto has_sync = [&] {
    lines = backend.lines();
    return lines.size() > first &&
           std::find(lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end(), "seen GET s/sync") != lines.end();
  };
  CHECK(eventually(has_sync));
  std::vector<std::string> seen;
  for (size_t i = first; i < lines.size() && lines[i] != "seen GET s/sync"; ++i) {
    lines[i].starts_with("cut ") ? void(++cut) : seen.push_back(lines[i]);
  }
  return seen;
}

std::vector<std::string> that_reach_backends(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    if (name.find(' ') != std::string::npos) out.push_back("seen " + name);
  }
  return out;
}

// One line a request that was answered, and one of those went whole to the backend for each that the backend has seen.
void check_log(const GatewayProcess& gateway, const Answers& all, size_t seen, size_t cut) {
  std::vector<std::string> statuses;
  size_t relayed = 0;
  size_t failed_there = 0;
  for (const std::string& line : gateway.wait_for_log_lines("\"event\":\"access\"", all.statuses.size())) {
    const Json access = json_of(line);
    statuses.push_back(access.at("status").text);
    if (access.at("attempts").text == "0") continue;
    ++(access.at("error").text == "-" ? relayed : failed_there);
  }
  CHECK(statuses == all.statuses);
  CHECK(relayed == seen);
  CHECK(cut <= failed_there);
}

void check_against(const Interpreter& interpreter, Cut cutting) {
  CAPTURE(interpreter.program);
  PeerProgram backend(interpreter, "tests/hardening/strict_backend");
  const GatewayProcess gateway(TestGateway::in_front_of({"127.0.0.1:" + backend.wait_for_lines(1).front()}));
  Answers all;
  size_t seen = 0;
  size_t cut = 0;
  for (const HostileRequest& request : all_requests()) {
    CAPTURE(request.what);
    const size_t lines_before = backend.lines().size();
    const Answers answers = ask(gateway, request.bytes + marker, cutting);
    all.statuses.insert(all.statuses.end(), answers.statuses.begin(), answers.statuses.end());
    check_nothing_is_left(gateway, all);
    std::vector<std::string> expected = request.answers;
    if (request.goes_on) expected.push_back("GET a/marker");
    CHECK(answers.names == expected);
    const std::vector<std::string> reached = seen_since(backend, lines_before, cut);
    CHECK(reached == that_reach_backends(expected));
    seen += reached.size() + 1;
  }
  check_log(gateway, all, seen, cut);
}

TEST_CASE("the gateway and a strict server behind it count the same requests, whatever the client sends") {
  CHECK(all_requests().size() >= 150);
  if (interpreters().empty()) MESSAGE("skipped: there is neither python3 nor node");
  for (const Interpreter& interpreter : interpreters()) {
    for (const Cut cut : {Cut::nowhere, Cut::at_every_byte}) check_against(interpreter, cut);
  }
}

}  // namespace
}  // namespace glassgate::test
