// A named pipe in the folder for temporary files, and its reading end.
#pragma once

#include <string>
#include <string_view>

namespace glassgate::test {

// Removed with the object.
class Fifo {
 public:
  Fifo();
  ~Fifo();
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Opened without waiting for a writer; reads only what it is told to.
class FifoReader {
 public:
  explicit FifoReader(const Fifo& fifo);
  ~FifoReader() { close(); }
  FifoReader(const FifoReader&) = delete;
  FifoReader& operator=(const FifoReader&) = delete;

  size_t waiting() const;                         // bytes that can be read
  std::string read_until(std::string_view mark);  // up to and with it; throws TestTimeout when it does not come
  void close();

 private:
  bool read_more();  // false when nothing is there

  int fd_;
  std::string in_;
};

}  // namespace glassgate::test
