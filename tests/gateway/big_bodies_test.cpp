// Bodies of a gigabyte through the real program: every byte as it was sent, in a bounded memory.
//
// GLASSGATE_BIG_BODY_MIB sets the size; the default is a whole gigabyte, and less under a sanitizer, whose own memory
// also makes the bound meaningless.
#include <doctest/doctest.h>

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <thread>

#include "support/gateway_process.h"
#include "support/net.h"
#include "support/sanitized.h"
#include "support/scripted_upstream.h"

namespace glassgate {
namespace {

using test::GatewayProcess;
using test::json_field;
using test::Peer;
using test::ScriptedUpstream;
using test::TestGateway;

constexpr uint64_t mib = 1024 * 1024;
constexpr long most_growth_kib = 64 * 1024;

uint64_t body_bytes() {
  const char* wanted = std::getenv("GLASSGATE_BIG_BODY_MIB");
  if (wanted != nullptr) return std::strtoull(wanted, nullptr, 10) * mib;
  return (test::is_sanitized ? 64 : 1024) * mib;
}

// The body is this, over and over. Its length has no factor in common with any buffer's, so a byte that is lost,
// doubled or out of order moves everything behind it to where it does not belong.
const std::string& pattern() {
  static const std::string bytes = [] {
    std::mt19937_64 random(20240229);
    std::string out(1'048'583, '\0');  // a prime
    for (char& byte : out) byte = static_cast<char>(random());
    return out;
  }();
  return bytes;
}

// What stands at `position` of the body, as far as one piece of memory goes.
std::string_view piece_at(uint64_t position, uint64_t most) {
  const std::string_view rest = std::string_view(pattern()).substr(position % pattern().size());
  return rest.substr(0, std::min<uint64_t>(most, rest.size()));
}

enum class Framing { length, chunked };

std::string framing_field(Framing framing) {
  if (framing == Framing::chunked) return "Transfer-Encoding: chunked\r\n\r\n";
  return "Content-Length: " + std::to_string(body_bytes()) + "\r\n\r\n";
}

bool send_body(Peer& peer, Framing framing) {
  std::mt19937 random(7);
  std::uniform_int_distribution<uint64_t> sizes(1, 300'000);
  for (uint64_t position = 0; position < body_bytes();) {
    const std::string_view piece = piece_at(position, std::min(sizes(random), body_bytes() - position));
    const bool sent = framing == Framing::length ? peer.send(piece) : peer.send(test::chunk(piece));
    if (!sent) return false;
    position += piece.size();
  }
  return framing == Framing::length || peer.send(test::last_chunk);
}

// Reads a body off a socket and compares it as it comes. (test::Peer would gather it.)
class BodyCheck {
 public:
  // Behind the head: what Peer has read ahead is the beginning of the body.
  explicit BodyCheck(Peer& peer) : peer_(peer), buffer_(peer.read_available()), waiting_(buffer_) {}

  // The number of bytes that came and were right, up to the first mistake or the end of the body.
  uint64_t read(Framing framing) {
    if (framing == Framing::length) {
      take(body_bytes());
      return position_;
    }
    while (right_) {
      const uint64_t size = std::strtoull(line().c_str(), nullptr, 16);
      if (size == 0 || !take(size)) break;
      if (!line().empty()) break;
    }
    return line().empty() && right_ ? position_ : 0;
  }

 private:
  bool fill() {
    buffer_.resize(256 * 1024);
    const ssize_t n = ::recv(peer_.fd(), buffer_.data(), buffer_.size(), 0);
    waiting_ = std::string_view(buffer_).substr(0, static_cast<size_t>(std::max<ssize_t>(n, 0)));
    return n > 0;
  }
  std::string line() {
    std::string out;
    while (!out.ends_with("\r\n")) {
      if (waiting_.empty() && !fill()) return out;
      out += waiting_.front();
      waiting_.remove_prefix(1);
    }
    return out.substr(0, out.size() - 2);
  }
  bool take(uint64_t n) {
    while (n > 0) {
      if (waiting_.empty() && !fill()) return right_ = false;
      const std::string_view expected = piece_at(position_, std::min<uint64_t>(n, waiting_.size()));
      if (waiting_.substr(0, expected.size()) != expected) return right_ = false;
      waiting_.remove_prefix(expected.size());
      position_ += expected.size();
      n -= expected.size();
    }
    return true;
  }

  Peer& peer_;
  std::string buffer_;
  std::string_view waiting_;
  uint64_t position_ = 0;
  bool right_ = true;
};

std::string framing_name(Framing framing) {
  return framing == Framing::length ? "Content-Length" : "chunked";
}

void check_memory(GatewayProcess& gateway, long before_kib) {
  const long growth = gateway.process().status_kib("VmHWM") - before_kib;
  INFO(growth);
  if (!test::is_sanitized) CHECK(growth < most_growth_kib);
}

TEST_CASE("a gigabyte upwards arrives byte for byte, in bounded memory") {
  for (const Framing framing : {Framing::length, Framing::chunked}) {
    const std::string name = framing_name(framing);
    INFO(name);
    std::atomic<uint64_t> arrived = 0;  // the socket between them orders the two threads, but no sanitizer sees that
    ScriptedUpstream backend([&](Peer& peer, int) {
      peer.read_head();
      arrived = BodyCheck(peer).read(framing);
      peer.send(test::ok("done"));
    });
    GatewayProcess gateway(TestGateway::in_front_of({backend.address()}));
    const long before = gateway.process().status_kib("VmRSS");
    Peer client = gateway.connect();
    CHECK(client.send("POST / HTTP/1.1\r\nHost: a\r\n" + framing_field(framing)));
    CHECK(send_body(client, framing));
    CHECK(client.read_response().body == "done");
    CHECK(arrived == body_bytes());
    check_memory(gateway, before);
    const std::string line = gateway.wait_for_log_lines("\"event\":\"access\"").front();
    CHECK(json_field(line, "bytes_in") == std::to_string(body_bytes()));
  }
}

TEST_CASE("a gigabyte downwards arrives byte for byte, in bounded memory") {
  for (const Framing framing : {Framing::length, Framing::chunked}) {
    const std::string name = framing_name(framing);
    INFO(name);
    ScriptedUpstream backend([&](Peer& peer, int) {
      peer.read_request();
      peer.send("HTTP/1.1 200 OK\r\n" + framing_field(framing));
      send_body(peer, framing);
      peer.ends();
    });
    GatewayProcess gateway(TestGateway::in_front_of({backend.address()}));
    const long before = gateway.process().status_kib("VmRSS");
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_head().starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(BodyCheck(client).read(framing) == body_bytes());
    check_memory(gateway, before);
    const std::string line = gateway.wait_for_log_lines("\"event\":\"access\"").front();
    CHECK(json_field(line, "bytes_out") == std::to_string(body_bytes()));
    CHECK(json_field(line, "error") == "-");
  }
}

}  // namespace
}  // namespace glassgate
