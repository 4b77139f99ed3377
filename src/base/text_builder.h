// A text that is put together from many small pieces: the heads of messages, JSON.
//
// Problem: appending a piece to a std::string is a call that looks for room, keeps the size and ends the text anew; a
// head or a line of the log has fifty pieces.
// Algorithm: the string is made as long as most texts are. Whoever adds says once how much comes, and then puts the
// pieces behind each other; the string gets its real size at the end.
// Guarantee: what was put, in its order; there is always room, whatever was expected.
// Invariants:
//   I1 no more is put than room was made for
// Thread rule: one owner.
#pragma once

#include <charconv>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>

namespace glassgate {

class TextBuilder {
 public:
  static constexpr size_t longest_number = 24;  // -2.2250738585072014e-308

  // `expected`: bytes that will do for most texts.
  TextBuilder(size_t expected, std::pmr::memory_resource* memory) : text_(expected, '\0', memory) {}

  // For what is put next, all together.
  void make_room(size_t bytes) {
    if (text_.size() - end_ < bytes) text_.resize(2 * (end_ + bytes));
  }
  void put(char c) { text_[end_++] = c; }
  void put(std::string_view piece) { end_ += piece.copy(&text_[end_], piece.size()); }
  // At most `longest_number` bytes; of a double, as few digits as will read back as the same number.
  template <typename Number>
  void put_number(Number number) {
    char* const begin = &text_[end_];
    end_ += static_cast<size_t>(std::to_chars(begin, begin + longest_number, number).ptr - begin);
  }

  std::string_view text() const { return {text_.data(), end_}; }
  std::pmr::string take() {
    text_.resize(end_);
    return std::move(text_);
  }

 private:
  std::pmr::string text_;  // and room behind it
  size_t end_ = 0;
};

}  // namespace glassgate
