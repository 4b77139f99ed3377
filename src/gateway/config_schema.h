// What each part of the configuration may say: one function a part, from its place in the file to its struct.
//
// Problem: the contract is one file of keys, meanings and defaults; the code that holds it should read like that file.
// Guarantee: each function reads what is good into the struct, which came with its defaults, and adds an error for the
// rest. A struct that was read while errors were added is not for use.
// Thread rule: one owner.
#pragma once

#include <string>
#include <vector>

#include "gateway/config.h"
#include "gateway/config_reader.h"

namespace glassgate {

void read_server(const ConfigValue& at, ServerConfig& out);
void read_log(const ConfigValue& at, LogConfig& out);
RateLimitConfig read_rate_limit(const ConfigValue& at);

// Every upstream that the file names ends up in `out`, also one with mistakes in it: a route may still refer to it.
void read_upstreams(const ConfigValue& at, std::vector<UpstreamConfig>& out);
std::vector<BackendConfig> read_backends(const ConfigValue& at);

// Adds the routes, and the upstreams of those in the short form. REQUIRES: the named upstreams have been read.
// `upstreams_known` is false when the upstreams could not be read at all, and then references are not checked.
void read_routes(const ConfigValue& at, bool upstreams_known, Config& out);

// The conditions of a route: what a request must look like. nullopt after an error.
std::optional<std::string> read_route_path(const ConfigValue& at, RouteConfig::Match match);
void read_route_conditions(ConfigMap& map, RouteConfig& out);  // host, methods, headers, query

}  // namespace glassgate
