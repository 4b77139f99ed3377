// What idle kept-alive connections cost, from 1 to 10,000 of them: memory, and whether eight busy ones notice.
//   make bench-idle_connections     writes docs/figures/idle-request.csv and idle-memory.csv
//
// Where the limit of file descriptors has no room for 10,000, and may not be raised, the last point is what fits.
// Each idle connection was served one request before. Kernel memory is only known for the machine as a whole, so those
// lines, which are printed at the end, are right on a quiet one, and count both ends of a connection.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "bench/support/figure.h"
#include "bench/support/load.h"
#include "gateway/descriptors.h"

namespace glassgate::bench {
namespace {

constexpr size_t most_idle = 10000;
constexpr size_t others = busy_clients + 8;  // that there has to be room for, too
constexpr size_t rounds = 3;
constexpr Duration time_per_point = std::chrono::seconds(1);
constexpr double kernel_stack_kib = 16;  // of a thread, on x86-64
// A connection that is silent for a second gives memory back.
constexpr Duration time_to_fall_silent = std::chrono::seconds(3);

// The number behind `name` in a file of /proc.
double number_in(const std::string& file, const std::string& name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name)) return std::strtod(line.c_str() + name.size(), nullptr);
  }
  return 0;
}

// Pages that the machine's TCP sockets hold in buffers, in KiB.
double socket_buffers() {
  std::ifstream in("/proc/net/sockstat");
  for (std::string line; std::getline(in, line);) {
    const size_t at = line.find(" mem ");
    if (line.starts_with("TCP:") && at != std::string::npos) return std::strtod(line.c_str() + at + 5, nullptr) * 4;
  }
  return 0;
}

// What of the kernel's small objects belongs to threads and their stacks, in KiB: only the gateway has those. The
// others are sockets and files, of which each connection has one pair at either end. 0 where only root may look.
double thread_objects() {
  std::ifstream in("/proc/slabinfo");
  double kib = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    double active = 0, objects = 0, bytes = 0;
    words >> name >> active >> objects >> bytes;
    const bool of_threads = name == "task_struct" || name == "pid" || name == "cred_jar" || name == "vm_area_struct" ||
                            name == "maple_node" || name.starts_with("anon_vma");
    if (of_threads) kib += objects * bytes / 1024;
  }
  return kib;
}

struct Memory {
  explicit Memory(const GatewayUnderLoad& gateway)
      : proc("/proc/" + std::to_string(gateway.process().pid()) + "/"),
        resident(number_in(proc + "status", "VmRSS:")),
        page_tables(number_in(proc + "status", "VmPTE:")),
        threads(number_in(proc + "status", "Threads:")),
        slab(number_in("/proc/meminfo", "Slab:")),
        thread_slab(thread_objects()),
        buffers(socket_buffers()) {}
  // Of the process, and what the kernel keeps for its threads.
  double whole() const { return resident + page_tables + threads * kernel_stack_kib; }

  std::string proc;
  double resident, page_tables, threads, slab, thread_slab, buffers;  // KiB, but the threads
};

void print_machine(const Memory& before, const Memory& after, double connections) {
  const double own = (after.whole() - before.whole()) / connections;
  const double objects = (after.thread_slab - before.thread_slab) / connections;
  const double both_ends = (after.slab - before.slab + after.buffers - before.buffers) / connections - objects;
  std::printf("each of %.0f idle connections:\n", connections);
  std::printf("  resident                     %8.2f KiB\n", (after.resident - before.resident) / connections);
  std::printf("  page tables and kernel stack %8.2f KiB\n", own - (after.resident - before.resident) / connections);
  std::printf("  the thread's kernel objects  %8.2f KiB\n", objects);
  std::printf("  its socket and file          %8.2f KiB  half of what both ends have\n", both_ends / 2);
  std::printf("  all told                     %8.2f KiB\n", own + objects + both_ends / 2);
}

// The limit of descriptors, raised for `connections` of them as far as this process may: root may go beyond the hard
// limit.
size_t descriptors_for(size_t connections) {
  const rlim_t needed = 2 * connections + 1024;
  const rlimit limit{needed, needed};
  if (raise_descriptor_limit() < needed) setrlimit(RLIMIT_NOFILE, &limit);
  return raise_descriptor_limit();
}

// 1, 3, 10, 30, ..., and the most that fit: in whole hundreds, where it is not 10,000.
std::vector<size_t> idle_counts() {
  const size_t fit = connections_that_fit(descriptors_for(most_idle + others));
  if (fit < others + 200) fail("no room for idle connections: see ulimit -Hn");
  const size_t most = std::min(most_idle, (fit - others) / 100 * 100);
  std::vector<size_t> counts;
  for (size_t count = 1; count < most; count *= 10) {
    counts.push_back(count);
    if (count * 3 < most) counts.push_back(count * 3);
  }
  counts.push_back(most);
  return counts;
}

struct Figures {
  Figure request{{"idle-request", "The processor time of a request, beside idle connections",
                  "idle kept-alive connections", "processor time of a request, µs"}};
  Figure memory{{"idle-memory", "The memory of an idle connection, by their number", "idle kept-alive connections",
                 "memory for each connection, KiB"}};
};

// One gateway, to which more and more idle connections come.
void measure_round(const std::string& config, Figures& figures) {
  const std::vector<size_t> counts = idle_counts();
  const GatewayUnderLoad gateway(config, counts.back() + others);
  BusyClients busy(gateway, {get("/")});
  busy.measure(time_per_point);
  const Memory before(gateway);
  std::vector<Client> idle;
  idle.reserve(counts.back());
  for (const size_t count : counts) {
    while (idle.size() < count) {
      idle.emplace_back(gateway.port());
      ask_once(idle.back(), get("/"));
    }
    std::this_thread::sleep_for(time_to_fall_silent);
    const Memory after(gateway);
    const auto connections = static_cast<double>(count);
    if (count >= 10) {  // fewer than that, and a page more or less is all that is seen
      figures.memory.add("resident memory", count, (after.resident - before.resident) / connections);
      figures.memory.add("with page tables and kernel stack", count, (after.whole() - before.whole()) / connections);
    }
    figures.request.add("eight busy connections", count, busy.measure(time_per_point));
    if (count == counts.back()) print_machine(before, after, connections);
  }
  for (Client& client : idle) ask_once(client, get("/"));  // all of them are still there, and served
}

void measure(const std::string& folder) {
  const std::string backend = "127.0.0.1:" + std::to_string(start_backends(1).front());
  Figures figures;
  for (size_t round = 1; round <= rounds; ++round) {
    say("idle connections: round " + std::to_string(round) + " of " + std::to_string(rounds));
    measure_round("routes: [{path: /, backends: [\"" + backend + "\"]}]\n", figures);
  }
  figures.request.write(folder, "make bench-idle_connections");
  figures.memory.write(folder, "make bench-idle_connections");
}

}  // namespace
}  // namespace glassgate::bench

int main(int argc, char** argv) {
  glassgate::bench::measure(glassgate::bench::figures_folder(argc, argv));
  return 0;
}
