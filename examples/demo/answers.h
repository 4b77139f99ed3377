// What the demo backend answers. The paths and what they do are listed in demo_backend.cpp.
//
// Thread rule: answer() may be called by any number of threads at once; the switches are atomics, because each is one
// value that stands for itself.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <string>

namespace glassgate::demo {

struct DemoBackend {
  std::string name;
  std::shared_future<void> stopped;  // ends every wait
  std::atomic<int> fail_status{0};   // 0: well
  std::atomic<uint64_t> slow_ms{0};

  void wait(uint64_t ms) const { stopped.wait_for(std::chrono::milliseconds(ms)); }
};

struct ReceivedBody {
  uint64_t bytes = 0;
  std::string start;  // the first bytes, at most `kept`
  static constexpr size_t kept = 1024;
};

struct Call {
  DemoBackend& backend;
  const httplib::Request& request;
  const ReceivedBody& body;
  httplib::Response& response;
};

void answer(const Call& call);

}  // namespace glassgate::demo
