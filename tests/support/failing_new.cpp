#include "support/failing_new.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

std::atomic<bool> armed{false};
std::array<char, 16> failing_threads{};
std::atomic<int> allocations{0};
std::atomic<int> failed{0};
std::atomic<int> first_failure{0};
std::atomic<int> last_failure{0};

bool is_failing_thread() {
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return std::strncmp(name, failing_threads.data(), std::strlen(failing_threads.data())) == 0;
}

bool fails_now() {
  if (!armed || !is_failing_thread()) return false;
  const int number = ++allocations;
  if (number < first_failure || number > last_failure) return false;
  ++failed;
  return true;
}

}  // namespace

void* operator new(std::size_t bytes) {
  if (!fails_now()) {
    if (void* const memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  }
  throw std::bad_alloc();
}

// The standard library's temporary buffers come from here, and go back through the same delete as all others.
void* operator new(std::size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
  return fails_now() ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}

namespace glassgate::test {

FailingNew::FailingNew(const std::string& threads, int first, int times) {
  failing_threads.fill('\0');
  threads.copy(failing_threads.data(), failing_threads.size() - 1);
  allocations = failed = 0;
  first_failure = first;
  last_failure = first + times - 1;
  armed = true;
}

FailingNew::~FailingNew() {
  armed = false;
}

int FailingNew::failures() const {
  return failed;
}

}  // namespace glassgate::test
