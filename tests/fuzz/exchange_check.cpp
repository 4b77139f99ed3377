#include "fuzz/exchange_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "fuzz/strict_http.h"
#include "fuzz/target.h"

namespace glassgate::fuzz {
namespace {

struct Request {
  StrictHead head;
  StrictBody body;
  std::string_view behind;  // what the client sent after it
};

// The client's bytes as a reader sees them who takes everything that can be taken in one way.
struct ClientSaid {
  std::vector<Request> requests;
  std::string_view rest;  // behind the last of them
  bool is_all_at_once = false;
};

ClientSaid read_client(const ScriptedEnd& client) {
  ClientSaid said;
  said.is_all_at_once = client.says_all_at_once();
  std::string_view bytes = client.script();
  for (;;) {
    while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
    said.rest = bytes;
    const auto head = take_request_head(bytes);
    if (!head || !framing_of(*head).is_good) return said;
    const StrictBody body = take_body(bytes, framing_of(*head), true);
    said.requests.push_back({*head, body, bytes});
    said.rest = bytes;
    if (body.end != StrictBody::End::complete) return said;
  }
}

struct Answer {
  StrictHead head;
  std::string body;
  bool is_whole = true;
};

// The one way to write a head: nothing in it is left to be interpreted.
void check_text(const StrictHead& head, const std::string& first_line) {
  std::string text = first_line + "\r\n";
  for (const StrictField& field : head.fields) text += field.name + ": " + field.value + "\r\n";
  expect(head.text == text + "\r\n", "a head that is not written plainly: " + head.text);
  expect(head.version == "HTTP/1.1", "another version than the gateway's own");
}

class ClientHeard {
 public:
  ClientHeard(const ClientSaid& said, std::string_view bytes, bool is_reset) : said_(said), rest_(bytes) {
    while (!rest_.empty()) {
      expect(!is_over_, "something follows the last answer");
      take_answer();
    }
    const bool ends_with_connection = !answers_.empty() && answers_.back().head.status != 101 && is_until_close_;
    if (ends_with_connection && is_reset) answers_.back().is_whole = false;
  }

  const std::vector<Answer>& answers() const { return answers_; }  // the final ones, and a 101
  std::string_view tunnelled() const { return tunnelled_; }

 private:
  void take_answer() {
    const auto head = take_answer_head(rest_);
    expect(head.has_value(), "no answer: " + std::string(rest_));
    check_text(*head, "HTTP/1.1 " + std::to_string(head->status) + " " + head->reason);
    const StrictFraming framing = framing_of(*head);
    expect(framing.is_good, "an answer with two framings");
    const bool is_interim = head->status < 200;
    if (is_interim) expect(!framing.is_chunked && !framing.has_length, "an interim answer with a framing");
    if (is_interim && head->status != 101) return;
    answers_.push_back({*head, "", true});
    expect(answers_.size() <= said_.requests.size() + 1, "an answer to no request");
    const auto connection = head->all("Connection");
    is_over_ = std::count(connection.begin(), connection.end(), "close") > 0;
    if (head->status == 101) {
      is_over_ = true;
      tunnelled_ = std::exchange(rest_, {});
    } else {
      take_answer_body(framing);
    }
  }

  void take_answer_body(const StrictFraming& framing) {
    Answer& answer = answers_.back();
    if (has_no_body(answer)) return;
    is_until_close_ = !framing.is_chunked && !framing.has_length;
    if (is_until_close_) {
      expect(is_over_, "an answer without an end on a connection that goes on");
      answer.body = std::exchange(rest_, {});
      return;
    }
    const StrictBody body = take_body(rest_, framing, false);
    expect(body.end != StrictBody::End::malformed, "an answer with malformed chunks");
    answer.body = body.data;
    answer.is_whole = body.end == StrictBody::End::complete;
    is_over_ |= !answer.is_whole;
    expect(answer.is_whole || rest_.empty(), "something follows an answer that is cut");
  }

  bool has_no_body(const Answer& answer) const {
    const int status = answer.head.status;
    if (status == 204 || status == 304) return true;
    const size_t number = answers_.size() - 1;
    const bool is_read = number < said_.requests.size();
    const bool is_head = is_read ? said_.requests[number].head.method == "HEAD" : said_.rest.starts_with("HEAD ");
    // Who waited too long with the rest of a request had perhaps not yet said what it was.
    return is_head && (status != 408 || rest_.empty() || rest_.starts_with("HTTP/1.1 "));
  }

  const ClientSaid& said_;
  std::string_view rest_;
  std::vector<Answer> answers_;
  bool is_over_ = false;
  bool is_until_close_ = false;
  std::string_view tunnelled_;
};

bool is_body_of(const StrictBody& sent, const StrictBody& received) {
  if (received.end == StrictBody::End::missing) return sent.data.starts_with(received.data);
  return sent.end == StrictBody::End::complete && sent.data == received.data;
}

bool is_same_target(const StrictHead& sent, const StrictHead& received) {
  const bool is_changed = !sent.target.starts_with('/') || sent.target.find("strip") != std::string::npos ||
                          sent.target.find('%') != std::string::npos;
  return is_changed || sent.target == received.target;
}

// What one connection to a backend heard, against what the client said.
class BackendHeard {
 public:
  BackendHeard(const ClientSaid& said, const ClientHeard& client, std::string_view bytes) : said_(said), rest_(bytes) {
    while (!rest_.empty()) {
      take_request();
      if (is_tunnel(client)) return;
    }
  }

  struct Call {
    std::string method;
    std::string request_id;
  };
  const std::vector<Call>& calls() const { return calls_; }

