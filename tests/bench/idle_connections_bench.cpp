// What an idle kept-alive connection costs, and whether the others notice: holds N of them (the argument, 5000 without)
// against a gateway of its own, each after one request, and serves somebody else meanwhile.
//
// Kernel memory is only known for the machine as a whole, so those lines are right on a quiet one, and count both ends.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/descriptors.h"
#include "http/connect.h"
#include "http/connection.h"
#include "http/message.h"

namespace {

using namespace glassgate;

constexpr Duration patience = std::chrono::seconds(30);
constexpr size_t requests_of_others = 5000;
constexpr http::HeadLimits limits{size_t{64} * 1024, 100};
constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "idle_connections: %s\n", why.c_str());
  std::exit(1);
}

// ---- A backend: answers whatever comes
// -------------------------------------------------------------------------------

void serve_backend(int fd) {
  http::Connection peer{http::Socket(fd)};
  std::string head;
  while (peer.fill(std::chrono::hours(1)) == http::IoStatus::ok) {
    if (http::read_head(peer, limits, http::EmptyLines::refuse, patience, head) != http::HeadRead::complete) return;
    peer.socket.write_all(answer, patience);
  }
}

uint16_t start_backend() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, SOMAXCONN) != 0) fail("no backend");
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  std::thread([fd] {
    for (;;) std::thread(serve_backend, ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC)).detach();
  }).detach();
  return ntohs(address.sin_port);
}

// ---- The gateway
// -----------------------------------------------------------------------------------------------------

class GatewayUnderTest {
 public:
  GatewayUnderTest(const std::string& program, uint16_t backend, size_t connections) {
    std::ofstream(config_) << "listen: 127.0.0.1:0\nlog: {file: /dev/null}\nserver:\n  max_connections: " << connections
                           << "\n  idle_timeout: 1h\nroutes:\n  - path: /\n    backends: [127.0.0.1:" << backend
                           << "]\n";
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(pipe[1], STDERR_FILENO);
      ::execl(program.c_str(), program.c_str(), "--config", config_.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(pipe[1]);
    port_ = announced_port(pipe[0]);
    ::close(pipe[0]);
  }
  ~GatewayUnderTest() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::unlink(config_.c_str());
  }
  GatewayUnderTest(const GatewayUnderTest&) = delete;
  GatewayUnderTest& operator=(const GatewayUnderTest&) = delete;

  uint16_t port() const { return port_; }
  std::string proc(const char* file) const { return "/proc/" + std::to_string(pid_) + "/" + file; }

 private:
  static uint16_t announced_port(int fd) {
    const std::string mark = "listens on 127.0.0.1:";
    std::string text;
    std::array<char, 1024> buffer;
    while (text.find(mark) == std::string::npos) {
      const ssize_t n = ::read(fd, buffer.data(), buffer.size());
      if (n <= 0) fail("the gateway does not start: " + text);
      text.append(buffer.data(), static_cast<size_t>(n));
    }
    if (text.find("using") != std::string::npos) fail(text);
    return static_cast<uint16_t>(std::atoi(text.c_str() + text.find(mark) + mark.size()));
  }

  const std::string config_ = (std::filesystem::temp_directory_path() / "glassgate-bench.yaml").string();
  pid_t pid_ = -1;
  uint16_t port_ = 0;
};

// ---- A client
// --------------------------------------------------------------------------------------------------------

http::Connection connect_to(uint16_t port) {
  http::ConnectResult result = http::connect_to("127.0.0.1", port, patience);
  if (result.status != http::ConnectStatus::connected) fail("cannot connect");
  return http::Connection(std::move(result.socket));
}

void ask(http::Connection& client) {
  client.socket.write_all(request, patience);
  std::string head;
  const bool answered = client.fill(patience) == http::IoStatus::ok &&
                        http::read_head(client, limits, http::EmptyLines::refuse, patience, head) ==
                            http::HeadRead::complete &&
                        head.starts_with("HTTP/1.1 200 ");
  while (answered && client.in.view().size() < 5 && client.fill(patience) == http::IoStatus::ok) {
  }
  if (!answered || client.in.view() != "hello") fail("not answered as it should be: " + head);
  client.in.consume(5);
  client.in.release();
}

