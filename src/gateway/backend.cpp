#include "gateway/backend.h"

namespace glassgate {
namespace {

HealthSettings health_settings(const HealthConfig& config) {
  HealthSettings out;
  if (config.active) out.active = ActiveThresholds{config.active->unhealthy_after, config.active->healthy_after};
  if (config.passive) {
    out.passive = PassiveThresholds{config.passive->window, config.passive->error_rate, config.passive->min_requests};
  }
  return out;
}

CircuitSettings circuit_settings(const UpstreamConfig& config) {
  const CircuitBreakerConfig settings = config.circuit_breaker.value_or(CircuitBreakerConfig{});
  return {settings.max_failures, settings.open_for};
}

}  // namespace

Backend::Backend(HostPort where, const UpstreamConfig& settings)
    : address(std::move(where)),
      name(address.text()),
      health(health_settings(settings.health)),
      circuit(circuit_settings(settings)) {}

void Backend::apply(const UpstreamConfig& settings) {
  health.set_settings(health_settings(settings.health));
  circuit.set_settings(circuit_settings(settings));
}

}  // namespace glassgate
