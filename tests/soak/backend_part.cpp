#include "soak/backend_part.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <cstdlib>

#include "soak/body_part.h"

namespace glassgate::soak {
namespace {

constexpr unsigned threads = 96;
constexpr std::chrono::milliseconds storm_every{21'000};
constexpr std::chrono::milliseconds storm_lasts{1'500};

// The number at the end of "GET /soak/17 HTTP/1.1".
uint64_t number_in(const std::string& head) {
  const size_t at = head.find(" /soak/");
  return at == std::string::npos ? UINT64_MAX : std::strtoull(head.c_str() + at + 7, nullptr, 10);
}

std::string answer_head(const Plan& plan, int status) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " Soak\r\nX-Soak-Number: " + std::to_string(plan.number) +
                     "\r\nX-Soak-Size: " + std::to_string(plan.answer_size) + "\r\n";
  if (plan.answer == Framing::length) head += "Content-Length: " + std::to_string(plan.answer_size) + "\r\n";
  if (plan.answer == Framing::chunked) head += "Transfer-Encoding: chunked\r\n";
  if (plan.answer == Framing::until_close) head += "Connection: close\r\n";
  return head + "\r\n";
}

}  // namespace

Backend::Backend(Ledger& ledger, unsigned index) : ledger_(ledger), index_(index), listening_(AF_INET, 1024) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back(&Backend::accept_loop, this);
}

Backend::~Backend() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
}

// Each backend's own time, so that never two of them have one at once.
bool Backend::has_storm() const {
  const auto since = std::chrono::steady_clock::now() - start_ + index_ * storm_every / 3;
  return since % storm_every > storm_every - storm_lasts;
}

// The listening socket gives up waiting every second (http::Socket::patience), so a stop is seen.
void Backend::accept_loop() {
  while (!stopping_) {
    const int fd = listening_.accept();
    if (fd < 0) continue;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    test::Peer peer(fd);
    try {
      while (serve(peer)) {
      }
    } catch (const std::exception& problem) {
      ledger_.violation(0, std::string("a backend waited for the gateway: ") + problem.what());
    }
  }
}

// False when the connection is over.
bool Backend::serve(test::Peer& peer) {
  const std::string head = peer.read_head();
  if (head.empty()) return false;
  if (head.starts_with("GET /health ")) return serve_probe(peer);
  const uint64_t number = number_in(head);
  if (head.ends_with("\r\n\r\n") && ledger_.knows(number)) return serve_planned(peer, ledger_.plan(number), head);
  ledger_.violation(number, "a backend got what nobody sent: " + head.substr(0, 200));
  return false;
}

bool Backend::serve_probe(test::Peer& peer) const {
  return peer.send(has_storm() ? "HTTP/1.1 500 Storm\r\nContent-Length: 0\r\n\r\n"
                               : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

bool Backend::serve_planned(test::Peer& peer, const Plan& plan, const std::string& head) {
  const bool is_repeated = ledger_.arrived(plan) > 0;
  const Fault fault = is_repeated && plan.fault_once ? Fault::none : plan.fault;
  const test::Response request{head, "", "", true};
  check_head(plan, request);
  if (fault == Fault::reset_at_head) return break_off(peer, plan, fault);
  if (!plan.answers_early && !read_upload(peer, plan, request)) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(plan.latency_ms));
  if (fault == Fault::reset_unanswered) return break_off(peer, plan, fault);
  if (!send_answer(peer, plan, fault)) return false;
  if (plan.answers_early && !read_upload(peer, plan, request)) return false;
  return plan.answer != Framing::until_close;
}

void Backend::check_head(const Plan& plan, const test::Response& request) {
  const std::string number = std::to_string(plan.number);
  const bool is_right = request.head.starts_with(plan.method + " /soak/" + number + " HTTP/1.1\r\n") &&
                        request.field("X-Soak-Number") == number && request.field("X-Request-ID") == "soak-" + number;
  if (!is_right) ledger_.violation(plan.number, "its head is another's, or damaged: " + request.head);
}

// False when it was cut, which only its client may do, or an answer that came before it was over.
bool Backend::read_upload(test::Peer& peer, const Plan& plan, const test::Response& request) {
  if (plan.upload == Framing::none) return true;
  BodyCheck check(peer, upload_pattern(plan.number));
  const bool whole = check.read(framing_in(request), length_in(request));
  const bool may_be_cut = plan.leaves != Leaves::never || plan.answers_early;
  if (check.is_damaged()) ledger_.violation(plan.number, "the upload has wrong bytes");
  if (!whole && !may_be_cut) ledger_.violation(plan.number, "the upload was cut at " + std::to_string(check.size()));
  if (whole && check.size() != plan.upload_size) {
    ledger_.violation(plan.number, "the upload has " + std::to_string(check.size()) + " bytes, and not " +
                                       std::to_string(plan.upload_size));
  }
  return whole;
}

bool Backend::send_answer(test::Peer& peer, const Plan& plan, Fault fault) {
  const int status = has_storm() ? 500 : plan.status;
  const std::string head = answer_head(plan, status);
  ledger_.answers(plan, status);
  if (fault == Fault::reset_inside_head) {
    peer.send(std::string_view(head).substr(0, 1 + plan.number % (head.size() - 3)));
    return break_off(peer, plan, fault);
  }
  const bool is_cut = fault == Fault::reset_inside_body || fault == Fault::end_inside_body;
  if (is_cut) ledger_.ends_early(plan);  // before the client can see it
  const size_t size = is_cut ? stir(plan.number) % plan.answer_size : plan.answer_size;
  const bool sent = peer.send(head) && (plan.is_head() || send_body(peer, plan, size));
  if (is_cut) return break_off(peer, plan, fault);
  if (sent && plan.answer == Framing::chunked && !plan.is_head()) peer.send(test::last_chunk);
  if (!sent && plan.leaves == Leaves::never) ledger_.violation(plan.number, "the gateway ended inside an answer");
  if (sent && fault == Fault::end_behind) return break_off(peer, plan, fault);
  return sent;
}

bool Backend::send_body(test::Peer& peer, const Plan& plan, size_t size) {
  return send_pattern(peer, answer_pattern(plan.number), {size, plan.answer == Framing::chunked, plan.pause_ms});
}

// Always false, for those who call it last.
bool Backend::break_off(test::Peer& peer, const Plan& plan, Fault fault) {
  if (fault == Fault::end_behind) {
    ledger_.ends_behind();
  } else {
    ledger_.ends_early(plan);
  }
  const bool is_clean = fault == Fault::end_behind || fault == Fault::end_inside_body;
  if (is_clean) {
    peer.close();
  } else {
    peer.reset();
  }
  return false;
}

}  // namespace glassgate::soak
