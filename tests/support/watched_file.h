// What people and tools do to a configuration that a running gateway watches, and how often the gateway has looked.
#pragma once

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

namespace glassgate::test {

// An editor that writes over what is there: for a moment a reader sees a part of it.
inline void edit_in_place(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text;
}

// As most tools do: a reader sees the old file or the new one.
inline void replace_by_rename(const std::string& path, const std::string& text) {
  edit_in_place(path + ".new", text);
  if (std::rename((path + ".new").c_str(), path.c_str()) != 0) throw std::runtime_error("cannot rename to " + path);
}

// As Kubernetes does: `path` becomes a symbolic link to `target`, whatever it was before.
inline void point_link(const std::string& path, const std::string& target) {
  const std::string fresh = path + ".new";
  if (::symlink(target.c_str(), fresh.c_str()) != 0 || std::rename(fresh.c_str(), path.c_str()) != 0) {
    throw std::runtime_error("cannot make the link " + path);
  }
}

// How often somebody has read a file to its end, from now on.
class ReadsOf {
 public:
  explicit ReadsOf(const std::string& path) : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (::inotify_add_watch(fd_, path.c_str(), IN_CLOSE_NOWRITE) < 0) throw std::runtime_error("cannot watch " + path);
  }
  ~ReadsOf() { ::close(fd_); }
  ReadsOf(const ReadsOf&) = delete;
  ReadsOf& operator=(const ReadsOf&) = delete;

  // Equal events that nobody has fetched yet become one: so it counts at least one for each time that it is asked in
  // between, and never one too many.
  size_t so_far() {
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    for (ssize_t n = 0; (n = ::read(fd_, buffer.data(), buffer.size())) > 0;) {
      for (size_t at = 0; at < static_cast<size_t>(n); ++count_) {
        inotify_event event{};
        std::memcpy(&event, buffer.data() + at, sizeof event);
        at += sizeof event + event.len;
      }
    }
    return count_;
  }

 private:
  int fd_;
  size_t count_ = 0;
};

}  // namespace glassgate::test
