#include "support/json_reader.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/strings.h"

namespace glassgate::test {
namespace {

constexpr int deepest = 50;

// Throws NotJson at the first byte that does not belong there.
struct NotJson {};

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Json whole() {
    Json out = value(0);
    if (!rest_.empty()) throw NotJson();
    return out;
  }

 private:
  char peek() const {
    if (rest_.empty()) throw NotJson();
    return rest_.front();
  }
  char take() {
    const char c = peek();
    rest_.remove_prefix(1);
    return c;
  }
  void expect(char c) {
    if (take() != c) throw NotJson();
  }
  bool take_if(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Json value(int depth) {
    if (depth > deepest) throw NotJson();
    switch (peek()) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': return {Json::Kind::string, string(), {}, {}};
      case 't': return word("true", Json::Kind::boolean);
      case 'f': return word("false", Json::Kind::boolean);
      case 'n': return word("null", Json::Kind::null);
      default: return number();
    }
  }

  Json word(std::string_view expected, Json::Kind kind) {
    for (const char c : expected) expect(c);
    return {kind, std::string(expected), {}, {}};
  }

  Json object(int depth) {
    Json out{Json::Kind::object, "", {}, {}};
    expect('{');
    if (take_if('}')) return out;
    do {
      std::string name = string();
      if (out.has(name)) throw NotJson();
      expect(':');
      out.names.push_back(std::move(name));
      out.items.push_back(value(depth + 1));
    } while (take_if(','));
    expect('}');
    return out;
  }

  Json array(int depth) {
    Json out{Json::Kind::array, "", {}, {}};
    expect('[');
    if (take_if(']')) return out;
    do out.items.push_back(value(depth + 1));
    while (take_if(','));
    expect(']');
    return out;
  }

  void digits(std::string& out) {
    if (!is_digit(peek())) throw NotJson();
    while (!rest_.empty() && is_digit(rest_.front())) out += take();
  }

  Json number() {
    std::string out;
    if (take_if('-')) out += '-';
    if (take_if('0')) {
      out += '0';
    } else {
      digits(out);
    }
    if (take_if('.')) {
      out += '.';
      digits(out);
    }
    if (!rest_.empty() && (rest_.front() == 'e' || rest_.front() == 'E')) {
      out += take();
      if (peek() == '+' || peek() == '-') out += take();
      digits(out);
    }
    return {Json::Kind::number, out, {}, {}};
  }

  std::string string() {
    std::string out;
    expect('"');
    while (!take_if('"')) {
      const auto byte = static_cast<unsigned char>(peek());
      if (byte < 0x20) throw NotJson();
      if (byte == '\\') {
        escape(out);
      } else if (byte < 0x80) {
        out += take();
      } else {
        character(out);
      }
    }
    return out;
  }

  unsigned four_hex() {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = hex_value(take());
      if (digit < 0) throw NotJson();
      code = code * 16 + static_cast<unsigned>(digit);
    }
    return code;
  }

  void escape(std::string& out) {
    expect('\\');
    const char c = take();
    static constexpr std::string_view from = "\"\\/bfnrt";
    static constexpr std::string_view to = "\"\\/\b\f\n\r\t";
    if (const size_t at = from.find(c); at != std::string_view::npos) {
      out += to[at];
      return;
    }
    if (c != 'u') throw NotJson();
    unsigned code = four_hex();
    if (code >= 0xDC00 && code <= 0xDFFF) throw NotJson();
    if (code >= 0xD800 && code <= 0xDBFF) {
      expect('\\');
      expect('u');
      const unsigned low = four_hex();
      if (low < 0xDC00 || low > 0xDFFF) throw NotJson();
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, code);
  }

  static void append_utf8(std::string& out, unsigned code) {
    if (code < 0x80) {
      out += static_cast<char>(code);
      return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static constexpr unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(lead[more] | (code >> (6 * more)));
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3F));
  }

  // Decodes and encodes again: what does not come back the same was overlong, a surrogate, or no UTF-8 at all.
  void character(std::string& out) {
    const auto first = static_cast<unsigned char>(take());
    const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    unsigned code = first & (more == 1 ? 0x1FU : more == 2 ? 0x0FU : 0x07U);
    std::string raw(1, static_cast<char>(first));
    for (int i = 0; i < more; ++i) {
      raw += take();
      code = (code << 6) | (static_cast<unsigned char>(raw.back()) & 0x3FU);
    }
    std::string again;
    append_utf8(again, code);
    if (again != raw || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) throw NotJson();
    out += raw;
  }

  std::string_view rest_;
};

}  // namespace

bool Json::has(std::string_view name) const {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const Json& Json::at(std::string_view name) const {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return items[i];
  }
  throw std::out_of_range("no member " + std::string(name));
}

std::optional<Json> read_json(std::string_view text) {
  try {
    return Reader(text).whole();
  } catch (const NotJson&) {
    return std::nullopt;
  }
}

Json json_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  auto out = read_json(text);
  if (!out) throw std::runtime_error("not JSON: " + std::string(text));
  return std::move(*out);
}

}  // namespace glassgate::test
