#include "bench/support/figure.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

namespace glassgate::bench {
namespace {

std::string processor_model() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

std::string machine() {
  utsname system{};
  ::uname(&system);
  return processor_model() + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, " + system.sysname +
         " " + system.release;
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm day{};
  ::gmtime_r(&now, &day);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &day)};
}

// Four digits that count: more would only be noise.
std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return value >= 10000 ? std::to_string(static_cast<long long>(value + 0.5)) : text;
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) fail("a median of nothing");
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void Figure::add(const std::string& series, size_t x, double value) {
  if (series.find_first_of(",\"\n") != std::string::npos) fail("a name that would need quotes: " + series);
  auto found = std::find_if(series_.begin(), series_.end(), [&](const auto& one) { return one.first == series; });
  if (found == series_.end()) found = series_.insert(series_.end(), {series, {}});
  found->second[x].push_back(value);
}

std::string Figure::csv(const std::string& command) const {
  size_t rounds = 0;
  for (const auto& [name, points] : series_) {
    for (const auto& [x, values] : points) rounds = std::max(rounds, values.size());
  }
  std::string out = "# title: " + text_.title + "\n# kind: lines\n# x: " + text_.x +
                    "\n# x-scale: log\n# y: " + text_.y +
                    "\n# y-scale: " + (text_.y_scale == Scale::log ? "log" : "linear") + "\n# machine: " + machine() +
                    "\n# date: " + today() + "\n# command: " + command + "\n# values: medians of " +
                    std::to_string(rounds) + " interleaved rounds\nseries,x,y\n";
  for (const auto& [name, points] : series_) {
    for (const auto& [x, values] : points) out += name + "," + std::to_string(x) + "," + number(median(values)) + "\n";
  }
  return out;
}

void Figure::write(const std::string& folder, const std::string& command) const {
  const std::string path = folder + "/" + text_.name + ".csv";
  std::filesystem::create_directories(folder);
  std::ofstream file(path);
  file << csv(command);
  file.close();
  if (!file) fail("cannot write " + path);
  std::printf("%s (%s, by %s)\n", text_.title.c_str(), text_.y.c_str(), text_.x.c_str());
  for (const auto& [name, points] : series_) {
    std::printf("  %-34s", name.c_str());
    for (const auto& [x, values] : points) std::printf("  %zu: %s", x, number(median(values)).c_str());
    std::printf("\n");
  }
  std::printf("  in %s; `make draw` draws it\n", path.c_str());
  std::fflush(stdout);
}

std::string figures_folder(int argc, char** argv) {
  return argc > 1 ? argv[1] : "docs/figures";
}

void say(const std::string& line) {
  std::fprintf(stderr, "%s\n", line.c_str());
}

double nanoseconds_of(const std::function<void()>& work) {
  const auto spent = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
  };
  const double before = spent();
  work();
  return spent() - before;
}

void fail(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace glassgate::bench
