// Exercise 27.1 begins here: lines off a connection, which gives them in pieces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glassgate::exercises {

// Takes pieces as they come, and gives out whole lines without their CR LF. A CR or LF by itself is part of a line.
class LineReader {
 public:
  std::vector<std::string> take(std::string_view piece) {
    std::vector<std::string> lines;
    size_t end = piece.find("\r\n");  // yours: who says that all of it is in this piece?
    while (end != std::string_view::npos) {
      lines.push_back(rest_ + std::string(piece.substr(0, end)));
      rest_.clear();
      piece.remove_prefix(end + 2);
      end = piece.find("\r\n");
    }
    rest_ += piece;
    return lines;
  }

 private:
  std::string rest_;
};

}  // namespace glassgate::exercises
