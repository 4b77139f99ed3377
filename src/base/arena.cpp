#include "base/arena.h"

#include <sanitizer/asan_interface.h>

#include <memory>
#include <new>
#include <utility>

#include "base/mutex.h"

namespace glassgate {

// Under the address sanitizer, what is not in use may not be touched: a view into the head of a request that is over
// would otherwise be of another client's. Without it, the two macros are nothing.

// The blocks themselves are the list's links, so that giving one back never needs memory.
class Arena::FreeList {
 public:
  // nullptr when there is none.
  Block* take() {
    const MutexLock lock(mutex_);
    if (first_ == nullptr) return nullptr;
    --spare_;
    return std::exchange(first_, first_->next);
  }

  // False when there are enough.
  bool give_back(Block* block) {
    const MutexLock lock(mutex_);
    if (spare_ == max_spare) return false;
    ++spare_;
    block->next = std::exchange(first_, block);
    return true;
  }

 private:
  Mutex mutex_;
  Block* first_ GUARDED_BY(mutex_) = nullptr;
  size_t spare_ GUARDED_BY(mutex_) = 0;
};

// Never destroyed: a connection's thread may give its block back while the process is ending.
Arena::FreeList& Arena::free_list() {
  static FreeList& list = *new FreeList;
  return list;
}

void Arena::release() {
  while (blocks_ != nullptr) {
    Block* block = std::exchange(blocks_, blocks_->next);
    ASAN_POISON_MEMORY_REGION(block + 1, block->size - sizeof(Block));
    if (block->size == block_bytes && free_list().give_back(block)) continue;
    ::operator delete(block);
  }
  at_ = nullptr;
  left_ = 0;
}

void* Arena::do_allocate(size_t bytes, size_t alignment) {
  if (std::align(alignment, bytes, at_, left_) == nullptr) {
    add_block(bytes + alignment);
    std::align(alignment, bytes, at_, left_);
  }
  left_ -= bytes;
  void* piece = std::exchange(at_, static_cast<std::byte*>(at_) + bytes);
  ASAN_UNPOISON_MEMORY_REGION(piece, bytes);
  return piece;
}

void Arena::do_deallocate(void* piece, size_t bytes, size_t /*alignment*/) {
  ASAN_POISON_MEMORY_REGION(piece, bytes);
  if (static_cast<std::byte*>(piece) + bytes != at_) return;
  at_ = piece;
  left_ += bytes;
}

void Arena::add_block(size_t bytes) {
  const bool is_usual = bytes <= block_bytes - sizeof(Block);
  const size_t size = is_usual ? block_bytes : bytes + sizeof(Block);
  Block* block = is_usual ? free_list().take() : nullptr;
  void* memory = block != nullptr ? block : ::operator new(size);
  blocks_ = new (memory) Block{blocks_, size};
  at_ = blocks_ + 1;
  left_ = size - sizeof(Block);
  ASAN_POISON_MEMORY_REGION(at_, left_);
}

}  // namespace glassgate