void print_latency(const char* when, uint16_t port) {
  http::Connection client = connect_to(port);
  std::vector<double> micros;
  for (size_t i = 0; i < requests_of_others; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ask(client);
    micros.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(micros.begin(), micros.end());
  std::printf("  %-28s p50 %6.0f us   p99 %6.0f us   max %6.0f us\n", when, micros[micros.size() / 2],
              micros[micros.size() * 99 / 100], micros.back());
}

// ---- Memory
// ----------------------------------------------------------------------------------------------------------

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

struct Memory {
  explicit Memory(const GatewayUnderTest& gateway)
      : resident(number_in(gateway.proc("status"), "VmRSS:")),
        proportional(number_in(gateway.proc("smaps_rollup"), "Pss:")),
        page_tables(number_in(gateway.proc("status"), "VmPTE:")),
        threads(number_in(gateway.proc("status"), "Threads:")),
        kernel_stacks(number_in("/proc/meminfo", "KernelStack:")),
        slab(number_in("/proc/meminfo", "Slab:")),
        buffers(socket_buffers()) {}
  double resident, proportional, page_tables, threads, kernel_stacks, slab, buffers;  // KiB, but the threads
};

void print_costs(const Memory& before, const Memory& after, double connections) {
  const auto row = [&](const char* what, double from, double to, const char* note) {
    std::printf("  %-28s %8.2f KiB  %s\n", what, (to - from) / connections, note);
  };
  const double stacks = (after.threads - before.threads) * 16 / connections;
  row("resident memory", before.resident, after.resident, "");
  row("proportional share (PSS)", before.proportional, after.proportional, "");
  row("page tables (VmPTE)", before.page_tables, after.page_tables, "");
  std::printf("  %-28s %8.2f KiB  16 KiB a thread, %.0f threads more\n", "kernel stack", stacks,
              after.threads - before.threads);
  std::printf(
      "  %-28s %8.2f KiB\n", "together",
      (after.proportional - before.proportional + after.page_tables - before.page_tables) / connections + stacks);
  std::printf("of the whole machine, both ends of each connection:\n");
  row("kernel stacks", before.kernel_stacks, after.kernel_stacks, "");
  row("socket buffers", before.buffers, after.buffers, "");
  row("slab (sockets, files, tasks)", before.slab, after.slab, "");
}

std::string gateway_program(const char* own_path) {
  const char* build = std::getenv("GLASSGATE_BUILD");
  const std::filesystem::path folder = build ? std::filesystem::path(build)
                                             : std::filesystem::path(own_path).parent_path().parent_path();
  const std::string program = (folder / "glassgate").string();
  if (::access(program.c_str(), X_OK) != 0) fail("there is no " + program + ": build it first");
  return program;
}

}  // namespace

int main(int argc, char** argv) {
  const size_t connections = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5000;
  std::signal(SIGPIPE, SIG_IGN);
  if (connections == 0 || connections + 64 > connections_that_fit(raise_descriptor_limit())) {
    fail("that many connections do not fit: see ulimit -Hn");
  }
  const GatewayUnderTest gateway(gateway_program(argv[0]), start_backend(), connections + 8);
  std::printf("latency of a client that is served meanwhile:\n");
  print_latency("nobody else there", gateway.port());

  const Memory before(gateway);
  std::vector<http::Connection> idle;
  idle.reserve(connections);
  for (size_t i = 0; i < connections; ++i) {
    idle.push_back(connect_to(gateway.port()));
    ask(idle.back());
  }
  const Memory after(gateway);
  print_latency((std::to_string(connections) + " idle connections").c_str(), gateway.port());
  std::printf("memory for each of %zu idle connections:\n", connections);
  print_costs(before, after, static_cast<double>(connections));
  for (http::Connection& connection : idle) ask(connection);
  std::printf("all of them were still there, and were served again\n");
  return 0;
}
