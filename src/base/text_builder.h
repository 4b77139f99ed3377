// A text that is put together from many small pieces: the heads of messages, JSON.
//
// Problem: appending a piece to a std::string is a call that looks for room, keeps the size and ends the text anew; a
// head or a line of the log has fifty pieces.
// Algorithm: the string is made as long as most texts are. All pieces of an add() look for room once, and are copied
// behind each other; the string gets its real size at the end.
// Guarantee: what was added, in its order; there is always room, whatever was expected. No piece may be a part of this
// very text, which may move before it is copied.
// Thread rule: one owner.
// Units: bytes.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>

namespace glassgate {

class TextBuilder {
 public:
  // `expected`: bytes that will do for most texts.
  TextBuilder(size_t expected, std::pmr::memory_resource* memory) : text_(expected, '\0', memory) {}

  // Texts, literals and single characters, behind each other.
  template <typename... Piece>
  void add(Piece&&... pieces) {
    char* at = room_for((text_of(pieces).size() + ...));
    ((at = copy(text_of(pieces), at)), ...);
    end_at(at);
  }

  // In decimal; of a double, as few digits as will read back as the same number.
  template <typename Number>
  requires std::integral<Number> || std::same_as<Number, double>
  void add_number(Number number) {
    char* const at = room_for(longest_number);
    end_at(std::to_chars(at, at + longest_number, number).ptr);
  }

  std::string_view text() const { return {text_.data(), end_}; }
  std::pmr::string take() {
    text_.resize(std::exchange(end_, 0));
    return std::move(text_);
  }

 private:
  static constexpr size_t longest_number = 24;  // -2.2250738585072014e-308

  static constexpr std::string_view text_of(std::string_view piece) { return piece; }
  static constexpr std::string_view text_of(const std::same_as<char> auto& piece) { return {&piece, 1}; }
  // A literal, whose length the compiler knows. What is written to is none.
  template <size_t n>
  static constexpr std::string_view text_of(const char (&piece)[n]) {
    return {piece, n - 1};
  }
  template <size_t n>
  static std::string_view text_of(char (&piece)[n]) = delete;
  static char* copy(std::string_view piece, char* to) { return to + piece.copy(to, piece.size()); }

  char* room_for(size_t bytes) {
    if (text_.size() < end_ + bytes) text_.resize(std::max(2 * text_.size(), end_ + bytes));
    return text_.data() + end_;
  }
  void end_at(const char* end) { end_ = static_cast<size_t>(end - text_.data()); }

  std::pmr::string text_;  // and room behind it
  size_t end_ = 0;
};

}  // namespace glassgate
