// 2,000 clients that leave at every moment there is: before, in the head, in the body, while the backend thinks, while
// the answer comes; politely, rudely, or with one half of the connection only.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/attacked_gateway.h"

namespace glassgate::test {
namespace {

enum class Way { closes, resets, half_closes };
constexpr std::array ways{Way::closes, Way::resets, Way::half_closes};

struct Leaver {
  std::string sends;
  size_t reads = 0;  // bytes of the answer, before it leaves
  Way way = Way::closes;
};

const std::string think = "GET /think HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string stream = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n";

void add_cut_everywhere(std::vector<Leaver>& out, const std::string& request) {
  for (size_t n = 0; n <= request.size(); ++n) {
    for (const Way way : ways) out.push_back({request.substr(0, n), 0, way});
  }
}

std::vector<Leaver> leavers() {
  std::vector<Leaver> out;
  add_cut_everywhere(out, think);
  add_cut_everywhere(out, "POST /think HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n0123456789abcdefghij");
  add_cut_everywhere(
      out, "POST /think HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nA: b\r\n\r\n");
  add_cut_everywhere(out, "POST /think HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody");
  for (size_t i = 0; i < 100; ++i) {
    for (const Way way : ways) {
      out.push_back({think + think + think, i, way});
      out.push_back({stream, i * 4000 + 1, way});
    }
  }
  while (out.size() < 2000) out.push_back({stream + think, out.size() * 100, ways[out.size() % ways.size()]});
  return out;
}

// /think is answered a little later, everything else with a stream of 400 KB.
void serve(Peer& peer, int) {
  for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    if (request.find(" /think ") != std::string::npos) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      if (!peer.send(ok("thought"))) return;
      continue;
    }
    bool goes_on = peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 25 && goes_on; ++i) goes_on = peer.send(chunk(std::string(16'000, 'x')));
    if (!goes_on || !peer.send(last_chunk)) return;
  }
}

void leave(Peer client, const Leaver& leaver) {
  client.send(leaver.sends);
  if (leaver.reads > 0) client.read_exactly(leaver.reads);
  switch (leaver.way) {
    case Way::closes: return client.close();
    case Way::resets: return client.reset();
    case Way::half_closes: client.shutdown_write(); client.read_to_end();
  }
}

TEST_CASE("2,000 clients that leave at every possible moment leave nothing behind") {
  AttackedGateway attacked(serve, "20s");
  const std::vector<Leaver> all = leavers();
  CHECK(all.size() >= 2000);
  attacked.begin_watch();
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (size_t n = next++; n < all.size(); n = next++) {
        try {
          leave(attacked.connect(), all[n]);
        } catch (const std::runtime_error&) {
          ++failures;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
  attacked.check_unharmed();
  CHECK(attacked.backend().error().empty());
}

}  // namespace
}  // namespace glassgate::test
