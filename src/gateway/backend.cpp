#include "gateway/backend.h"

namespace glassgate {
namespace {

HealthSettings health_settings(const HealthConfig& config) {
  return {config.active, config.passive};
}

}  // namespace

Backend::Backend(HostPort where, const UpstreamConfig& settings)
    : address(std::move(where)),
      name(address.text()),
      health(health_settings(settings.health)),
      circuit(settings.circuit_breaker.value_or(CircuitSettings{})) {}

void Backend::apply(const UpstreamConfig& settings) {
  health.set_settings(health_settings(settings.health));
  circuit.set_settings(settings.circuit_breaker.value_or(CircuitSettings{}));
}

}  // namespace glassgate
