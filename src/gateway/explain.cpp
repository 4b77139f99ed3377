#include "gateway/explain.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "base/json.h"
#include "gateway/route_label.h"
#include "gateway/route_verdicts.h"
#include "gateway/services.h"

namespace glassgate {
namespace {

// The last requests are kept in memory, and heads may be large: of what clients and files may make long, the beginning.
constexpr size_t most_of_a_text = 1024;

std::string as_json(const Exchange& x, Duration total) {
  JsonWriter json;
  json.begin_object().field("trace_id", x.trace_id).field("time", x.started_wall);
  json.field("method", x.request.method.substr(0, most_of_a_text));
  json.field("path", x.target.path.substr(0, most_of_a_text)).field("status", x.response.status());
  json.field("error", info(x.error).word).field("total_ms", total).key("steps").begin_array();
  for (const Explanation::Step& step : x.explanation->steps()) {
    json.begin_object().field("stage", step.stage).field("decision", step.decision).field("why", step.why);
    json.field("ms", step.took).end_object();
  }
  return json.end_array().end_object().str();
}

// Whatever a client wrote must not move a terminal's cursor.
std::string printable(std::string_view text) {
  std::string out;
  append_json_escaped(out, text);
  return out;
}

// The beginning of a text, for a column of a table: cut between two characters of UTF-8.
std::string fitting(const std::string& text, size_t width) {
  size_t end = std::min(width, text.size());
  while (end < text.size() && end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string as_text(const Exchange& x, Duration total) {
  char line[64];
  std::snprintf(line, sizeof line, " -> %d in %.3f ms  ", x.response.status(), to_milliseconds(total));
  std::string out = printable(x.request.method.substr(0, most_of_a_text)) + " ";
  out.append(printable(x.target.path.substr(0, most_of_a_text)))
      .append(line)
      .append(printable(x.trace_id))
      .append("\n");
  for (const Explanation::Step& step : x.explanation->steps()) {
    std::snprintf(line, sizeof line, "  %-12.*s %9.3f ms  %-24s ", static_cast<int>(step.stage.size()),
                  step.stage.data(), to_milliseconds(step.took), fitting(printable(step.decision), 24).c_str());
    out.append(line).append(printable(step.why)).append("\n");
  }
  return out;
}

void keep_account(Exchange& x) {
  x.explanation->note("answer", std::to_string(x.response.status()), std::string(info(x.error).word));
  const Duration total = x.services.clock.now() - x.started;
  x.services.explain_book.add({std::string(x.trace_id), as_json(x, total), as_text(x, total)});
}

}  // namespace

void explain(Exchange& x, const Next& next) {
  if (!x.config().explain) return next(x);
  x.explanation = std::make_unique<Explanation>(x.services.clock);
  next(x);
  try {
    keep_account(x);
  } catch (const std::bad_alloc&) {  // no account then: thrown on, it would send an answered request through again
  }
}

void explain_routing(Exchange& x) {
  const std::vector<RouteConfig>& routes = x.config().routes;
  std::string why;
  size_t others = 0;
  const RouteRequest asked{x.request.method, x.host, x.path, x.target.query, x.request.fields};
  for (const RouteVerdict& verdict : judge_routes(routes, asked, x.route ? x.route_index : SIZE_MAX)) {
    if (verdict.path_matches && why.size() < most_of_a_text) {
      why.append(route_label(routes[verdict.index])).append(": ").append(verdict.reason).append("; ");
    } else {
      ++others;
    }
  }
  why.append(std::to_string(others)).append(why.size() < most_of_a_text ? " with other paths" : " more");
  x.explanation->note("router", x.route ? route_label(*x.route) : "no route", std::move(why));
}

}  // namespace glassgate
