#include "gateway/listener.h"

#include <doctest/doctest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "support/failing_accept.h"
#include "support/gateway_process.h"
#include "support/net.h"

namespace glassgate {
namespace {

using test::eventually;
using test::Peer;
using test::refuses_connections;

const HostPort any_port{"127.0.0.1", 0};

std::string this_thread_name() {
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

// A listener whose connections are told where they ended up, and closed.
class FrontDoor {
 public:
  explicit FrontDoor(size_t max_workers) : workers_(max_workers) {
    log_.open({LogLevel::info, true, log_file_.path()});
  }
  ~FrontDoor() {
    listener_.stop();
    workers_.stop();
  }

  Listener& listener() { return listener_; }
  void open() {
    REQUIRE(listener_.bind(any_port) == "");
    listener_.start();
  }
  Peer connect() const { return Peer::connect_to(listener_.port()); }
  // "served by conn-1" or "refused by accept"
  std::string ask() const { return connect().read_to_end(); }
  // Whoever has his answer may be a moment ahead of the worker that gave it.
  void wait_until_idle() { REQUIRE(workers_.wait_until_idle(test::deadline)); }

  std::atomic<bool> hold{false};     // connections are not answered until this is false
  std::atomic<int> room_to_make{0};  // so often make_room() ends a connection that is held
  std::atomic<int> served{0};
  std::atomic<int> refused{0};
  std::string log() {
    log_.close();
    return log_file_.text();
  }

 private:
  void serve(int fd) {
    ++served;
    eventually([this] { return !hold || released_.exchange(false); });
    answer(fd, "served by " + this_thread_name());
  }
  void refuse(int fd) {
    ++refused;
    answer(fd, "refused by " + this_thread_name());
  }
  bool make_room() {
    if (room_to_make == 0) return false;
    --room_to_make;
    released_ = true;
    return true;
  }
  static void answer(int fd, const std::string& text) {
    Peer peer(fd);
    peer.send(text);
  }

  test::TemporaryFile log_file_;
  SystemClock clock_;
  Log log_{clock_};
  std::atomic<bool> released_{false};
  WorkerPool workers_;
  Listener listener_{
      {[this](int fd) { serve(fd); }, [this](int fd) { refuse(fd); }, [this] { return make_room(); }}, workers_, log_};
};

TEST_CASE("a connection is served by a worker; without a free one it is refused on the accepting thread (I2)") {
  FrontDoor door(1);
  door.open();
  CHECK(door.ask() == "served by conn-1");
  door.wait_until_idle();
  door.hold = true;
  Peer first = door.connect();
  REQUIRE(eventually([&] { return door.served == 2; }));
  CHECK(door.ask() == "refused by accept");
  CHECK(door.ask() == "refused by accept");
  door.hold = false;
  CHECK(first.read_to_end() == "served by conn-1");
  CHECK(door.served == 2);
  CHECK(door.refused == 2);
}

TEST_CASE("where room can be made, the newcomer is served by the worker that becomes free") {
  FrontDoor door(2);
  door.open();
  door.hold = true;
  Peer first = door.connect();
  Peer second = door.connect();
  REQUIRE(eventually([&] { return door.served == 2; }));
  door.room_to_make = 1;
  Peer third = door.connect();
  REQUIRE(eventually([&] { return door.served == 3; }));
  CHECK(door.refused == 0);
  door.hold = false;
  for (Peer* peer : {&first, &second, &third}) CHECK(peer->read_to_end().starts_with("served by conn-"));
}

TEST_CASE("every connection is either served or refused, never both and never neither (I1)") {
  FrontDoor door(3);
  door.open();
  constexpr int clients = 6;
  constexpr int each = 100;
  std::atomic<int> served{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < clients; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        const std::string answer = door.ask();
        served += answer.starts_with("served by conn-");
        refused += answer == "refused by accept";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(served + refused == clients * each);
  CHECK(door.served == served);
  CHECK(door.refused == refused);
}

TEST_CASE("the listener outlives every error of accept()") {
  for (const int error : {ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM, EPROTO, ENETDOWN, EHOSTUNREACH,
                          ETIMEDOUT, EINVAL, EBADF, EINTR, EAGAIN}) {
    const std::string name = std::strerror(error);
    INFO(name);
    FrontDoor door(8);  // one each for those who ask
    door.open();
    CHECK(door.ask().starts_with("served"));
    test::fail_next_accepts(error, 3);
    // One of these was accepted by the call that was waiting already; the others wait in the backlog until it goes on.
    for (int i = 0; i < 3; ++i) CHECK(door.ask().starts_with("served"));
    CHECK(eventually([] { return test::accept_failures_left() == 0; }));
    CHECK(door.ask().starts_with("served"));
    door.listener().stop();
    const bool is_logged = door.log().find("\"event\":\"accept_failed\",\"reason\":\"" + name) != std::string::npos;
    CHECK(is_logged == (error != EMFILE && error != EINTR && error != EAGAIN));  // those the library itself gets over
  }
}

TEST_CASE("stopping while accept() fails over and over does end") {
  FrontDoor door(1);
  door.open();
  constexpr int very_often = 1'000'000;
  test::fail_next_accepts(ENFILE, very_often);
  const Peer client = door.connect();  // ends the call that may be waiting already
  CHECK(eventually([] { return test::accept_failures_left() < very_often; }));
  door.listener().stop_accepting();
  CHECK(refuses_connections(door.listener().port()));
  door.listener().stop();
  test::fail_next_accepts(0, 0);
}

TEST_CASE("an address that is taken, or is none of this machine, or is unknown, is said so") {
  FrontDoor first(1);
  first.open();
  struct Row {
    HostPort address;
    std::string error;
  };
  const std::string taken = "127.0.0.1:" + std::to_string(first.listener().port());
  const std::vector<Row> rows{
      {{"127.0.0.1", first.listener().port()}, "cannot listen on " + taken + ": Address already in use"},
      {{"192.0.2.1", 0}, "cannot listen on 192.0.2.1:0: Cannot assign requested address"},
      {{"192.0.2.1", 9000}, "cannot listen on 192.0.2.1:9000: Cannot assign requested address"},
      {{"2001:db8::1", 9000}, "cannot listen on [2001:db8::1]:9000: Cannot assign requested address"},
  };
  for (const Row& row : rows) {
    INFO(row.error);
    FrontDoor second(1);
    CHECK(second.listener().bind(row.address) == row.error);
  }
  FrontDoor third(1);
  CHECK(third.listener().bind({"a..b", 9000}).starts_with("cannot listen on a..b:9000: "));
  CHECK(first.ask() == "served by conn-1");  // and still alone on its port
}

TEST_CASE("an IPv6 address can be listened on") {
  FrontDoor door(1);
  const std::string error = door.listener().bind({"::1", 0});
  if (error.find("Address family not supported") != std::string::npos ||
      error.find("Cannot assign requested address") != std::string::npos) {
    MESSAGE("skipped: no IPv6 here");
    return;
  }
  CHECK(error == "");
  CHECK(door.listener().port() > 0);
}

TEST_CASE("256 clients that connect at once all wait in the backlog, and are all served") {
  FrontDoor door(256);
  REQUIRE(door.listener().bind(any_port) == "");
  std::vector<Peer> clients;
  for (int i = 0; i < 256; ++i)
    clients.push_back(door.connect());  // nobody accepts yet: connect() is the kernel's answer
  door.listener().start();
  for (Peer& client : clients) CHECK(client.read_to_end().starts_with("served by conn-"));
  CHECK(door.refused == 0);
}

TEST_CASE("clients that reset their connection at once, by the hundred, are no trouble to others") {
  FrontDoor door(4);
  door.open();
  for (int i = 0; i < 500; ++i) door.connect().reset();
  CHECK(eventually([&] { return door.served + door.refused == 500; }));
  CHECK(eventually([&] { return door.ask().starts_with("served"); }));
}

TEST_CASE("after stop_accepting() the kernel refuses clients; stop() waits for the thread and frees the port") {
  FrontDoor door(1);
  door.open();
  const uint16_t port = door.listener().port();
  const auto has_thread = [] {
    const std::vector<std::string> names = test::thread_names_of(0);
    return std::find(names.begin(), names.end(), "accept") != names.end();
  };
  CHECK(eventually(has_thread));
  door.listener().stop_accepting();
  CHECK(refuses_connections(port));
  door.listener().stop();
  CHECK(eventually([&] { return !has_thread(); }));
  door.listener().stop();

  FrontDoor next(1);
  CHECK(next.listener().bind({"127.0.0.1", port}) == "");
}

TEST_CASE("a listener that was never started can be stopped") {
  FrontDoor unbound(1);
  unbound.listener().stop();
  FrontDoor bound(1);
  CHECK(bound.listener().bind(any_port) == "");
  const uint16_t port = bound.listener().port();
  bound.listener().stop();
  CHECK(refuses_connections(port));
}

}  // namespace
}  // namespace glassgate
