#include "soak/report.h"

#include <cstdio>
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

Figures figures_in(const FigureLog& log, const Window& window) {
  return log.between(window.from, window.to);
}

void print_row(const char* name, const Figures& f) {
  std::printf("  %-16s %9.0f %10lu %12ld %8ld %13ld %12ld %14.0f\n", name, f.seconds, f.requests, f.descriptors,
              f.threads, f.resident_kib, f.idle_connections, f.requests_a_second);
}

void compare(std::vector<std::string>& complaints, const std::string& what, long found, long most) {
  if (found > most) complaints.push_back(what + ": " + std::to_string(found) + ", and not " + std::to_string(most));
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

void print_table(const FigureLog& log, const Rest& rest) {
  std::printf("\n  %-16s %9s %10s %12s %8s %13s %12s %14s\n", "", "second", "requests", "descriptors", "threads",
              "resident KiB", "idle pooled", "requests/s");
  print_row("at rest, before", rest.before);
  for (const Window& window : {at_start, in_the_middle, at_end}) print_row(window.name, figures_in(log, window));
  print_row("at rest, after", rest.after);
}

void print_counts(const Counts& counts) {
  std::printf("\n  %lu requests: 2xx %lu, 4xx %lu, 5xx %lu, without a status %lu\n", counts.requests,
              counts.by_class[2], counts.by_class[4], counts.by_class[5], counts.by_class[0]);
  std::printf("  cut by a backend %lu, left by the client %lu, sent to backends again %lu\n", counts.cut, counts.left,
              counts.repeated);
  std::printf("  answered by the gateway itself: 502 %lu, 503 %lu\n\n", counts.own_502, counts.own_503);
}

bool print_verdict(const Ledger& ledger, const Gateway& gateway, const FigureLog& log, const Rest& rest) {
  std::vector<std::string> complaints;
  for (const Violation& each : ledger.first_violations()) {
    complaints.push_back("request " + std::to_string(each.number) + ": " + each.what);
    const std::string account = gateway.account_of(each.number);
    if (!account.empty()) complaints.back() += "\n  " + account;
  }
  if (ledger.violations() > complaints.size()) {
    complaints.push_back(std::to_string(ledger.violations()) + " such things in all");
  }
  const Counts counts = ledger.counts();
  const Figures middle = figures_in(log, in_the_middle);
  const Figures end = figures_in(log, at_end);
  compare(complaints, "descriptors at rest", rest.after.descriptors, rest.before.descriptors);
  compare(complaints, "threads at rest", rest.after.threads, rest.before.threads);
  compare(complaints, "resident KiB at the end, for those in the middle", end.resident_kib,
          middle.resident_kib * most_growth_percent / 100 + some_kib);
  compare(complaints, "answers 503 of the gateway's own", static_cast<long>(counts.own_503),
          static_cast<long>(counts.requests * most_refused_percent / 100));
  if (counts.by_class[2] * 2 < counts.requests) complaints.emplace_back("not even half of the requests were served");
  for (const std::string& complaint : complaints) std::printf("FAILED: %s\n", complaint.c_str());
  if (complaints.empty()) std::printf("soak: ok: no leak, no cross-talk, nothing cut but by those who may\n");
  return complaints.empty();
}

}  // namespace glassgate::soak
