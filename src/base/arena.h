// Memory for one request: taken in small pieces, given back in one.
//
// Problem: the heads of a request and its answer, and the lists of their fields, are a dozen pieces of memory that
// come and go with every request; and what an allocator keeps of them for a thread's next request, an idle thread
// keeps, too.
// Algorithm: a bump allocator. A block is cut into pieces from its front on. Of the pieces that are freed, the newest
// one is room again, and the others are lost until release() gives all blocks back: a request is short. Blocks come
// from a free list that all threads share, last in, first out: the next request, on whichever thread, finds the block
// that the processor's caches still hold. (std::pmr::monotonic_buffer_resource does the first half.)
// Guarantee: an Arena holds a block only from the first piece on. A piece that is larger than a block has one of its
// own size.
// Invariants:
//   I1 pieces do not overlap, are aligned as asked for, and stay where they are until release()
//   I2 at most `max_spare` blocks wait in the free list
// Thread rule: an Arena belongs to one thread; the free list behind it is shared and locked.
// Units: bytes.
#pragma once

#include <cstddef>
#include <memory_resource>

namespace glassgate {

class Arena : public std::pmr::memory_resource {
 public:
  static constexpr size_t block_bytes = 4096;
  static constexpr size_t max_spare = 256;

  Arena() = default;
  ~Arena() override { release(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Everything at once. What was allocated is gone.
  void release();

 private:
  struct Block {
    Block* next;
    size_t size;  // this head included
  };
  class FreeList;

  static FreeList& free_list();
  void* do_allocate(size_t bytes, size_t alignment) override;
  void do_deallocate(void* piece, size_t bytes, size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }
  void add_block(size_t bytes);

  Block* blocks_ = nullptr;  // the newest first
  void* at_ = nullptr;       // what is left of that one
  size_t left_ = 0;
};

}  // namespace glassgate
