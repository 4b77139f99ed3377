#include "gateway/request_counts.h"

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace glassgate {
namespace {

constexpr Duration some_time = std::chrono::milliseconds(7);

// "GET 200": 3
std::map<std::string, uint64_t> read(const RequestCounts& counts) {
  std::map<std::string, uint64_t> out;
  counts.for_each([&](std::string_view method, int status, uint64_t n) {
    out[std::string(method) + " " + std::to_string(status)] += n;
  });
  return out;
}

TEST_CASE("requests are counted by method and status, and nothing that did not come") {
  RequestCounts counts;
  CHECK(read(counts).empty());
  CHECK(counts.total() == 0);
  for (const char* method : {"GET", "GET", "POST"}) counts.count(method, 200, some_time);
  counts.count("GET", 404, some_time);
  CHECK(read(counts) == std::map<std::string, uint64_t>{{"GET 200", 2}, {"POST 200", 1}, {"GET 404", 1}});
  CHECK(counts.total() == 4);
  CHECK(counts.duration.read().count == 4);
  CHECK(counts.duration.read().sum == doctest::Approx(0.028));
}

TEST_CASE("a method that is not known is OTHER, and a status out of range is 0") {
  const struct {
    std::string method;
    int status;
    std::string expected;
  } rows[] = {
      {"HEAD", 200, "HEAD 200"},
      {"CONNECT", 501, "CONNECT 501"},
      {"PURGE", 200, "OTHER 200"},
      {"get", 200, "OTHER 200"},
      {"", 400, "OTHER 400"},
      {"OTHER", 200, "OTHER 200"},
      {"GET\"} 1\n", 200, "OTHER 200"},
      {"GET", 0, "GET 0"},
      {"GET", -1, "GET 0"},
      {"GET", 599, "GET 599"},
      {"GET", 600, "GET 0"},
      {"GET", 1 << 30, "GET 0"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method);
    CAPTURE(row.status);
    RequestCounts counts;
    counts.count(row.method, row.status, some_time);
    CHECK(read(counts) == std::map<std::string, uint64_t>{{row.expected, 1}});
  }
}

TEST_CASE("whatever clients send, there are no more counters than statuses and known methods") {
  RequestCounts counts;
  for (int i = 0; i < 1000; ++i) counts.count("M" + std::to_string(i), 200, some_time);
  CHECK(read(counts) == std::map<std::string, uint64_t>{{"OTHER 200", 1000}});
}

TEST_CASE("nothing is lost when many threads are the first to count a status at once (I1)") {
  constexpr int threads = 3;
  for (int round = 0; round < 20; ++round) {
    RequestCounts counts;
    std::atomic<int> arrived{0};
    const auto count_all = [&] {
      for (int status = 1; status < 600; ++status) {
        ++arrived;
        while (arrived < status * threads) std::this_thread::yield();
        counts.count("GET", status, some_time);
      }
    };
    std::vector<std::thread> others;
    for (int t = 1; t < threads; ++t) others.emplace_back(count_all);
    count_all();
    for (std::thread& other : others) other.join();
    REQUIRE(counts.total() == uint64_t{threads} * 599);
    REQUIRE(read(counts).size() == 599);
  }
}

}  // namespace
}  // namespace glassgate
