#include "support/hanging_resolver.h"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>

#include "http/connect.h"

namespace {

std::mutex mutex;
std::condition_variable changed;
bool hanging = false;
bool changing_name_is_known = false;
int callers = 0;

void hang() {
  std::unique_lock lock(mutex);
  ++callers;
  changed.notify_all();
  changed.wait(lock, [] { return !hanging; });
  --callers;
  changed.notify_all();
}

}  // namespace

extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** out) {
  const bool by_name = hints == nullptr || (hints->ai_flags & AI_NUMERICHOST) == 0;
  if (by_name && host != nullptr && host == glassgate::test::changing_name) {
    const std::lock_guard lock(mutex);
    if (!changing_name_is_known) return EAI_NONAME;
    host = "127.0.0.1";
  }
  if (by_name && host != nullptr && host == glassgate::test::hanging_name) {
    hang();
    return EAI_AGAIN;
  }
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto system = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return system(host, service, hints, out);
}

namespace glassgate::test {

HangingResolver::HangingResolver() {
  const std::lock_guard lock(mutex);
  hanging = true;
}

HangingResolver::~HangingResolver() {
  std::unique_lock lock(mutex);
  hanging = false;
  changed.notify_all();
  changed.wait(lock, [] { return callers == 0; });
}

void let_changing_name_be_known(bool known) {
  const std::lock_guard lock(mutex);
  changing_name_is_known = known;
}

int HangingResolver::waiting() const {
  const std::lock_guard lock(mutex);
  return callers;
}

void HangingResolver::take_all_lookups() const {
  for (uint16_t port = 1; port <= http::max_lookups; ++port) {
    http::connect_to(hanging_name, port, std::chrono::milliseconds(1));
  }
}

}  // namespace glassgate::test