 private:
  void take_request() {
    const auto head = take_request_head(rest_);
    expect(head.has_value(), "no request: " + std::string(rest_));
    check_text(*head, head->method + " " + head->target + " HTTP/1.1");
    expect(head->all("Host").size() == 1, "not one Host");
    expect(head->all("Transfer-Encoding").size() + head->all("Content-Length").size() <= 1, "more than one framing");
    expect(framing_of(*head).is_good, "a framing with two readings");
    const StrictBody body = take_body(rest_, framing_of(*head), false);
    expect(body.end != StrictBody::End::malformed, "malformed chunks");
    expect(body.end == StrictBody::End::complete || rest_.empty(), "something follows a request that is cut");
    for (const StrictField& field : body.trailers) {
      expect(field.name.size() != 4 || http::field_id(field.name) != http::FieldId::host, "Host as a trailer");
    }
    calls_.push_back({head->method, head->all("X-Request-ID").at(0)});
    find(*head, body);
  }

  // Each later than the one before it.
  void find(const StrictHead& head, const StrictBody& body) {
    while (next_ < said_.requests.size()) {
      const Request& sent = said_.requests[next_++];
      const bool same = sent.head.method == head.method && is_same_target(sent.head, head);
      if (!same || !is_body_of(sent.body, body)) continue;
      const bool has_all = said_.is_all_at_once && sent.body.end == StrictBody::End::complete;
      // What was there whole goes up whole: a part is that of a later one, which looks like it and was itself cut.
      if (!has_all || body.end == StrictBody::End::complete) return;
    }
    throw Broken("a request that the client did not send: " + head.text);
  }

  // Behind a 101 there is no HTTP any more: what follows is what the client sent behind that request, as it came.
  bool is_tunnel(const ClientHeard& client) const {
    const size_t number = client.answers().size();
    if (number == 0 || number > said_.requests.size() || client.answers().back().head.status != 101) return false;
    if (client.answers().back().head.all("X-Request-ID").at(0) != calls_.back().request_id) return false;
    return said_.requests[number - 1].behind.starts_with(rest_);
  }

  const ClientSaid& said_;
  std::string_view rest_;
  size_t next_ = 0;
  std::vector<Call> calls_;
};

bool is_safe_to_repeat(const std::string& method) {
  static const std::set<std::string> safe{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
  return safe.contains(method);
}

// Each body that an answer in the script could have, if one begins wherever it looks like one.
void add_bodies_of(std::string_view script, std::set<std::string>& bodies) {
  for (size_t at = script.find("HTTP/1."); at != std::string_view::npos; at = script.find("HTTP/1.", at + 1)) {
    std::string_view rest = script.substr(at);
    const auto head = take_answer_head(rest);
    if (!head) continue;
    const StrictFraming framing = framing_of(*head);
    if (!framing.is_chunked && !framing.has_length) bodies.emplace(rest);
    const StrictBody body = take_body(rest, framing, true);
    if (body.end == StrictBody::End::complete) bodies.insert(body.data);
  }
}

class Check {
 public:
  Check(const ScriptedEnd& client, const std::vector<ScriptedEnd*>& backends, bool is_reset)
      : said_(read_client(client)), heard_(said_, client.heard(), is_reset) {
    for (const ScriptedEnd* backend : backends) {
      const BackendHeard heard(said_, heard_, backend->heard());
      for (const BackendHeard::Call& call : heard.calls()) {
        if (!is_safe_to_repeat(call.method)) ++times_sent_[call.request_id];
      }
      add_bodies_of(backend->script(), bodies_);
    }
    for (const auto& [id, times] : times_sent_) {
      expect(times <= std::max(1, times_said(id)), "a request was sent twice that must not be");
    }
    for (const Answer& answer : heard_.answers()) check_body(answer);
    check_tunnel(backends);
  }

 private:
  // Clients may give several requests one id, or one trace.
  int times_said(const std::string& id) const {
    const auto has_it = [&](const Request& request) {
      const auto ids = request.head.all("X-Request-ID");
      const auto traces = request.head.all("traceparent");
      const auto names_it = [&](const std::string& trace) { return trace.find(id) != std::string::npos; };
      return std::count(ids.begin(), ids.end(), id) > 0 || std::any_of(traces.begin(), traces.end(), names_it);
    };
    return static_cast<int>(std::count_if(said_.requests.begin(), said_.requests.end(), has_it));
  }

  void check_body(const Answer& answer) const {
    const auto types = answer.head.all("Content-Type");
    const bool is_own = answer.body.starts_with("{\"error\":") ||
                        std::count(types.begin(), types.end(), "message/http");
    if (!answer.is_whole || answer.body.empty() || is_own) return;
    expect(bodies_.contains(answer.body), "an answer looks whole, and no backend has sent it: " + answer.body);
  }

  void check_tunnel(const std::vector<ScriptedEnd*>& backends) const {
    const std::string_view tunnelled = heard_.tunnelled();
    const auto has_sent = [&](const ScriptedEnd* end) { return end->script().find(tunnelled) != std::string::npos; };
    expect(std::any_of(backends.begin(), backends.end(), has_sent), "a tunnel with bytes that nobody sent");
  }

  const ClientSaid said_;
  const ClientHeard heard_;
  std::set<std::string> bodies_;
  std::map<std::string, int> times_sent_;  // of each id, by requests that may be sent once
};

}  // namespace

void check_exchange(const ScriptedEnd& client, const std::vector<ScriptedEnd*>& backends, bool is_reset) {
  const Check check(client, backends, is_reset);
}

}  // namespace glassgate::fuzz
