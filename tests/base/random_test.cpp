#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace glassgate {
namespace {

TEST_CASE("an id is 32 lower-case hexadecimal digits") {
  for (int i = 0; i < 1000; ++i) {
    const std::string id(random_id().text());
    REQUIRE(id.size() == 32);
    REQUIRE(id.find_first_not_of("0123456789abcdef") == std::string::npos);
  }
}

TEST_CASE("no two ids are the same, from one thread or from many") {
  constexpr size_t threads = 8;
  constexpr size_t ids_each = 5000;
  std::array<std::vector<std::string>, threads> made;
  std::vector<std::thread> makers;
  for (std::vector<std::string>& own : made) {
    makers.emplace_back([&own] {
      for (size_t i = 0; i < ids_each; ++i) own.emplace_back(random_id().text());
    });
  }
  for (std::thread& maker : makers) maker.join();
  std::set<std::string> all;
  for (const std::vector<std::string>& own : made) all.insert(own.begin(), own.end());
  CHECK(all.size() == threads * ids_each);
}

// With 4,000 fair throws, a digit that comes less than 150 or more than 350 times in 250 is out by 6 standard
// deviations.
TEST_CASE("every digit of an id takes every value") {
  constexpr int throws = 4000;
  std::array<std::array<int, 16>, 32> count{};
  for (int i = 0; i < throws; ++i) {
    const std::string id(random_id().text());
    for (size_t at = 0; at < id.size(); ++at) ++count[at][std::string("0123456789abcdef").find(id[at])];
  }
  for (const auto& digit : count) {
    CHECK(*std::min_element(digit.begin(), digit.end()) > 150);
    CHECK(*std::max_element(digit.begin(), digit.end()) < 350);
  }
}

}  // namespace
}  // namespace glassgate
