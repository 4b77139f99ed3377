#include "gateway/admin.h"

#include <poll.h>

#include <exception>
#include <thread>

#include "gateway/errors.h"
#include "gateway/metrics.h"
#include "gateway/services.h"
#include "http/target.h"
#include "primitives/metrics/prometheus_text.h"

namespace glassgate {
namespace {

constexpr http::HeadLimits admin_limits{8 * 1024, 100};
constexpr Duration head_time = std::chrono::seconds(5);
constexpr Duration write_time = std::chrono::seconds(10);  // as long as Prometheus waits for a page
constexpr int tries_to_make_room = 50;                     // a millisecond each
constexpr Duration admin_linger_time = std::chrono::milliseconds(200);

constexpr std::string_view json = "application/json";
constexpr std::string_view plain_text = "text/plain; charset=utf-8";

struct Answer {
  int status = 200;
  std::string body;
  std::string_view type = json;
};

Answer readiness(const Services& services) {
  if (services.draining) return {503, R"({"status":"draining"})"};
  return {200, R"({"status":"ready"})"};
}

// /explain: the last requests, newest first; /explain/TRACE_ID: that one. What a path cannot hold as it is (?, #, %) is
// escaped. As a table for whoever prefers text.
Answer explain_page(const Services& services, std::string_view id, bool wants_text) {
  std::vector<ExplainBook::Entry> entries = services.explain_book.newest_first();
  if (!id.empty()) entries = {services.explain_book.find(http::decode_path(id.substr(1)).value_or(""))};
  if (!id.empty() && entries[0].json.empty()) return {404, R"({"error":"no such request is remembered"})"};
  std::string text;
  std::string list;
  for (const ExplainBook::Entry& entry : entries) {
    text.append(entry.text);
    list.append(list.empty() ? "" : ",\n").append(entry.json);
  }
  if (wants_text) return {200, text, plain_text};
  return {200, id.empty() ? "[" + list + "]" : list};
}

Answer page(const StatusSources& sources, std::string_view path, bool wants_text) {
  if (path == "/healthz") return {200, R"({"status":"ok"})"};
  if (path == "/readyz") return readiness(sources.services);
  if (path == "/status") return {200, status_json(sources)};
  if (path == "/metrics") return {200, metrics_page(sources), PrometheusText::content_type};
  constexpr std::string_view explained = "/explain";
  if (path == explained || path.starts_with("/explain/")) {
    return explain_page(sources.services, path.substr(explained.size()), wants_text);
  }
  return {404, R"({"error":"there is no such page","pages":["/metrics","/healthz","/readyz","/status","/explain"]})"};
}

Answer malformed() {
  return {400, R"({"error":"the request is malformed"})"};
}

// RFC 9112 section 3.2. Which host it is does not matter: there is one set of pages.
bool names_one_host(const http::RequestHead& request) {
  const size_t hosts = request.fields.count(http::FieldId::host);
  return hosts == 1 || (hosts == 0 && request.version.minor == 0);
}

Answer answer_to(const StatusSources& sources, const http::RequestHead& request) {
  if (!names_one_host(request)) return malformed();
  if (request.method != "GET" && request.method != "HEAD") {
    return {405, R"({"error":"pages are read, with GET or HEAD"})"};
  }
  const auto target = http::split_target(request.method, request.target);
  if (!target) return malformed();
  const http::Field* accept = request.fields.find("Accept");
  const bool wants_text = target->query == "text" ||
                          (accept != nullptr && http::list_contains(accept->value, "text/plain"));
  return page(sources, target->path, wants_text);
}

// A time for all of it, not for a pause: who takes a little now and then would have a thread for as long as he likes.
void write_within(http::Socket& client, std::string_view bytes, Duration time) {
  const TimePoint deadline = std::chrono::steady_clock::now() + time;
  http::GatherList pieces;
  pieces.add(bytes);
  while (client.write_now(pieces).status != http::IoStatus::failed && !pieces.empty()) {
    if (!client.wait(POLLOUT, deadline - std::chrono::steady_clock::now())) return;
  }
}

void write(http::Socket& client, const Answer& answer, WallTime now, bool with_body) {
  std::string bytes = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  bytes.append(reason_phrase(answer.status)).append("\r\nDate: ").append(http_date(now));
  const std::string_view end = answer.body.ends_with('\n') ? "" : "\n";
  bytes.append("\r\nContent-Type: ").append(answer.type).append("\r\nContent-Length: ");
  bytes.append(std::to_string(answer.body.size() + end.size()));
  if (answer.status == 405) bytes.append("\r\nAllow: GET, HEAD");
  bytes.append("\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n");
  if (with_body) bytes.append(answer.body).append(end);
  write_within(client, bytes, write_time);
}

// The connection counts as idle until its request is there (I1).
bool read_request(ClientConnection& client, TimePoint now, http::RequestHead& request) {
  client.mark_expendable(now);
  const bool begun = client.wire.fill(head_time) == http::IoStatus::ok;
  const bool complete = begun && http::read_head(client.wire, admin_limits, http::EmptyLines::skip, head_time,
                                                 request.bytes) == http::HeadRead::complete;
  return client.mark_busy() && complete;
}

// A body, if one comes, is not read: the connection ends with this answer.
void serve_client(ClientConnection& client, const StatusSources& sources) {
  const Clock& clock = sources.services.clock;
  http::RequestHead request;
  if (!read_request(client, clock.now(), request)) return;
  if (http::parse_request_head(admin_limits, request) == http::HeadError::none) {
    write(client.wire.socket, answer_to(sources, request), clock.wall(), request.method != "HEAD");
  } else {
    write(client.wire.socket, malformed(), clock.wall(), true);
  }
  client.mark_expendable(clock.now());  // it has its answer: a newcomer may have its place
  http::linger(client.wire, admin_linger_time, [](Duration so_far) { return so_far >= admin_linger_time; });
}

}  // namespace

Admin::Admin(StatusSources sources)
    : sources_(sources),
      workers_(threads, WorkerPool::usual_keep_for, "admin", 1),
      listener_(
          {[this](int fd) { serve(fd); }, [](int fd) { http::Socket(fd).close(); }, [this] { return make_room(); }},
          workers_, sources.services.log, "admin") {}

std::string Admin::start(const HostPort& address) {
  if (std::string error = listener_.bind(address); !error.empty()) return error;
  workers_.run([] {});  // so that one thread is there, also where none is to be had any more
  listener_.start();
  return "";
}

void Admin::stop() {
  listener_.stop_accepting();
  connections_.cut_all();
  listener_.stop();
  workers_.stop();
}

// Clients may come faster than the threads of those before them run: until those have read what was sent, nobody is
// known to be slow. And where all are on their way out, there is nobody to end, and room in a moment.
bool Admin::make_room() {
  for (int tries = 0; tries < tries_to_make_room; ++tries) {
    if (connections_.close_longest_idle() || workers_.busy() < threads) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

void Admin::serve(int fd) {
  ClientConnection client(http::Socket(fd), {});
  try {
    const Registration registration(connections_, client);
    serve_client(client, sources_);
  } catch (const std::exception& error) {
    sources_.services.log.fault(error);
  }
}

}  // namespace glassgate
