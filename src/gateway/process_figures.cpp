#include "gateway/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace glassgate {
namespace {

uint64_t entries_in(const char* folder) {
  std::error_code none;
  uint64_t n = 0;
  for (auto entry = std::filesystem::directory_iterator(folder, none); entry != std::filesystem::end(entry);
       entry.increment(none)) {
    ++n;
  }
  return n;
}

uint64_t resident_pages() {
  std::ifstream file("/proc/self/statm");
  uint64_t total = 0;
  uint64_t resident = 0;
  file >> total >> resident;
  return resident;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessFigures read_process_figures() {
  ProcessFigures out;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  out.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  out.resident_bytes = resident_pages() * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  out.most_descriptors = limit.rlim_cur;
  out.open_descriptors = entries_in("/proc/self/fd");
  out.threads = entries_in("/proc/self/task");
  return out;
}

}  // namespace glassgate
