// Exercise 21.1 begins here: a file is believed when it has stopped changing.
#pragma once

#include <string>
#include <utility>

namespace glassgate::exercises {

// Asked at each look with what was read. True: apply it now. A new text is applied at the second look in a row that
// finds it, and then not again.
class SettledText {
 public:
  explicit SettledText(std::string applied) : applied_(std::move(applied)) {}

  bool is_due(const std::string& text) {
    if (text == applied_) return false;
    applied_ = text;
    return true;  // yours: at the first look
  }

 private:
  std::string applied_;
};

}  // namespace glassgate::exercises
