#include "soak/gateway_part.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "support/watched_file.h"

namespace glassgate::soak {
namespace {

constexpr std::chrono::seconds between_changes{2};
constexpr unsigned rotate_every = 5;  // changes; none when the first configuration comes back at the end

// Limits that are looked at for each request, and never reached.
constexpr const char* config_in_front = R"(reload_interval: 200ms
explain: false
server: {drain_timeout: 10s}
rate_limit: {algorithm: token_bucket, requests: 1000000, window: 1s, key: client_ip}
routes:
  - path: /soak
    upstream: soak
    rate_limit: {algorithm: sliding_window, requests: 1000000, window: 1s, key: "header:X-Soak-Client"}
upstreams:
  soak:
    balancer: weighted_round_robin
    response_timeout: 30s
    retries: 2
    pool: {max_idle: 32, idle_timeout: 2s}
    health:
      active: {path: /health, interval: 500ms, timeout: 5s, unhealthy_after: 2, healthy_after: 1}
      passive: {window: 2s, error_rate: 0.5, min_requests: 10}
      when_none_healthy: fail_open
    circuit_breaker: {max_failures: 5, open_for: 500ms}
    backends:
)";

std::string trace_id(uint64_t number) {
  return "soak-" + std::to_string(number);
}

}  // namespace

Gateway::Gateway(Ledger& ledger, std::vector<std::string> backends)
    : ledger_(ledger), backends_(std::move(backends)), process_(config(0)) {}

void Gateway::wait_until_ready() const {
  const auto have_been_probed = [this] {
    const test::Json status = test::json_of(process_.admin("/status"));
    const auto& backends = status.at("upstreams").at(0).at("backends").items;
    return std::all_of(backends.begin(), backends.end(), [](const test::Json& backend) {
      return backend.at("health").at("active").at("probed").text == "true";
    });
  };
  if (!test::eventually(have_been_probed)) throw std::runtime_error("the gateway does not probe its backends");
}

// Version 0 has all backends; of the others, every third one does without one of them.
std::string Gateway::config(unsigned version) const {
  std::string text = config_in_front;
  for (size_t i = 0; i < backends_.size(); ++i) {
    if (version % 3 == 2 && i == version % backends_.size()) continue;
    const size_t weight = 1 + (i + version) % 3;
    text += "      - {address: \"" + backends_[i] + "\", weight: " + std::to_string(weight) + "}\n";
  }
  return text + "# " + std::to_string(version) + "\n";
}

void Gateway::change_config(unsigned version) {
  const bool is_bad = version % 7 == 3;
  test::replace_by_rename(process_.config_path(), process_.whole(config(version)) + (is_bad ? "nonsense: [\n" : ""));
}

void Gateway::run(const std::stop_token& stop) {
  auto due = std::chrono::steady_clock::now();
  for (unsigned version = 1; !stop.stop_requested(); ++version) {
    due += between_changes;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < due) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    disturb(version);
  }
  disturb(0);
}

// Whatever comes of it, the next one follows: a log that is never taken away grows without end.
void Gateway::disturb(unsigned version) {
  try {
    change_config(version);
    if (version % rotate_every == rotate_every - 1) rotate_log();
  } catch (const std::exception& problem) {
    ledger_.violation(0, std::string("while the gateway was disturbed: ") + problem.what());
  }
}

void Gateway::rotate_log() {
  const std::string old = process_.log_path() + ".1";
  std::filesystem::rename(process_.log_path(), old);
  process_.process().signal(SIGHUP);
  const auto is_there = [&] { return std::filesystem::exists(process_.log_path()); };
  if (test::eventually([&] { return is_there() || process_.process().has_ended(); })) {
    read_log(old);
  } else {
    ledger_.violation(0, "the log was not opened again");
  }
  std::filesystem::remove(old);
}

void Gateway::read_log(const std::string& path) {
  keep_named_accounts();
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) note_line(line);
}

// A client judges an answer at about the time when the gateway logs it: what is not named until the next log is read
// went well.
void Gateway::keep_named_accounts() {
  std::map<std::string, std::string> named;
  for (const Violation& each : ledger_.first_violations()) named.insert(accounts_.extract(trace_id(each.number)));
  accounts_ = std::move(named);
}

void Gateway::note_line(const std::string& line) {
  const auto json = test::read_json(line);
  if (!json || !json->has("event")) return ledger_.violation(0, "no line of a log: " + line);
  const std::string& event = json->at("event").text;
  if (event == "access") note_access(*json, line);
  if (event == "log_lines_dropped") dropped_lines_ += std::strtoull(json->at("lines").text.c_str(), nullptr, 10);
  if (event == "exception" || event == "accept_failed") ledger_.violation(0, "in the log: " + line);
}

void Gateway::note_access(const test::Json& line, const std::string& text) {
  ++access_lines_;
  accounts_[line.at("trace_id").text] = text;
}

std::string Gateway::account_of(uint64_t number) const {
  const auto found = accounts_.find(trace_id(number));
  return found == accounts_.end() ? "no line of it in the log" : found->second;
}

void Gateway::stop() {
  const std::optional<uint64_t> requests = requests_by_status();
  end_process();
  try {
    read_log(process_.log_path());
  } catch (const std::exception& problem) {
    complaints_.push_back(std::string("the log cannot be read: ") + problem.what());
  }
  if (requests) check_number_of_lines(*requests);
}

std::optional<uint64_t> Gateway::requests_by_status() {
  if (process_.process().has_ended()) return std::nullopt;  // end_process() tells of it
  try {
    const test::Json status = test::json_of(process_.admin("/status"));
    return std::strtoull(status.at("requests").text.c_str(), nullptr, 10);
  } catch (const std::exception& problem) {
    complaints_.push_back(std::string("the gateway does not tell its status: ") + problem.what());
    return std::nullopt;
  }
}

void Gateway::end_process() {
  test::Process& process = process_.process();
  const bool had_ended = process.has_ended();
  process.signal(SIGTERM);
  try {
    const int code = process.wait();
    if (code == 0 && !had_ended) return;
    complaints_.push_back(std::string("the gateway ended ") + (had_ended ? "before its time " : "") + "with " +
                          std::to_string(code) + ", and wrote:\n" + process.err());
  } catch (const std::exception& problem) {
    complaints_.push_back(std::string("the gateway was told to end: ") + problem.what());
  }
}

void Gateway::check_number_of_lines(uint64_t requests) {
  if (access_lines_ + dropped_lines_ == requests) return;
  ledger_.violation(0, std::to_string(requests) + " requests, and " + std::to_string(access_lines_) +
                           " lines of them in the log (" + std::to_string(dropped_lines_) + " dropped)");
}

}  // namespace glassgate::soak
