// Connections that come and go, and two workers: who serves whom, who is refused, and who takes over from whom.
//
// A connection lasts until it is told to end, so every step is the same each time.
#include "gateway/worker_pool.h"

#include <pthread.h>

#include <latch>
#include <map>

#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;

struct Client {
  std::latch begun{1}, may_end{1};
  char worker[16] = "refused";  // or the name of the thread that serves it
  int since = 0;
};

const std::pair<std::string, std::string> acts[] = {{"ada", ""}, {"bob", ""}, {"eve", ""}, {"eve", "bob"},
                                                    {"", "ada"}, {"dan", ""}, {"", "eve"}, {"", "dan"},
                                                    {"fay", ""}, {"", "fay"}, {"gil", ""}};

int main(int argc, char** argv) {
  Example example(argc, argv, {{"step"}, {"comes"}, {"goes"}, {"served by"}, {"busy"}, {"workers"}});
  Lanes lanes("Two workers, and whom they serve", "step", 0, 12);
  for (const char* lane : {"conn-1", "conn-2", "refused"}) lanes.add(lane);
  WorkerPool pool(2, std::chrono::hours(1));
  std::map<std::string, Client> clients;
  int step = 0;
  const auto go = [&](const std::string& name) {
    Client& client = clients[name];
    const size_t before = pool.busy();
    client.may_end.count_down();
    while (pool.busy() == before) std::this_thread::yield();
    lanes.span(client.worker[5] == '1' ? 0 : 1, client.since, step, Tone::good, name);
  };
  const auto come = [&](const std::string& name) {
    Client& client = clients[name];
    client.since = step;
    const bool taken = pool.run([&client] {
      pthread_getname_np(pthread_self(), client.worker, sizeof client.worker);
      client.begun.count_down();
      client.may_end.wait();
    });
    taken ? client.begun.wait() : lanes.bead(2, step, Tone::bad);
    return client.worker;
  };
  for (const auto& [comes, goes] : acts) {
    ++step;
    if (!goes.empty()) go(goes);
    if (comes == "gil") pool.stop();
    const std::string worker = comes.empty() ? "" : come(comes);
    example.step({step, comes, goes, worker, pool.busy(), pool.workers()});
  }
  example.draw(lanes.svg());
}
