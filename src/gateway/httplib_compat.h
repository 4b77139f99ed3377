// cpp-httplib, in the two forms that are supported: Debian's 0.11.4 (a header and a shared library) and the newest
// release (header only). What differs between them is dealt with here and nowhere else.
#pragma once

#include <httplib.h>

#include <functional>
#include <utility>

namespace glassgate {

// TaskQueue::enqueue returns nothing in 0.11.4 and bool later.
using EnqueueResult = decltype(std::declval<httplib::TaskQueue&>().enqueue(std::function<void()>()));

inline EnqueueResult enqueued() {
  return static_cast<EnqueueResult>(true);
}

}  // namespace glassgate
