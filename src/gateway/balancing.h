// From the configuration to a balancer. Thread rule: pure functions.
#pragma once

#include <memory>
#include <vector>

#include "gateway/backend.h"
#include "primitives/balance/balancer.h"

namespace glassgate {

std::shared_ptr<Balancer> make_balancer(const UpstreamConfig& config,
                                        const std::vector<std::shared_ptr<Backend>>& backends);

// Whether a balancer of the one serves the other as well, so that a reload need not begin anew.
bool balances_alike(const UpstreamConfig& a, const UpstreamConfig& b);

}  // namespace glassgate
