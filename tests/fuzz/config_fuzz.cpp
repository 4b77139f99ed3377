// Any bytes as the configuration file.
//
// Property: there is a configuration, or there are errors, each in one printable line with a place that is in the file;
// never an exception, and never for long (libFuzzer's -timeout). What a good configuration says can be brought to life,
// and asked; its values are read back from the words that messages have for them.
#include <algorithm>

#include "fuzz/target.h"
#include "gateway/config.h"
#include "gateway/config_values.h"
#include "gateway/runtime.h"
#include "gateway/yaml.h"

namespace glassgate::fuzz {
namespace {

bool is_one_line(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7F;
  });
}

void check_errors(const std::vector<ConfigError>& errors, std::string_view input) {
  const auto lines = std::count(input.begin(), input.end(), '\n') + 1;
  expect(errors.size() <= most_config_errors + 1, "a list of errors without end");
  for (const ConfigError& error : errors) {
    const std::string line = describe(error, "config.yaml");
    expect(error.line >= 1 && error.line <= lines && error.column >= 1, "no such place: " + line);
    expect(!error.message.empty() && is_one_line(line), "not one printable line: " + line);
  }
}

void check_words(const Config& config) {
  expect(!to_string(config.log.level).empty(), "a level without a word");
  const auto& server = config.server;
  for (const Duration each : {server.header_timeout, server.idle_timeout, server.drain_timeout}) {
    expect(parse_duration(duration_text(each)) == each, "another duration: " + duration_text(each));
  }
  for (const uint64_t each : {uint64_t{server.max_header_bytes}, server.max_body_bytes}) {
    expect(parse_size(size_text(each)) == each, "another size: " + size_text(each));
  }
  for (const UpstreamConfig& upstream : config.upstreams) {
    expect(!to_string(upstream.balancer).empty(), "a balancer without a word");
  }
}

// No input is as long as that: libFuzzer would think up longer ones, for ever.
void check_too_large() {
  const ConfigResult result = parse_config(std::string(yaml_limits::bytes + 1, '\n'));
  expect(result.errors.at(0).message.starts_with("the file is too large"), "a file of any size was read");
}

// What a runtime of it has to build, and to sort: a backend is as often on its upstream's ring as its weight says.
uint64_t ring_points(const Config& config) {
  uint64_t points = 0;
  for (const UpstreamConfig& upstream : config.upstreams) {
    if (upstream.balancer != BalancerKind::consistent_hash) continue;
    for (const BackendConfig& each : upstream.backends) points += uint64_t{each.weight} * upstream.virtual_nodes;
  }
  return points;
}

void run(std::string_view input) {
  [[maybe_unused]] static const bool once = (check_too_large(), true);
  const ConfigResult result = parse_config(input);
  expect((result.config != nullptr) == result.errors.empty(), "neither a configuration nor an error, or both");
  check_errors(result.errors, input);
  if (!result.config) return;
  const Config& config = *result.config;
  check_words(config);
  if (ring_points(config) > 10'000) return;  // large hash rings are not what is looked for here, and slow
  const Runtime first(result.config, nullptr);
  const Runtime second(result.config, &first);
  for (size_t i = 0; i < config.routes.size(); ++i) {
    const Upstream& upstream = second.upstream_of(i);
    expect(upstream.config->name == config.routes[i].upstream && !upstream.backends.empty(), "a route to nowhere");
    expect(upstream.backends.front() == first.upstream_of(i).backends.front(), "a reload forgot a backend");
    second.routes().match({"GET", config.routes[i].host, config.routes[i].path, "", {}});
  }
}

const Target target("config", run);

}  // namespace
}  // namespace glassgate::fuzz
