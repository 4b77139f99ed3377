#include "http/buffer.h"

#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace glassgate::http {
namespace {

class FreeList {
 public:
  // Giving back happens in destructors, and must not need memory. And blocks are not to be pieces of the heap, but
  // memory that the kernel gives and takes by itself: when thousands of connections fall silent, theirs would leave
  // holes.
  FreeList() {
    spare_.reserve(Buffer::max_spare);
    mallopt(M_MMAP_THRESHOLD, Buffer::block_bytes);
  }

  std::unique_ptr<char[]> take() {
    {
      const MutexLock lock(mutex_);
      if (!spare_.empty()) {
        std::unique_ptr<char[]> block = std::move(spare_.back());
        spare_.pop_back();
        return block;
      }
    }
    return std::make_unique_for_overwrite<char[]>(Buffer::block_bytes);
  }

  void give_back(std::unique_ptr<char[]> block) {
    const MutexLock lock(mutex_);
    if (spare_.size() < Buffer::max_spare) spare_.push_back(std::move(block));
  }

 private:
  Mutex mutex_;
  std::vector<std::unique_ptr<char[]>> spare_ GUARDED_BY(mutex_);
};

// Never destroyed: a connection's thread may give its block back while the process is ending.
FreeList& free_list() {
  static FreeList& list = *new FreeList;
  return list;
}

}  // namespace

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::move(other.data_)),
      capacity_(std::exchange(other.capacity_, 0)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(capacity_, other.capacity_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
  return *this;
}

std::span<char> Buffer::space() {
  if (data_ == nullptr) {
    data_ = free_list().take();
    capacity_ = block_bytes;
  }
  if (end_ == capacity_) move_to_front();
  return {data_.get() + end_, capacity_ - end_};
}

void Buffer::move_to_front() {
  if (begin_ == 0) return;
  std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
}

void Buffer::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (space().size() < bytes.size()) {
    move_to_front();
    reserve(end_ + bytes.size());
  }
  std::memcpy(space().data(), bytes.data(), bytes.size());
  filled(bytes.size());
}

void Buffer::consume(size_t n) {
  begin_ += std::min(n, end_ - begin_);
  if (begin_ == end_) begin_ = end_ = 0;
}

void Buffer::reserve(size_t capacity) {
  if (capacity <= std::max(capacity_, block_bytes)) return;
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  const size_t waiting = end_ - begin_;
  if (waiting > 0) std::memcpy(larger.get(), data_.get() + begin_, waiting);
  begin_ = end_ = 0;
  release();
  data_ = std::move(larger);
  capacity_ = capacity;
  end_ = waiting;
}

void Buffer::release() {
  if (data_ == nullptr || !empty()) return;
  if (capacity_ == block_bytes) {
    free_list().give_back(std::move(data_));
  } else {
    data_.reset();
  }
  capacity_ = begin_ = end_ = 0;
}

}  // namespace glassgate::http
