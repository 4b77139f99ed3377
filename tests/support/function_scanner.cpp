#include "support/function_scanner.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace glassgate {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_blank(char c) {
  return c == ' ' || c == '\n';
}

// Where the literal or comment that starts at `at` ends; `at` itself where none starts there.
size_t end_of_opaque(std::string_view text, size_t at) {
  const auto after = [&](std::string_view end, size_t from) {
    const size_t found = text.find(end, from);
    return found == std::string_view::npos ? text.size() : found + end.size();
  };
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) return after("*/", at + 2);
  if (rest.starts_with("R\"")) {
    const std::string_view delimiter = rest.substr(2, rest.find('(') - 2);
    return after(std::string(")").append(delimiter) + "\"", at + 2);
  }
  const char quote = text[at];
  if (quote != '"' && quote != '\'') return at;
  if (quote == '\'' && at > 0 && is_word(text[at - 1])) return at;  // 1'000
  size_t end = at + 1;
  while (end < text.size() && text[end] != quote) end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

size_t end_of_directive(std::string_view text, size_t at) {
  while (at < text.size() && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
  return std::min(at, text.size());
}

// The same text with what is no code replaced by spaces, so that lines and columns stay.
std::string only_code(std::string_view source) {
  std::string code(source);
  bool line_begins = true;
  for (size_t at = 0; at < code.size();) {
    size_t end = end_of_opaque(source, at);
    if (source[at] == '#' && line_begins) end = end_of_directive(source, at);
    if (end == at) {
      line_begins = source[at] == '\n' || (line_begins && source[at] == ' ');
      ++at;
      continue;
    }
    for (; at < end; ++at) {
      if (code[at] != '\n') code[at] = ' ';
    }
  }
  return code;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Off the front: labels, which end no statement but begin none either.
std::string_view without_labels(std::string_view header) {
  constexpr std::array<std::string_view, 3> labels{"public:", "private:", "protected:"};
  for (const std::string_view label : labels) {
    if (header.starts_with(label)) return trimmed(header.substr(label.size()));
  }
  return header;
}

bool opens_container(std::string_view header) {
  constexpr std::array<std::string_view, 6> words{"namespace", "class", "struct", "union", "enum", "extern"};
  if (header.starts_with("template"))
    header = trimmed(header.substr(std::min(header.find('>'), header.size() - 1) + 1));
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return header.starts_with(word) && (header.size() == word.size() || !is_word(header[word.size()]));
  });
}

std::string name_in(std::string_view header) {
  const size_t end = header.find('(');
  size_t begin = end;
  while (begin > 0 && (is_word(header[begin - 1]) || header[begin - 1] == ':' || header[begin - 1] == '~')) --begin;
  return std::string(header.substr(begin, end - begin));
}

class Scanner {
 public:
  explicit Scanner(std::string_view source) : code_(only_code(source)) {}

  std::vector<FunctionSize> run() {
    for (size_t at = 0; at < code_.size(); ++at) {
      const char c = code_[at];
      if (c == '{') open(at);
      if (c == '}') close(at);
      if (c == ';' && in_container()) statement_ = at + 1;
    }
    return std::move(found_);
  }

 private:
  enum class Kind { container, function, other };
  struct Brace {
    Kind kind;
    FunctionSize function;
  };

  bool in_container() const { return braces_.empty() || braces_.back().kind == Kind::container; }
  size_t line_at(size_t at) const {
    return 1 + static_cast<size_t>(std::count(code_.begin(), code_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  }

  void open(size_t at) {
    if (!in_container()) return braces_.push_back({Kind::other, {}});
    const auto header = without_labels(trimmed(std::string_view(code_).substr(statement_, at - statement_)));
    if (opens_container(header)) {
      braces_.push_back({Kind::container, {}});
      statement_ = at + 1;
    } else if (is_body(header, at)) {
      const size_t begin = static_cast<size_t>(header.data() - code_.data());
      braces_.push_back({Kind::function, {name_in(header), line_at(begin), 0}});
    } else {
      braces_.push_back({Kind::other, {}});
    }
  }

  bool is_body(std::string_view header, size_t brace) const {
    return header.find('(') != std::string_view::npos && is_blank(code_[brace - 1]) && header.back() != '=' &&
           header.back() != ',';
  }

  void close(size_t at) {
    if (braces_.empty()) return;
    Brace brace = std::move(braces_.back());
    braces_.pop_back();
    if (brace.kind != Kind::other) statement_ = at + 1;
    if (brace.kind != Kind::function) return;
    brace.function.lines = line_at(at) - brace.function.line + 1;
    found_.push_back(std::move(brace.function));
  }

  std::string code_;
  size_t statement_ = 0;  // where the statement that is being read begins
  std::vector<Brace> braces_;
  std::vector<FunctionSize> found_;
};

}  // namespace

std::vector<FunctionSize> functions_in(std::string_view source) {
  return Scanner(source).run();
}

}  // namespace glassgate
