#include "soak/report.h"

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace glassgate::soak {
namespace {

// How much more memory there may be at the end than in the middle: a quarter, and what a few buffers take. A leak of
// a few hundred bytes a request is more.
constexpr long most_growth_percent = 125;
constexpr long some_kib = 4096;

// The gateway answers for a resting upstream while all circuits are open at once: hardly ever.
constexpr uint64_t most_refused_percent = 2;

struct Window {
  const char* name;
  double from, to;
};
constexpr Window at_start{"start", 0.10, 0.20};  // what comes before is the warm-up
constexpr Window in_the_middle{"middle", 0.45, 0.55};
constexpr Window at_end{"end", 0.90, 1.0};

std::optional<Figures> figures_in(const FigureLog& log, const Window& window) {
  return log.between(window.from, window.to);
}

void print_row(const char* name, const std::optional<Figures>& f) {
  if (!f) {
    std::printf("  %-16s %9s\n", name, "none");
    return;
  }
  std::printf("  %-16s %9.0f %10lu %12ld %8ld %13ld %12ld %14.0f\n", name, f->seconds, f->requests, f->descriptors,
              f->threads, f->resident_kib, f->idle_connections, f->requests_a_second);
}

void print_table(const Course& course) {
  std::printf("\n  %-16s %9s %10s %12s %8s %13s %12s %14s\n", "", "second", "requests", "descriptors", "threads",
              "resident KiB", "idle pooled", "requests/s");
  print_row("at rest, before", course.before);
  for (const Window& window : {at_start, in_the_middle, at_end}) print_row(window.name, figures_in(course.log, window));
  print_row("at rest, after", course.after);
}

void print_counts(const Counts& counts) {
  std::printf("\n  %lu requests: 2xx %lu, 4xx %lu, 5xx %lu, without a status %lu\n", counts.requests,
              counts.by_class[2], counts.by_class[4], counts.by_class[5], counts.by_class[0]);
  std::printf("  cut by a backend %lu, left by the client %lu, sent to backends again %lu\n", counts.cut, counts.left,
              counts.repeated);
  std::printf("  answered by the gateway itself: 502 %lu, 503 %lu\n\n", counts.own_502, counts.own_503);
}

using Complaints = std::vector<std::string>;

std::string described(const Violation& violation, const Gateway& gateway) {
  if (violation.number == 0) return violation.what;
  return "request " + std::to_string(violation.number) + ": " + violation.what + "\n  " +
         gateway.account_of(violation.number);
}

// In the order of what explains the rest: a gateway that is gone, and then what its clients saw of that.
Complaints about_events(const Ledger& ledger, const Gateway& gateway, const Course& course) {
  Complaints out = gateway.complaints();
  if (!course.broken_off.empty()) out.push_back("broken off: " + course.broken_off);
  const std::vector<Violation> named = ledger.first_violations();
  for (const Violation& each : named) out.push_back(described(each, gateway));
  if (ledger.violations() > named.size()) out.push_back(std::to_string(ledger.violations()) + " such things in all");
  return out;
}

void compare(Complaints& complaints, const std::string& what, long found, long most) {
  if (found > most) complaints.push_back(what + ": " + std::to_string(found) + ", and not " + std::to_string(most));
}

void compare_rest(Complaints& complaints, const Course& course) {
  if (!course.before || !course.after) {
    complaints.emplace_back("no figures at rest");
    return;
  }
  compare(complaints, "descriptors at rest", course.after->descriptors, course.before->descriptors);
  compare(complaints, "threads at rest", course.after->threads, course.before->threads);
}

void compare_memory(Complaints& complaints, const FigureLog& log) {
  const auto middle = figures_in(log, in_the_middle);
  const auto end = figures_in(log, at_end);
  if (!middle || !end) {
    complaints.emplace_back("too short for its figures of memory");
    return;
  }
  compare(complaints, "resident KiB at the end, for those in the middle", end->resident_kib,
          middle->resident_kib * most_growth_percent / 100 + some_kib);
}

Complaints about_figures(const Counts& counts, const Course& course) {
  Complaints out;
  compare_rest(out, course);
  compare_memory(out, course.log);
  compare(out, "answers 503 of the gateway's own", static_cast<long>(counts.own_503),
          static_cast<long>(counts.requests * most_refused_percent / 100));
  if (counts.by_class[2] * 2 < counts.requests) out.emplace_back("not even half of the requests were served");
  return out;
}

void print(const Complaints& complaints) {
  for (const std::string& complaint : complaints) std::printf("FAILED: %s\n", complaint.c_str());
  std::fflush(stdout);
}

}  // namespace

void print_progress(const Figures& now, const Counts& counts) {
  std::printf(
      "%5.0f s  %8lu requests  2xx %lu  4xx %lu  5xx %lu  cut %lu  left %lu  |  %ld descriptors  %ld threads  "
      "%ld KiB\n",
      now.seconds, counts.requests, counts.by_class[2], counts.by_class[4], counts.by_class[5], counts.cut, counts.left,
      now.descriptors, now.threads, now.resident_kib);
  std::fflush(stdout);
}

bool print_report(const Ledger& ledger, const Gateway& gateway, const Course& course) {
  const Complaints events = about_events(ledger, gateway, course);
  print(events);
  print_table(course);
  print_counts(ledger.counts());
  const Complaints figures = about_figures(ledger.counts(), course);
  print(figures);
  const bool is_well = events.empty() && figures.empty();
  std::printf("%s\n", is_well ? "soak: ok: no leak, no cross-talk, nothing cut but by those who may"
                              : "soak: failed, for the reasons above");
  return is_well;
}

}  // namespace glassgate::soak
