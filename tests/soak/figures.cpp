#include "soak/figures.h"

#include <algorithm>

#include "support/metrics_page.h"

namespace glassgate::soak {
namespace {

long median(std::vector<Figures>& samples, long Figures::*figure) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end(),
                   [&](const Figures& a, const Figures& b) { return a.*figure < b.*figure; });
  return (*middle).*figure;
}

}  // namespace

Figures figures_of(test::GatewayProcess& gateway) {
  const test::Process& process = gateway.process();
  Figures out;
  out.descriptors = static_cast<long>(process.descriptors());
  out.threads = process.status_kib("Threads");
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

Figures FigureLog::between(double from, double to) const {
  std::vector<Figures> samples;
  const double length = all_.empty() ? 0 : all_.back().seconds;
  for (const Figures& each : all_) {
    if (each.seconds >= from * length && each.seconds <= to * length) samples.push_back(each);
  }
  Figures out;
  if (samples.size() < 2) return out;
  const double time = samples.back().seconds - samples.front().seconds;
  out.requests_a_second = static_cast<double>(samples.back().requests - samples.front().requests) / time;
  out.seconds = samples.front().seconds;
  out.requests = samples.front().requests;
  out.descriptors = median(samples, &Figures::descriptors);
  out.threads = median(samples, &Figures::threads);
  out.resident_kib = median(samples, &Figures::resident_kib);
  out.idle_connections = median(samples, &Figures::idle_connections);
  return out;
}

}  // namespace glassgate::soak
