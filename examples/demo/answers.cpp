#include "demo/answers.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/strings.h"

namespace glassgate::demo {
namespace {

constexpr uint64_t longest_wait_ms = 600000;  // nothing here waits for ever
constexpr uint64_t biggest_answer = uint64_t{1} << 40;

// An object that begins with the backend's name.
JsonWriter begin_json(const Call& call) {
  JsonWriter json;
  json.begin_object().field("backend", call.backend.name);
  return json;
}

void send(const Call& call, int status, JsonWriter& json) {
  call.response.status = status;
  call.response.set_content(json.end_object().str() + "\n", "application/json");
}

// A number from the query. What is no number, or out of range, is answered 400 here and is nullopt.
std::optional<uint64_t> number(const Call& call, const char* parameter, uint64_t fallback, uint64_t low,
                               uint64_t high) {
  if (!call.request.has_param(parameter)) return fallback;
  const auto value = parse_decimal(call.request.get_param_value(parameter));
  if (value && *value >= low && *value <= high) return value;
  JsonWriter json = begin_json(call);
  json.field("error", "not a number in range").field("parameter", parameter).field("low", low).field("high", high);
  send(call, 400, json);
  return std::nullopt;
}

void say_mode(const Call& call) {
  JsonWriter json = begin_json(call);
  json.field("fails_with", call.backend.fail_status.load()).field("slow_ms", call.backend.slow_ms.load());
  send(call, 200, json);
}

void set_failing(const Call& call) {
  const auto on = number(call, "on", 1, 0, 1);
  if (!on) return;
  const auto status = number(call, "status", 503, 400, 599);
  if (!status) return;
  call.backend.fail_status = *on == 1 ? static_cast<int>(*status) : 0;
  say_mode(call);
}

void set_slow(const Call& call) {
  const auto ms = number(call, "ms", 0, 0, longest_wait_ms);
  if (!ms) return;
  call.backend.slow_ms = *ms;
  say_mode(call);
}

void flip(const Call& call) {
  call.backend.fail_status = call.backend.fail_status == 0 ? 503 : 0;
  say_mode(call);
}

void health(const Call& call) {
  send(call, 200, begin_json(call).field("health", "ok"));
}

// The fields as they were sent, sorted. The library loses their order and, before release 0.12, adds four of its own.
std::vector<std::pair<std::string, std::string>> fields_of(const httplib::Request& request) {
  constexpr std::array<std::string_view, 4> added{"REMOTE_ADDR", "REMOTE_PORT", "LOCAL_ADDR", "LOCAL_PORT"};
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [name, value] : request.headers) {
    if (std::find(added.begin(), added.end(), name) == added.end()) fields.emplace_back(name, value);
  }
  std::stable_sort(fields.begin(), fields.end(),
                   [](const auto& a, const auto& b) { return to_lower(a.first) < to_lower(b.first); });
  return fields;
}

void echo(const Call& call) {
  JsonWriter json = begin_json(call);
  json.field("method", call.request.method).field("target", call.request.target);
  json.key("headers").begin_array();
  for (const auto& [name, value] : fields_of(call.request)) json.begin_array().value(name).value(value).end_array();
  json.end_array().field("body_bytes", call.body.bytes);
  if (call.body.bytes == call.body.start.size()) json.field("body", call.body.start);
  send(call, 200, json);
}

void answer_after(const Call& call, uint64_t default_ms) {
  const auto ms = number(call, "ms", default_ms, 0, longest_wait_ms);
  if (!ms) return;
  call.backend.wait(*ms);
  send(call, 200, begin_json(call).field("waited_ms", *ms));
}

void slow(const Call& call) {
  answer_after(call, 500);
}

void hang(const Call& call) {
  answer_after(call, longest_wait_ms);
}

void fail(const Call& call) {
  const auto status = number(call, "status", 503, 400, 599);
  if (status) send(call, static_cast<int>(*status), begin_json(call).field("error", "failed on request"));
}

// The same line again and again, so that byte n is known and a wrong, lost or doubled piece shows.
std::string repeated_lines() {
  std::string lines;
  while (lines.size() < 65536) lines += "0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ\n";
  return lines;
}

void big(const Call& call) {
  const auto bytes = number(call, "bytes", 1 << 20, 1, biggest_answer);
  if (!bytes) return;
  const auto write_some = [](size_t offset, size_t left, httplib::DataSink& sink) {
    static const std::string block = repeated_lines();
    const size_t start = offset % block.size();
    return sink.write(block.data() + start, std::min(block.size() - start, left));
  };
  const auto size = static_cast<size_t>(*bytes);
  if (!call.request.has_param("chunked")) return call.response.set_content_provider(size, "text/plain", write_some);
  call.response.set_chunked_content_provider("text/plain", [=](size_t offset, httplib::DataSink& sink) {
    if (offset < size) return write_some(offset, size - offset, sink);
    sink.done();
    return true;
  });
}

void anything(const Call& call) {
  JsonWriter json = begin_json(call);
  json.field("method", call.request.method).field("path", call.request.path);
  send(call, 200, json.field("request_id", call.request.get_header_value("X-Request-ID")));
}

struct Path {
  std::string_view path;
  void (*answer)(const Call&);
  bool works_when_ill = false;
};

constexpr std::array<Path, 9> paths{{
    {"/health", health},
    {"/echo", echo},
    {"/slow", slow},
    {"/fail", fail},
    {"/hang", hang},
    {"/big", big},
    {"/admin/fail", set_failing, true},
    {"/admin/slow", set_slow, true},
    {"/flip", flip, true},
}};

}  // namespace

void answer(const Call& call) {
  const auto* const known = std::find_if(paths.begin(), paths.end(),
                                         [&](const Path& path) { return path.path == call.request.path; });
  const Path path = known != paths.end() ? *known : Path{call.request.path, anything};
  if (path.works_when_ill) return path.answer(call);
  call.backend.wait(call.backend.slow_ms);
  const int status = call.backend.fail_status;
  if (status != 0) return send(call, status, begin_json(call).field("error", "ill on request"));
  path.answer(call);
}

}  // namespace glassgate::demo
