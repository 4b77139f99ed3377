#include "gateway/explain.h"

#include <cstdio>

#include "base/json.h"
#include "base/utf8.h"
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

// Escaped: whatever a client wrote must not move a terminal's cursor.
std::string as_text(const Exchange& x, Duration total) {
  char line[64];
  std::snprintf(line, sizeof line, " -> %d in %.3f ms  ", x.response.status(), to_milliseconds(total));
  std::string out = json_escaped(x.request.method.substr(0, most_of_a_text)) + " ";
  out.append(json_escaped(x.target.path.substr(0, most_of_a_text)))
      .append(line)
      .append(json_escaped(x.trace_id))
      .append("\n");
  for (const Explanation::Step& step : x.explanation->steps()) {
    std::snprintf(line, sizeof line, "  %-12.*s %9.3f ms  %-24s ", static_cast<int>(step.stage.size()),
                  step.stage.data(), to_milliseconds(step.took),
                  std::string(utf8_prefix(json_escaped(step.decision), 24)).c_str());
    out.append(line).append(json_escaped(step.why)).append("\n");
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
  std::string why;
  size_t others = 0;
  const RouteRequest asked{x.request.method, x.host, x.path, x.target.query, x.request.fields};
  for (const RouteVerdict& verdict : judge_routes(x.config().routes, asked, x.route)) {
    if (verdict.path_matches && why.size() < most_of_a_text) {
      why.append(route_label(*verdict.route)).append(": ").append(verdict.reason).append("; ");
    } else {
      ++others;
    }
  }
  why.append(std::to_string(others)).append(why.size() < most_of_a_text ? " with other paths" : " more");
  x.explanation->note("router", x.route ? route_label(*x.route) : "no route", std::move(why));
}

}  // namespace glassgate
