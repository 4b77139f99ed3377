#include "soak/client_part.h"

#include <sys/socket.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/strings.h"
#include "soak/body_part.h"
#include "support/json_reader.h"

namespace glassgate::soak {
namespace {

constexpr size_t longest_batch = 4;
constexpr unsigned percent_pipelined = 12;

std::string head_of(const Plan& plan, unsigned client) {
  const std::string number = std::to_string(plan.number);
  std::string head = plan.method + " /soak/" + number + (plan.http_1_0 ? " HTTP/1.0" : " HTTP/1.1") +
                     "\r\nHost: soak\r\nX-Soak-Number: " + number + "\r\nX-Request-ID: soak-" + number +
                     "\r\nX-Soak-Client: " + std::to_string(client) + "\r\n";
  if (plan.upload == Framing::length) head += "Content-Length: " + std::to_string(plan.upload_size) + "\r\n";
  if (plan.upload == Framing::chunked) head += "Transfer-Encoding: chunked\r\n";
  if (plan.closes) head += "Connection: close\r\n";
  return head + "\r\n";
}

// An answer says whose it is, whoever made it. Empty: this one's.
std::string what_is_wrong(const Plan& plan, const test::Response& answer, bool is_own) {
  const std::string number = std::to_string(plan.number);
  if (answer.field("X-Request-ID") != "soak-" + number) return "got another's X-Request-ID";
  if (is_own) return "";
  if (answer.field("X-Soak-Number") != number) return "got another's answer";
  return answer.field("X-Soak-Size") == std::to_string(plan.answer_size) ? "" : "got another's size";
}

}  // namespace

void Client::run(const std::stop_token& stop) {
  while (!stop.stop_requested() || drawn_) {
    try {
      serve_batch();
    } catch (const std::exception& problem) {
      ledger_.violation(0, std::string("a client of the soak: ") + problem.what());
      connected_ = false;
    }
  }
  peer_.close();
}

void Client::wait_for_turn(size_t requests) {
  if (settings_.period.count() == 0) return;
  due_ = std::max(due_, std::chrono::steady_clock::now());
  due_ += settings_.period * requests;
  std::this_thread::sleep_until(due_);
}

Plan Client::draw() {
  return drawn_ ? *std::exchange(drawn_, std::nullopt) : ledger_.next();
}

// Several at once only where the ones in front leave the connection open, and nobody has to read while he writes.
std::vector<Plan> Client::next_batch() {
  std::vector<Plan> batch{draw()};
  while (batch.size() < longest_batch && batch.back().may_be_pipelined() && dice_.chance(percent_pipelined)) {
    drawn_ = ledger_.next();
    if (!drawn_->may_be_pipelined()) break;
    batch.push_back(draw());
  }
  return batch;
}

void Client::serve_batch() {
  const std::vector<Plan> batch = next_batch();
  wait_for_turn(batch.size());
  if (!connected_) connect();
  bool all_sent = true;
  for (const Plan& plan : batch) all_sent = all_sent && send_request(plan);
  for (const Plan& plan : batch) {
    // Behind an answer that ended the connection nothing is answered any more.
    ledger_.close(plan, connected_ ? wait_for_answer(plan) : Ending{Ending::Kind::left, 0, ""});
  }
}

void Client::connect() {
  peer_ = test::Peer::connect_to(settings_.port);
  connected_ = true;
  if (!settings_.reads_slowly) return;
  const int bytes = 32 * 1024;
  setsockopt(peer_.fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

// False when the gateway takes no more, which says nothing yet: it may have answered.
bool Client::send_request(const Plan& plan) {
  if (!peer_.send(head_of(plan, settings_.index))) return false;
  if (plan.leaves == Leaves::inside_upload) {
    send_upload(plan, 1 + stir(plan.number) % (plan.upload_size - 1));
    leave(plan);
    return false;
  }
  if (plan.upload != Framing::none) {
    if (!send_upload(plan, plan.upload_size)) return false;
    if (plan.upload == Framing::chunked && !peer_.send(test::last_chunk)) return false;
  }
  if (plan.leaves != Leaves::before_answer) return true;
  std::this_thread::sleep_for(std::chrono::milliseconds(plan.number % 7));
  leave(plan);
  return false;
}

bool Client::send_upload(const Plan& plan, size_t size) {
  return send_pattern(peer_, upload_pattern(plan.number), {size, plan.upload == Framing::chunked, plan.pause_ms});
}

void Client::leave(const Plan& plan) {
  connected_ = false;
  if (plan.number % 2 == 0) {
    peer_.close();
  } else {
    peer_.reset();
  }
}

Ending Client::is_over(Ending::Kind kind, int status, std::string wrong) {
  connected_ = false;
  return {kind, status, std::move(wrong)};
}

Ending Client::wait_for_answer(const Plan& plan) {
  try {
    return read_answer(plan);
  } catch (const test::TestTimeout& problem) {
    return is_over(Ending::Kind::cut, 0, std::string("its client waited in vain: ") + problem.what());
  }
}

Ending Client::read_answer(const Plan& plan) {
  test::Response answer;
  answer.head = peer_.read_head();
  if (answer.head.empty()) return is_over(Ending::Kind::unanswered, 0);
  if (!answer.head.ends_with("\r\n\r\n")) return is_over(Ending::Kind::cut, 0, "was cut inside the head");
  const bool is_own = answer.count("X-Soak-Number") == 0;
  if (std::string wrong = what_is_wrong(plan, answer, is_own); !wrong.empty()) {
    return is_over(Ending::Kind::whole, answer.status(), wrong + ": " + answer.head);
  }
  const Ending ending = is_own ? read_own_answer(plan, answer) : read_body(plan, answer);
  if (iequals(answer.field("Connection"), "close") || plan.http_1_0) connected_ = false;
  return ending;
}

Ending Client::read_own_answer(const Plan& plan, const test::Response& answer) {
  if (plan.is_head()) return {Ending::Kind::own_answer, answer.status(), ""};
  const std::string body = peer_.read_exactly(length_in(answer));
  const auto json = test::read_json(body.substr(0, body.rfind('\n')));
  if (!json || !json->has("error") || json->at("trace_id").text != "soak-" + std::to_string(plan.number)) {
    return is_over(Ending::Kind::own_answer, answer.status(), "no answer of the gateway's: " + body);
  }
  return {Ending::Kind::own_answer, answer.status(), json->at("error").text};
}

Ending Client::read_body(const Plan& plan, const test::Response& answer) {
  const int status = answer.status();
  if (plan.is_head()) return {Ending::Kind::whole, status, ""};
  BodyCheck check(peer_, answer_pattern(plan.number));
  if (settings_.reads_slowly) check.read_slowly();
  if (plan.leaves == Leaves::inside_answer) check.stop_at(1 + stir(plan.number) % (plan.answer_size - 1));
  const bool whole = check.read(framing_in(answer), length_in(answer));
  if (check.is_damaged()) return is_over(Ending::Kind::whole, status, "the answer has wrong bytes");
  if (check.has_stopped()) {
    leave(plan);
    return {Ending::Kind::left, status, ""};
  }
  if (!whole) {
    Ending ending = is_over(Ending::Kind::cut, status);
    ending.place = "after " + std::to_string(check.size()) + (peer_.is_reset() ? " bytes by a reset" : " bytes") +
                   " port " + std::to_string(peer_.local_port());
    return ending;
  }
  if (check.size() == plan.answer_size) return {Ending::Kind::whole, status, ""};
  const std::string sizes = std::to_string(check.size()) + " bytes of " + std::to_string(plan.answer_size);
  return is_over(Ending::Kind::whole, status, "the answer ended as if whole with " + sizes);
}

}  // namespace glassgate::soak
