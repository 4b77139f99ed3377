#include "soak/figures.h"

#include <algorithm>
#include <string>

#include "support/metrics_page.h"

namespace glassgate::soak {
namespace {

// On a machine that is busy elsewhere, a short run has a sample every second at the least.
constexpr double samples_apart = 1;

long median(std::vector<Figures>& samples, long Figures::*figure) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end(),
                   [&](const Figures& a, const Figures& b) { return a.*figure < b.*figure; });
  return (*middle).*figure;
}

// A worker that the soak's own looks at /status and /metrics keep busy.
bool is_for_admin(const std::string& thread) {
  return thread.starts_with("admin-");
}

}  // namespace

Figures figures_of(test::GatewayProcess& gateway) {
  const test::Process& process = gateway.process();
  Figures out;
  out.descriptors = static_cast<long>(process.descriptors());
  const std::vector<std::string> threads = process.thread_names();
  out.threads = std::count_if(threads.begin(), threads.end(), [](const auto& name) { return !is_for_admin(name); });
  out.resident_kib = process.status_kib("VmRSS");
  return out;
}

long idle_connections(const test::GatewayProcess& gateway) {
  double sum = 0;
  for (const auto& [name, value] : test::MetricsPage(gateway.admin("/metrics")).samples) {
    if (name.starts_with("gateway_upstream_idle_connections{")) sum += value;
  }
  return static_cast<long>(sum);
}

std::optional<Figures> FigureLog::between(double from, double to) const {
  std::vector<Figures> samples;
  const double length = all_.empty() ? 0 : all_.back().seconds;
  for (const Figures& each : all_) {
    if (each.seconds >= from * length - samples_apart && each.seconds <= to * length) samples.push_back(each);
  }
  if (samples.empty()) return std::nullopt;
  Figures out;
  const double time = samples.back().seconds - samples.front().seconds;
  const auto requests = static_cast<double>(samples.back().requests - samples.front().requests);
  if (time > 0) out.requests_a_second = requests / time;
  out.seconds = samples.front().seconds;
  out.requests = samples.front().requests;
  out.descriptors = median(samples, &Figures::descriptors);
  out.threads = median(samples, &Figures::threads);
  out.resident_kib = median(samples, &Figures::resident_kib);
  out.idle_connections = median(samples, &Figures::idle_connections);
  return out;
}

}  // namespace glassgate::soak
