// The thread for what has to be done now and then.
//
// Problem: pooled connections must be closed when they get old, budgets dropped, and pipes and replaced snapshots that
// nobody uses let go of; the recovery of a backend told, also when no traffic comes by to notice; and a socket that was
// just refused must stay open for a moment, because closing it with unread bytes would make the kernel reset it, and
// the reset would overtake the answer.
// And when descriptors have run out, somebody has to take some from the pools: accept() cannot.
// Guarantee: all of it is done within about a second of its time; once descriptors were found used up, pools give way
// every `hurry`, until they are not. At most `most_waiting` sockets wait to be closed; the oldest goes first, and with
// none allowed each is closed at once.
// Thread rule: close_later() from any thread; start() and stop() by the owner.
#pragma once

#include <deque>
#include <thread>

#include "base/mutex.h"
#include "gateway/descriptors.h"
#include "gateway/services.h"

namespace glassgate {

class Housekeeper {
 public:
  static constexpr Duration usual_interval = std::chrono::seconds(1);
  static constexpr Duration hurry = std::chrono::milliseconds(20);
  static constexpr Duration close_delay = std::chrono::seconds(2);

  explicit Housekeeper(Services& services, Duration interval = usual_interval,
                       size_t most_waiting = max_refused_sockets)
      : services_(services), interval_(interval), most_waiting_(most_waiting) {}
  ~Housekeeper() { stop(); }
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  void start();
  void stop();
  // Takes a socket whose last byte was written, and closes it when its peer has had time to read.
  void close_later(http::Socket socket);

 private:
  struct Closing {
    http::Socket socket;
    TimePoint at;
  };
  void run();
  void keep_house(TimePoint now);
  void look_after(const Upstream& upstream, TimePoint now);
  void close_due(TimePoint now);

  Services& services_;
  const Duration interval_;
  const size_t most_waiting_;
  bool had_no_room_ = false;  // at the last look; its thread's alone
  std::thread thread_;
  Mutex mutex_;
  CondVar wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::deque<Closing> closing_ GUARDED_BY(mutex_);
};

}  // namespace glassgate
