// Where bytes wait between two sockets.
//
// Problem: every request needs room for what was read and not yet used, but ten thousand idle connections must not hold
// ten thousand buffers; and giving 64 KiB back to the allocator after each request makes it shrink and grow the heap.
// Guarantee: a Buffer holds memory only from the first space() or append() until release(). Memory comes from a
// shared free list that keeps at most `max_spare` blocks.
// Invariants:
//   I1 consumed <= filled <= capacity; view() is what was filled and not consumed
//   I2 views stay valid until the next fill or release
// Thread rule: a Buffer belongs to one thread; the free list behind it is shared and locked.
// Units: bytes.
#pragma once

#include <memory>
#include <span>
#include <string_view>

namespace glassgate::http {

class Buffer {
 public:
  static constexpr size_t block_bytes = 64 * 1024;
  static constexpr size_t max_spare = 128;  // 8 MiB at the most stay with the process

  Buffer() = default;
  ~Buffer() { release(); }
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;

  std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  std::span<char> mutable_view() { return {data_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  bool holds_memory() const { return data_ != nullptr; }

  // Room to read into: at least one byte, unless the whole capacity is waiting to be consumed.
  std::span<char> space();
  void filled(size_t n) { end_ += n; }
  void append(std::string_view bytes);

  void consume(size_t n);  // n bytes, or all there are where there are fewer
  // Grows beyond one block, for a head that is allowed to be larger. Never shrinks.
  void reserve(size_t capacity);
  // Gives the memory back. Only when empty; a buffer with bytes in it keeps them.
  void release();

 private:
  void move_to_front();

  std::unique_ptr<char[]> data_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace glassgate::http
