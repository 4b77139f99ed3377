// glassgate: the table of contents. Everything that happens is called from here, in this order.
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <new>
#include <span>

#include "base/clock.h"
#include "gateway/config.h"
#include "gateway/descriptors.h"
#include "gateway/explain_offline.h"
#include "gateway/gateway.h"
#include "gateway/options.h"
#include "gateway/version.h"

namespace glassgate {
namespace {

enum ExitCode : int { clean_stop = 0, could_not_start = 1, bad_usage = 2 };

// A worker's stack is small: there may be thousands of them. It costs address space, and memory only where it was
// touched; but of the kernel's page tables, a page maps 2 MiB.
constexpr size_t thread_stack_bytes = size_t{256} * 1024;

// The numbers 0 to 2 are the standard streams', also where somebody closed them before he started us. Else a client's
// socket would get one, and with it what is written there.
void open_standard_streams() {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDWR);
  if (fd > STDERR_FILENO) ::close(fd);
}

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

// Signals are waited for, not handled: they are blocked in every thread, and main() takes them one by one.
sigset_t block_signals() {
  const sigset_t set = set_of({SIGTERM, SIGINT, SIGHUP});
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a log that has reached the limit of a file's size is a full disk, and no end
  return set;
}

bool has_come(const sigset_t& signals) {
  const timespec at_once{};
  return sigtimedwait(&signals, nullptr, &at_once) > 0;
}

void set_thread_stack_size() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, thread_stack_bytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

Reloader::Source load(const std::string& file) {
  ConfigFile read = read_config_file(file);
  const ConfigResult result = parse_config(read);
  for (const ConfigError& error : result.errors) std::cerr << describe(error, file) << '\n';
  return {file, std::move(read.text), result.config};
}

// More connections than descriptors would end in accept() failing over and over.
std::shared_ptr<const Config> fit_to_descriptors(std::shared_ptr<const Config> config) {
  const size_t fit = connections_that_fit(raise_descriptor_limit());
  if (config->server.max_connections <= fit) return config;
  std::cerr << "glassgate: server.max_connections is " << config->server.max_connections
            << ", but the limit of file descriptors (ulimit -Hn) has room for " << fit << "; using " << fit << '\n';
  auto fitted = std::make_shared<Config>(*config);
  fitted->server.max_connections = fit;
  return fitted;
}

// In one piece: whoever started us may wait for it.
void announce(const Gateway& gateway, const Config& config) {
  std::string line = "glassgate ";
  line.append(version).append(" listens on ").append(HostPort{config.listen.host, gateway.port()}.text());
  if (config.admin) line.append(", admin on ").append(HostPort{config.admin->host, gateway.admin_port()}.text());
  std::cerr << line.append("\n");
}

void wait_for_stop_signal(const sigset_t& signals, Gateway& gateway) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return;
    gateway.reload();
  }
}

bool is_told_to_hurry(Gateway& gateway) {
  if (has_come(set_of({SIGTERM, SIGINT}))) return true;
  if (has_come(set_of({SIGHUP}))) gateway.reload();
  return false;
}

int explain(const Options& options, const Config& config) {
  const auto explained = explain_offline(config, options.explain, options.headers);
  (explained.understood ? std::cout : std::cerr) << explained.text;
  return explained.understood ? clean_stop : bad_usage;
}

int run(const Options& options) {
  const sigset_t signals = block_signals();
  set_thread_stack_size();
  Reloader::Source file = load(options.config_file);
  if (!file.config) return bad_usage;
  if (options.check) {
    std::cout << "ok\n";
    return clean_stop;
  }
  if (!options.explain.empty()) return explain(options, *file.config);
  const std::shared_ptr<const Config> config = fit_to_descriptors(file.config);
  const SystemClock clock;
  Gateway gateway(clock, config, std::move(file));
  if (const std::string error = gateway.start(); !error.empty()) {
    std::cerr << "glassgate: " << error << '\n';
    return could_not_start;
  }
  announce(gateway, *config);
  wait_for_stop_signal(signals, gateway);
  gateway.drain([&] { return is_told_to_hurry(gateway); });
  return clean_stop;
}

int run(std::span<char* const> arguments) {
  const Options options = parse_options(arguments);
  if (!options.error.empty()) {
    std::cerr << "glassgate: " << options.error << '\n' << usage;
    return bad_usage;
  }
  if (options.help || options.version) {
    std::cout << (options.help ? usage : std::string("glassgate ").append(version) + "\n");
    return clean_stop;
  }
  return run(options);
}

}  // namespace
}  // namespace glassgate

int main(int argc, char** argv) {
  using namespace glassgate;
  open_standard_streams();
  try {
    return run({argv + 1, static_cast<size_t>(argc - 1)});
  } catch (const std::bad_alloc&) {
    std::fputs("glassgate: cannot start: no memory\n", stderr);
    return could_not_start;
  }
}
