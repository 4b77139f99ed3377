// Bytes by chance, most of them nearly right: what a fuzzer sends, through real sockets.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace glassgate::test {

// How long attacks by chance go on: $GLASSGATE_ATTACK_SECONDS, or 2.
std::chrono::seconds attack_time();
// What they begin with: $GLASSGATE_ATTACK_SEED, or always the same.
uint64_t attack_seed();

class Mutator {
 public:
  Mutator(std::vector<std::string> corpus, uint64_t seed) : corpus_(std::move(corpus)), random_(seed) {}

  // One of the corpus with some changes, now and then several in a row, or nothing but chance.
  std::string next();
  // 0 to n - 1.
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }

 private:
  std::string noise(size_t bytes);
  void mutate(std::string& text);

  std::vector<std::string> corpus_;
  std::mt19937_64 random_;
};

}  // namespace glassgate::test
