#include "support/failing_new.h"

#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string_view>
#include <thread>
#include <utility>

namespace {

std::atomic<const glassgate::test::FailingNew*> armed{nullptr};
std::atomic<int> lookers{0};  // threads that may hold what `armed` was

// Counted before it looks: who disarms, and then sees no lookers, knows that nobody can hold it any more.
bool fails_now() {
  if (armed == nullptr) return false;
  ++lookers;
  const glassgate::test::FailingNew* const failing = armed;
  const bool fails = failing != nullptr && failing->fails_next();
  --lookers;
  return fails;
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

FailingNew::FailingNew(std::string threads, int first, int times)
    : threads_(std::move(threads)), first_(first), last_(first + times - 1) {
  armed = this;
}

FailingNew::~FailingNew() {
  armed = nullptr;
  while (lookers > 0) std::this_thread::yield();
}

bool FailingNew::fails_next() const {
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  if (!std::string_view(name).starts_with(threads_)) return false;
  const int number = ++allocations_;
  if (number < first_ || number > last_) return false;
  ++failed_;
  return true;
}

}  // namespace glassgate::test
