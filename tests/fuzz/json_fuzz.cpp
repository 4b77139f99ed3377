// Any bytes as orders to the JSON writer.
//
// Property: what it writes is JSON by the letter, on one line (support/json_reader.h), and says what was ordered: the
// same nesting, the same names, strings, numbers and words.
#include <array>
#include <cmath>
#include <cstring>

#include "base/json.h"
#include "base/utf8.h"
#include "fuzz/target.h"
#include "support/json_reader.h"

namespace glassgate::fuzz {
namespace {

using test::Json;

constexpr int deepest = 20;

// Obeys the orders, and keeps what is to be read back.
class Orders {
 public:
  explicit Orders(std::string_view input) : input_(input) {}

  Json value(int depth) {
    switch (take_choice(input_) % 8) {
      case 0: return depth < deepest ? object(depth) : null();
      case 1: return depth < deepest ? array(depth) : null();
      case 2: return boolean(take_choice(input_) % 2 == 1);
      case 3: return integer(take_number<int64_t>());
      case 4: return integer(take_number<uint64_t>());
      case 5: return real(take_number<double>());
      case 6: return null();
      default: return string();
    }
  }

  std::string text() const { return writer_.str(); }
  double next_real() { return reals_.at(next_real_++); }

 private:
  template <typename Number>
  Number take_number() {
    std::array<char, sizeof(Number)> bytes{};
    const std::string_view given = input_.substr(0, sizeof(Number));
    std::memcpy(bytes.data(), given.data(), given.size());
    input_.remove_prefix(given.size());
    Number number{};
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  }

  Json object(int depth) {
    writer_.begin_object();
    Json out{Json::Kind::object, "", {}, {}};
    while (!input_.empty() && input_.front() != ']') {
      // With its number and a mark behind that, because the reader takes no name twice.
      const std::string name = std::to_string(out.names.size()) + "." + std::string(take_piece(input_, '='));
      writer_.any_key(name);
      out.names.push_back(valid_utf8(name));
      out.items.push_back(value(depth + 1));
    }
    take_choice(input_);
    writer_.end_object();
    return out;
  }

  Json array(int depth) {
    writer_.begin_array();
    Json out{Json::Kind::array, "", {}, {}};
    while (!input_.empty() && input_.front() != ']') out.items.push_back(value(depth + 1));
    take_choice(input_);
    writer_.end_array();
    return out;
  }

  Json boolean(bool truth) {
    writer_.value(truth);
    return {Json::Kind::boolean, truth ? "true" : "false", {}, {}};
  }
  Json null() {
    writer_.null();
    return {Json::Kind::null, "null", {}, {}};
  }
  template <typename Integer>
  Json integer(Integer number) {
    writer_.value(number);
    return {Json::Kind::number, std::to_string(number), {}, {}};
  }
  Json real(double number) {
    writer_.value(number);
    if (!std::isfinite(number)) return {Json::Kind::null, "null", {}, {}};
    reals_.push_back(number);
    return {Json::Kind::number, "", {}, {}};  // in more than one spelling: see next_real()
  }
  Json string() {
    const std::string_view text = take_piece(input_, '=');
    writer_.value(text);
    return {Json::Kind::string, valid_utf8(text), {}, {}};
  }

  std::string_view input_;
  JsonWriter writer_;
  std::vector<double> reals_;
  size_t next_real_ = 0;
};

void compare(const Json& read, const Json& ordered, Orders& orders) {
  expect(read.kind == ordered.kind, "another kind of value was read");
  const bool is_real = read.kind == Json::Kind::number && ordered.text.empty();
  if (is_real) {
    expect(std::strtod(read.text.c_str(), nullptr) == orders.next_real(), "another number was read: " + read.text);
  } else {
    expect(read.text == ordered.text, "read " + read.text + ", not " + ordered.text);
  }
  expect(read.names == ordered.names && read.items.size() == ordered.items.size(), "other members were read");
  for (size_t i = 0; i < read.items.size(); ++i) compare(read.items[i], ordered.items[i], orders);
}

void run(std::string_view input) {
  Orders orders(input);
  const Json ordered = orders.value(0);
  const std::string text = orders.text();
  const auto read = test::read_json(text);
  expect(read.has_value(), "not JSON: " + text);
  compare(*read, ordered, orders);
}

const Target target("json", run);

}  // namespace
}  // namespace glassgate::fuzz
