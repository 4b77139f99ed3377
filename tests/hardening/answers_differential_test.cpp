// Hostile answers go through the gateway to a strict client of another make: it must get what the gateway's log says,
// nothing of one answer may come as another one's, and what is not whole is cut so that the client sees it.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hardening/hostile_answers.h"
#include "support/gateway_process.h"
#include "support/json_reader.h"
#include "support/peer_program.h"

namespace glassgate::test {
namespace {

enum class Cut { nowhere, at_every_byte };

std::string path_of(const std::string& request) {
  const size_t first = request.find(' ') + 1;
  return request.substr(first, request.find(' ', first) - first);
}

// What may stand behind the answer: an answer that nobody asked for, or a body where there is to be none.
size_t bytes_behind(const HostileAnswer& hostile) {
  const bool is_empty = hostile.outcome.ends_with(' ');
  if (is_empty) return hostile.bytes.size() - (hostile.bytes.find("\r\n\r\n") + 4);
  return hostile.bytes.ends_with(hidden_answer) ? hidden_answer.size() : 0;
}

// What stands behind an answer comes with its last byte. Later it would be a race with the next request, in which
// nobody can tell whose answer it is.
bool send_in_pieces(Peer& peer, const HostileAnswer& hostile) {
  const size_t apart = hostile.bytes.size() - bytes_behind(hostile) - 1;
  return peer.send_byte_by_byte(hostile.bytes.substr(0, apart)) && peer.send(hostile.bytes.substr(apart));
}

// /answer/N is answered with the N-th of the table, /marker/N with its path. False when the connection is to end.
bool answer(Peer& peer, const std::string& path, const std::vector<HostileAnswer>& table, Cut cut) {
  const std::string mark = "/answer/";
  if (!path.starts_with(mark)) return peer.send(ok(path));
  const HostileAnswer& hostile = table.at(std::stoul(path.substr(mark.size())));
  const bool in_pieces = cut == Cut::at_every_byte && hostile.bytes.size() < 2000;
  const bool sent = in_pieces ? send_in_pieces(peer, hostile) : peer.send(hostile.bytes);
  return sent && !hostile.closes;
}

ScriptedUpstream::Script script_of(const std::vector<HostileAnswer>& table, Cut cut) {
  return [&table, cut](Peer& peer, int) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      if (!answer(peer, path_of(request), table, cut)) return;
    }
  };
}

bool is_as_expected(const std::string& line, const std::string& outcome) {
  const bool is_502 = line.starts_with("502 ");
  if (outcome == "502 or cut") return is_502 || line == "cut";
  return outcome == "502" ? is_502 : line == outcome;
}

// What the log says of the answer that the client saw so.
void check_log_line(const Json& access, const std::string& line) {
  const bool is_whole = access.at("error").text == "-" || access.at("status").text == "502";
  CHECK(is_whole == (line != "cut"));
  if (line != "cut") CHECK(line.starts_with(access.at("status").text + " "));
}

// The log's lines of n requests. An answer's end may be at the client, and the next request on its way, before the
// line is written.
std::map<std::string, Json> access_lines_by_path(const GatewayProcess& gateway, size_t n) {
  std::map<std::string, Json> out;
  for (const std::string& line : gateway.wait_for_log_lines("\"event\":\"access\"", n)) {
    Json access = json_of(line);
    out.emplace(access.at("path").text, std::move(access));
  }
  return out;
}

std::vector<std::string> arguments_for(const GatewayProcess& gateway, const std::vector<HostileAnswer>& table) {
  std::vector<std::string> out{std::to_string(gateway.port())};
  for (const HostileAnswer& hostile : table) out.push_back(hostile.method);
  return out;
}

void check_against(const Interpreter& interpreter, Cut cut) {
  CAPTURE(interpreter.program);
  const std::vector<HostileAnswer> table = hostile_answers();
  ScriptedUpstream backend(script_of(table, cut));
  const GatewayProcess gateway(TestGateway::in_front_of({backend.address()}));
  PeerProgram client(interpreter, "tests/hardening/strict_client", arguments_for(gateway, table));
  const std::vector<std::string> lines = client.wait_for_lines(2 * table.size());
  const std::map<std::string, Json> log = access_lines_by_path(gateway, 2 * table.size());
  CHECK(client.process().wait() == 0);
  REQUIRE(log.size() == 2 * table.size());
  for (size_t i = 0; i < table.size(); ++i) {
    CAPTURE(table[i].what);
    CAPTURE(lines[2 * i]);
    CHECK(is_as_expected(lines[2 * i], table[i].outcome));
    CHECK(lines[2 * i + 1] == "200 /marker/" + std::to_string(i));
    check_log_line(log.at("/answer/" + std::to_string(i)), lines[2 * i]);
    check_log_line(log.at("/marker/" + std::to_string(i)), lines[2 * i + 1]);
  }
}

TEST_CASE("a strict client gets the answers that the log tells of, whatever the backend sends") {
  CHECK(hostile_answers().size() >= 100);
  if (interpreters().empty()) MESSAGE("skipped: there is neither python3 nor node");
  for (const Interpreter& interpreter : interpreters()) {
    for (const Cut cut : {Cut::nowhere, Cut::at_every_byte}) check_against(interpreter, cut);
  }
}

}  // namespace
}  // namespace glassgate::test
