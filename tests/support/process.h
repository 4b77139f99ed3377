// A program that a test starts, signals and waits for.
//
// Guarantee: it does not outlive its object, nor the test that started it: whatever happens, it is killed, by its own
// pid. What it writes goes into files without a name, so that it never waits for a reader.
// Thread rule: any thread may signal it and ask whether it has ended; the rest is for its owner.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace glassgate::test {

class Process {
 public:
  // `arguments` with the program's path in front. `most_descriptors`: its RLIMIT_NOFILE, soft and hard; 0: as it is.
  explicit Process(const std::vector<std::string>& arguments, unsigned long most_descriptors = 0);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Its exit code, or 128 and the number of the signal that killed it. Throws TestTimeout when it goes on.
  int wait();
  // True when it ends within `patience`.
  bool ends_within(std::chrono::milliseconds patience);
  bool has_ended();

  // What it has written so far.
  std::string out() const;
  std::string err() const;
  // Waits until its stderr holds a whole line with `mark`, and gives back all of it. Throws, with what is there
  // instead, when the program ends first or the time is over.
  std::string wait_for_err_line(const std::string& mark);

  // From /proc/PID/status: "VmRSS", "VmHWM", "VmPTE".
  long status_kib(const std::string& name) const;
  // The names of its threads, sorted.
  std::vector<std::string> thread_names() const;
  // Open descriptors.
  size_t descriptors() const;
  // Changes a soft limit while it runs: RLIMIT_DATA, say.
  void limit(int resource, unsigned long soft) const;
  void limit_descriptors(unsigned long soft) const;

 private:
  int out_ = -1;
  int err_ = -1;
  pid_t pid_ = -1;
  mutable std::mutex mutex_;  // no signal goes to a pid that was given back meanwhile
  bool ended_ = false;        // under mutex_
  int code_ = -1;             // when it has ended
};

// The program under test, as it was built: $GLASSGATE_BUILD/glassgate.
std::string glassgate_program();

// The names of the threads of a process, sorted. 0: of this one.
std::vector<std::string> thread_names_of(pid_t pid);

// A file in the folder for temporary files, with this text. It is removed with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text = "");
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }
  std::string text() const;

 private:
  std::string path_;
};

}  // namespace glassgate::test
