#include "gateway/process_figures.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "gateway/descriptors.h"

namespace glassgate {
namespace {

// By readdir(3): std::filesystem's iterator ends the process when there is no memory for an entry's path.
std::optional<uint64_t> entries_in(const char* folder) {
  DIR* const entries = ::opendir(folder);
  if (entries == nullptr) return std::nullopt;
  uint64_t n = 0;
  while (const dirent* const entry = ::readdir(entries)) n += entry->d_name[0] == '.' ? 0 : 1;
  ::closedir(entries);
  return n;
}

std::optional<uint64_t> resident_bytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t total = 0;
  uint64_t resident = 0;
  if (!(file >> total >> resident)) return std::nullopt;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
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
  out.resident_bytes = resident_bytes();
  out.most_descriptors = descriptor_limit();
  out.open_descriptors = entries_in("/proc/self/fd");
  out.threads = entries_in("/proc/self/task");
  return out;
}

}  // namespace glassgate
