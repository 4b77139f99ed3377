// The soak: the real gateway, with everything on, under clients and backends that behave as badly as they may, for as
// long as one likes. It looks for what only time and mixture show: leaks, cross-talk, answers that end wrongly.
//
//   make soak                                       a minute, as fast as it goes
//   SOAK_SECONDS=1200 SOAK_RATE=200 make soak       twenty minutes, 200 requests a second
//   SOAK_SEED=7 make soak                           other requests; SOAK_CLIENTS=24 of them at a time
//
// Exit code 0 when all was well, 1 with the reasons otherwise.
#include <cstdio>
#include <exception>
#include <list>
#include <stop_token>
#include <thread>

#include "soak/backend_part.h"
#include "soak/client_part.h"
#include "soak/figures.h"
#include "soak/gateway_part.h"
#include "soak/ledger.h"
#include "soak/options.h"
#include "soak/report.h"

namespace glassgate::soak {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds sample_every{500};
constexpr std::chrono::seconds progress_every{5};
constexpr std::chrono::seconds rest_patience{90};
constexpr uint64_t hopeless = 200;  // violations: no reason to go on

double seconds_since(SteadyTime start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Probes come and go: so the least of what is seen for a while.
Figures figures_at_rest(test::GatewayProcess& gateway) {
  Figures least = figures_of(gateway);
  for (int i = 0; i < 200; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const Figures now = figures_of(gateway);
    least.descriptors = std::min(least.descriptors, now.descriptors);
    least.threads = std::min(least.threads, now.threads);
  }
  return least;
}

// Waits until what came with the clients is gone: pooled connections, workers. At the latest when patience ends.
Figures figures_back_at(const Figures& rest, test::GatewayProcess& gateway) {
  const SteadyTime end = std::chrono::steady_clock::now() + rest_patience;
  for (;;) {
    const Figures now = figures_at_rest(gateway);
    const bool is_back = now.descriptors <= rest.descriptors && now.threads <= rest.threads;
    if (is_back || std::chrono::steady_clock::now() > end) return now;
  }
}

// All clients, each on its thread, from the first request until its end.
class Crowd {
 public:
  Crowd(Ledger& ledger, const Options& options, uint16_t port) {
    for (unsigned i = 0; i < options.clients; ++i) {
      ClientSettings settings{port, options.seed, i, i % 6 == 0, {}};
      if (options.rate > 0) settings.period = std::chrono::microseconds(1'000'000ULL * options.clients / options.rate);
      threads_.emplace_back([&ledger, settings](const std::stop_token& stop) { Client(ledger, settings).run(stop); });
    }
  }
  ~Crowd() {
    for (std::jthread& thread : threads_) thread.request_stop();
  }

 private:
  std::list<std::jthread> threads_;
};

Figures sample(Gateway& gateway, const Counts& counts, SteadyTime start) {
  Figures now = figures_of(gateway.process());
  now.seconds = seconds_since(start);
  now.requests = counts.requests;
  now.idle_connections = idle_connections(gateway.process());
  return now;
}

// Until the time is over, or the gateway, or there is no reason to go on.
void watch(Gateway& gateway, const Ledger& ledger, const Options& options, FigureLog& log) {
  const SteadyTime start = std::chrono::steady_clock::now();
  SteadyTime progress = start;
  while (std::chrono::steady_clock::now() < start + options.length && ledger.violations() < hopeless &&
         !gateway.process().process().ends_within(sample_every)) {
    const Counts counts = ledger.counts();
    const Figures now = sample(gateway, counts, start);
    log.add(now);
    if (std::chrono::steady_clock::now() < progress + progress_every) continue;
    progress += progress_every;
    print_progress(now, counts);
  }
}

// When it ends, however it does, the clients are gone first: they are to be disturbed to the last.
void run_crowd(Gateway& gateway, Ledger& ledger, const Options& options, FigureLog& log) {
  const std::jthread disturber([&](const std::stop_token& stop) { gateway.run(stop); });
  const Crowd crowd(ledger, options, gateway.process().port());
  watch(gateway, ledger, options, log);
}

// What goes wrong here is a reason, too: the gateway is asked how it is, and may not answer.
Course run_course(Gateway& gateway, Ledger& ledger, const Options& options) {
  Course course;
  try {
    gateway.wait_until_ready();
    course.before = figures_at_rest(gateway.process());
    run_crowd(gateway, ledger, options, course.log);
    if (!gateway.process().process().has_ended()) course.after = figures_back_at(*course.before, gateway.process());
  } catch (const std::exception& problem) {
    course.broken_off = problem.what();
  }
  gateway.stop();
  return course;
}

bool run(const Options& options) {
  std::printf("soak: seed %lu, %ld s, %u clients, %u requests a second (0: as many as go)\n", options.seed,
              static_cast<long>(options.length.count()), options.clients, options.rate);
  Ledger ledger(options.seed);
  Backend red(ledger, 0);
  Backend green(ledger, 1);
  Backend blue(ledger, 2);
  Gateway gateway(ledger, {red.address(), green.address(), blue.address()});
  const Course course = run_course(gateway, ledger, options);
  return print_report(ledger, gateway, course);
}

}  // namespace
}  // namespace glassgate::soak

int main() {
  try {
    return glassgate::soak::run(glassgate::soak::read_options()) ? 0 : 1;
  } catch (const std::exception& problem) {
    std::printf("FAILED: %s\n", problem.what());
    return 1;
  }
}
