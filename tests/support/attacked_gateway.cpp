#include "support/attacked_gateway.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

#include "support/json_reader.h"
#include "support/sanitized.h"

namespace glassgate::test {
namespace {

using std::chrono::milliseconds;

// How much more memory may be resident after an attack than before. Stacks and buffers of threads that an attack has
// had started are in it, and what the allocator keeps; a leak of one request's memory a request is not.
constexpr long allowed_growth_kib = 24 * 1024;

// A bystander beside an attack may wait so many times as long as it usually does; on a busy machine at least so long.
constexpr int allowed_slowdown = 50;
constexpr milliseconds always_allowed{200};

// A median does not see a gateway that stands still for one attack and is quick behind it. So no single bystander may
// wait for seconds; and of the parts of an attack that is long enough to be felt, there must be answers in some. On two
// processors, with a sanitizer and a neighbour, honest pauses are long, but they are not most of the time.
constexpr std::chrono::seconds longest_answer{5};
constexpr milliseconds felt{200};
constexpr size_t parts = 10;
constexpr size_t least_parts_served = 3;

std::string yaml_for(const ScriptedUpstream& good, const ScriptedUpstream& attacked, const std::string& time_out,
                     const std::string& upstream) {
  return "server: {header_timeout: " + time_out + ", body_timeout: " + time_out +
         ", idle_timeout: 1m}\nupstreams:\n  good:\n    backends: [" + good.address() +
         "]\n  attacked:\n    backends: [" + attacked.address() + "]\n    response_timeout: " + time_out +
         "\n    retries: 0\n    pool: {max_idle: 4}\n    " + upstream +
         "\nroutes:\n  - {path: /bystander, upstream: good}\n  - {path: /, upstream: attacked}\n";
}

// Of the bystanders' lines, which are all alike and may be very many, a thousand stay.
void thin_out(std::vector<std::string>& lines) {
  size_t seen = 0;
  std::erase_if(lines, [&](const std::string& line) {
    return line.find("\"path\":\"/bystander\"") != std::string::npos && ++seen > 1000;
  });
}

}  // namespace

AttackedGateway::AttackedGateway(ScriptedUpstream::Script script, const std::string& time_out,
                                 const std::string& upstream)
    : good_(ScriptedUpstream::always(ok("good"))),
      backend_(std::move(script)),
      gateway_(std::make_unique<GatewayProcess>(yaml_for(good_, backend_, time_out, upstream))) {}

AttackedGateway::~AttackedGateway() {
  bystanders_.reset();
}

void AttackedGateway::begin_watch() {
  {
    Bystanders quiet(port(), "/bystander", "good");
    CHECK(eventually([&] { return quiet.answered() >= 50 || !quiet.failures().empty(); }));
    quiet.stop();
    quiet_ = quiet.median();
  }
  CHECK(eventually([&] { return is_at_rest(); }));
  descriptors_ = gateway_->process().descriptors();
  resident_kib_ = gateway_->process().status_kib("VmRSS");
  bystanders_ = std::make_unique<Bystanders>(port(), "/bystander", "good");
  CHECK(eventually([&] { return bystanders_->answered() > 0 || !bystanders_->failures().empty(); }));
  attack_begins_ = Bystanders::Clock::now();
}

void AttackedGateway::check_unharmed() {
  check_bystanders();
  check_size();
  check_log_and_end();
}

void AttackedGateway::check_bystanders() {
  const auto attack_ends = Bystanders::Clock::now();
  const size_t so_far = bystanders_->answered();
  CHECK(eventually([&] { return bystanders_->answered() > so_far + 5; }));
  bystanders_->stop();
  CHECK(bystanders_->failures() == "");
  const auto most = std::max<Bystanders::Latency>(allowed_slowdown * quiet_, always_allowed);
  CAPTURE(std::chrono::duration_cast<std::chrono::microseconds>(quiet_).count());
  CAPTURE(std::chrono::duration_cast<std::chrono::microseconds>(bystanders_->median()).count());
  CHECK(bystanders_->median() <= most);
  check_pace(attack_ends);
}

void AttackedGateway::check_pace(Bystanders::Clock::time_point attack_ends) const {
  CAPTURE(std::chrono::duration_cast<milliseconds>(bystanders_->slowest()).count());
  CHECK(bystanders_->slowest() <= longest_answer);
  CAPTURE(std::chrono::duration_cast<milliseconds>(attack_ends - attack_begins_).count());
  if (attack_ends - attack_begins_ < felt) return;
  CHECK(bystanders_->parts_served(attack_begins_, attack_ends, parts) >= least_parts_served);
}

bool AttackedGateway::is_at_rest() const {
  const Json status = json_of(gateway_->admin("/status"));
  bool rests = status.at("connections").at("open").text == "0" && status.at("workers").at("busy").text == "0";
  for (const Json& upstream : status.at("upstreams").items) {
    rests &= upstream.at("backends").at(0).at("in_flight").text == "0";
  }
  return rests;
}

// A thread that has nothing to do stays for a while, so it is the busy ones that are counted.
void AttackedGateway::check_size() {
  CHECK(eventually([&] { return is_at_rest(); }));
  constexpr size_t pooled = 8;  // connections to both backends: see `max_idle`
  CHECK(eventually([&] { return gateway_->process().descriptors() <= descriptors_ + pooled; }));
  if (is_sanitized) return;  // it keeps what was freed for a while
  CAPTURE(resident_kib_);
  CAPTURE(gateway_->process().status_kib("VmRSS"));
  CHECK(eventually([&] { return gateway_->process().status_kib("VmRSS") <= resident_kib_ + allowed_growth_kib; }));
}

// Every request that was begun is one line, and each line is whole JSON.
void AttackedGateway::check_log_and_end() {
  const Json status = json_of(gateway_->admin("/status"));
  gateway_->process().signal(SIGTERM);
  CHECK(gateway_->process().wait() == 0);
  CHECK(gateway_->log_lines("\"event\":\"exception\"").empty());
  auto lines = gateway_->log_lines("");
  thin_out(lines);
  CHECK(std::all_of(lines.begin(), lines.end(), [](const std::string& line) { return read_json(line).has_value(); }));
  const size_t requests = std::stoul(status.at("requests").text);
  const size_t access_lines = gateway_->log_lines("\"event\":\"access\"").size();
  CHECK(access_lines <= requests);
  CHECK(access_lines + std::stoul(status.at("log").at("lines_dropped").text) >= requests);
  CHECK(json_field(gateway_->log_lines("\"event\":\"stopped\"").back(), "requests_cut") == "0");
}

}  // namespace glassgate::test
