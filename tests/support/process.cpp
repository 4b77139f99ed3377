#include "support/process.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "support/net.h"

namespace glassgate::test {
namespace {

// In the child, between fork() and exec(): nothing but system calls.
[[noreturn]] void become(char* const* arguments, int out, int err, unsigned long most_descriptors) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::close_range(3, ~0U, 0);
  if (most_descriptors > 0) {
    const rlimit limit{most_descriptors, most_descriptors};
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ::execv(arguments[0], arguments);
  for (const char* const word : {"cannot run ", static_cast<const char*>(arguments[0]), "\n"}) {
    if (::write(STDERR_FILENO, word, std::strlen(word)) < 0) break;
  }
  ::_exit(127);
}

std::string text_in(int fd) {
  std::string text;
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    const ssize_t n = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (n <= 0) return text;
    text.append(buffer.data(), static_cast<size_t>(n));
  }
}

std::string proc_path(pid_t pid, const char* what) {
  return "/proc/" + (pid == 0 ? std::string("self") : std::to_string(pid)) + "/" + what;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, unsigned long most_descriptors) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  out_ = ::memfd_create("stdout", MFD_CLOEXEC);
  err_ = ::memfd_create("stderr", MFD_CLOEXEC);
  pid_ = ::fork();
  if (pid_ == 0) become(pointers.data(), out_, err_, most_descriptors);
  if (pid_ < 0) throw std::runtime_error("cannot fork");
}

Process::~Process() {
  if (!has_ended()) {
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
  ::close(err_);
}

void Process::signal(int number) const {
  const std::lock_guard lock(mutex_);
  if (!ended_ && pid_ > 0) ::kill(pid_, number);
}

bool Process::has_ended() {
  const std::lock_guard lock(mutex_);
  if (ended_ || pid_ <= 0) return true;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  ended_ = true;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

int Process::wait() {
  if (!eventually([this] { return has_ended(); })) {
    throw TestTimeout("the program goes on; its threads: " + std::to_string(thread_names().size()) +
                      ", stderr: " + err());
  }
  return code_;
}

bool Process::ends_within(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  return eventually([&] { return has_ended() || std::chrono::steady_clock::now() > end; }) && has_ended();
}

std::string Process::out() const {
  return text_in(out_);
}

std::string Process::err() const {
  return text_in(err_);
}

std::string Process::wait_for_err_line(const std::string& mark) {
  const auto has_line = [&](const std::string& text) {
    const size_t at = text.find(mark);
    return at != std::string::npos && text.find('\n', at) != std::string::npos;
  };
  const bool done = eventually([&] { return has_line(err()) || has_ended(); });
  std::string text = err();
  if (done && has_line(text)) return text;
  throw TestTimeout("no line with \"" + mark + "\" on stderr, but: " + text);
}

long Process::status_kib(const std::string& name) const {
  std::ifstream file(proc_path(pid_, "status"));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::strtol(line.c_str() + name.size() + 1, nullptr, 10);
  }
  return -1;
}

std::vector<std::string> Process::thread_names() const {
  return thread_names_of(pid_);
}

size_t Process::descriptors() const {
  std::error_code error;
  const std::filesystem::directory_iterator entries(proc_path(pid_, "fd"), error);
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

void Process::limit(int resource, unsigned long soft) const {
  const auto which = static_cast<__rlimit_resource>(resource);
  rlimit limits{};
  ::prlimit(pid_, which, nullptr, &limits);
  limits.rlim_cur = soft;
  ::prlimit(pid_, which, &limits, nullptr);
}

void Process::limit_descriptors(unsigned long soft) const {
  limit(RLIMIT_NOFILE, soft);
}

std::string glassgate_program() {
  const char* build = std::getenv("GLASSGATE_BUILD");
  return std::string(build == nullptr ? "build" : build) + "/glassgate";
}

std::vector<std::string> thread_names_of(pid_t pid) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(proc_path(pid, "task"), error);
  while (!error && entry != std::filesystem::directory_iterator()) {
    std::ifstream file(entry->path() / "comm");
    std::string name;
    if (std::getline(file, name)) names.push_back(name);  // a thread that ended meanwhile has no name any more
    entry.increment(error);
  }
  std::sort(names.begin(), names.end());
  return names;
}

TemporaryFile::TemporaryFile(const std::string& text)
    : path_((std::filesystem::temp_directory_path() / "glassgate-test-XXXXXX").string()) {
  const int fd = ::mkstemp(path_.data());
  if (fd < 0) throw std::runtime_error("cannot make a temporary file");
  ::close(fd);
  std::ofstream(path_) << text;
}

TemporaryFile::~TemporaryFile() {
  ::unlink(path_.c_str());
}

std::string TemporaryFile::text() const {
  std::error_code is_missing;
  const auto size = std::filesystem::file_size(path_, is_missing);
  if (is_missing) return "";
  std::ifstream file(path_, std::ios::binary);
  std::string all(size, '\0');  // in one read: some logs are large
  file.read(all.data(), static_cast<std::streamsize>(all.size()));
  all.resize(static_cast<size_t>(file.gcount()));
  return all;
}

}  // namespace glassgate::test
