#include "hardening/mutations.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace glassgate::test {
namespace {

using namespace std::string_view_literals;

// What the readers of heads and bodies decide by.
constexpr std::array words{"\r\n"sv,
                           "\r\n\r\n"sv,
                           "\n"sv,
                           "\r"sv,
                           "\0"sv,
                           " "sv,
                           "\t"sv,
                           ":"sv,
                           ";"sv,
                           ","sv,
                           "0\r\n\r\n"sv,
                           "5\r\nhello\r\n"sv,
                           "ffffffffffffffff"sv,
                           "Content-Length: 5\r\n"sv,
                           "Content-Length: 0\r\n"sv,
                           "Transfer-Encoding: chunked\r\n"sv,
                           "Connection: close\r\n"sv,
                           "Connection: keep-alive\r\n"sv,
                           "Connection: upgrade\r\nUpgrade: x\r\n"sv,
                           "Expect: 100-continue\r\n"sv,
                           "Host: b\r\n"sv,
                           "HTTP/1.0"sv,
                           "HTTP/1.1"sv,
                           "HTTP/1.1 100 X\r\n\r\n"sv,
                           "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"sv,
                           "HTTP/1.1 200 OK\r\n"sv,
                           "HTTP/1.1 204 X\r\n\r\n"sv,
                           "GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv,
                           "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"sv};

uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

std::chrono::seconds attack_time() {
  return std::chrono::seconds(number_from("GLASSGATE_ATTACK_SECONDS", 2));
}

uint64_t attack_seed() {
  return number_from("GLASSGATE_ATTACK_SEED", 20'240'229);
}

std::string Mutator::noise(size_t bytes) {
  std::string out(bytes, '\0');
  for (char& c : out) c = static_cast<char>(below(256));
  return out;
}

void Mutator::mutate(std::string& text) {
  const size_t at = below(text.size() + 1);
  const size_t most = std::min<size_t>(text.size() - at, 1 + below(20));
  switch (below(6)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(below(256));
      return;
    case 1: text.erase(at, most); return;
    case 2: text.insert(at, words[below(words.size())]); return;
    case 3: text.insert(at, text.substr(at, most)); return;
    case 4: text.replace(at, most, words[below(words.size())]); return;
    default: text.insert(at, noise(1 + below(4))); return;
  }
}

std::string Mutator::next() {
  if (below(50) == 0) return noise(below(2000));
  std::string out;
  for (size_t messages = 1 + below(3); messages > 0; --messages) out += corpus_[below(corpus_.size())];
  for (size_t changes = below(5); changes > 0; --changes) mutate(out);
  if (below(10) == 0) out.resize(below(out.size() + 1));
  return out;
}

}  // namespace glassgate::test
