// A whole gateway inside the test's process, on ports of its own, with its log in a file that tests can read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/gateway.h"
#include "support/net.h"
#include "support/scripted_upstream.h"

namespace glassgate::test {

class TestGateway {
 public:
  // `yaml`: everything of the configuration but `listen`, `admin` and `log`, which are given here. Throws, with the
  // errors, when the configuration is wrong or the gateway does not start.
  explicit TestGateway(const std::string& yaml);
  // One route, `/`, to these addresses; `server` is YAML inside `server:` ("body_timeout: 1s\n  max_headers: 5", say).
  static std::string in_front_of(const std::vector<std::string>& addresses, const std::string& server = "");
  // The same with an upstream of its own: `upstream` is YAML inside it ("response_timeout: 200ms").
  static std::string with_upstream(const std::string& address, const std::string& upstream,
                                   const std::string& server = "");
  ~TestGateway();
  TestGateway(const TestGateway&) = delete;
  TestGateway& operator=(const TestGateway&) = delete;

  uint16_t port() const { return gateway_.port(); }
  uint16_t admin_port() const { return gateway_.admin_port(); }
  Peer connect() const { return Peer::connect_to(port()); }
  // A connection of its own: sends `request`, and gives back what comes until the gateway ends the connection.
  std::string exchange(std::string_view request) const;
  // GET on the admin side; the body, or "STATUS n" where that is not 200.
  std::string admin(const std::string& path) const;

  Gateway& gateway() { return gateway_; }
  const Services& services() const { return gateway_.services(); }
  // Drains and stops, once. Without `cut_now` as long as the configuration's drain_timeout.
  void stop(bool cut_now = false);

  // The lines of the log so far; the access lines among them; waits until there are n access lines.
  std::vector<std::string> log_lines() const;
  std::vector<std::string> access_lines() const;
  std::vector<std::string> wait_for_access_lines(size_t n) const;

 private:
  std::string log_file_;
  SystemClock clock_;
  Gateway gateway_;
  bool stopped_ = false;
};

// The value of `"key":value` in a line of JSON, without quotes: enough for flat log lines.
std::string json_field(std::string_view line, std::string_view key);

}  // namespace glassgate::test
