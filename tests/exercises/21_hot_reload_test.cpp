// The exercises of docs/lessons/21-hot-reload.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "21_carried_over.h"
#include "21_settled_text.h"

namespace glassgate::exercises {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("exercise 21.1: a text is applied when two looks in a row have found it, and once" * doctest::skip()) {
  SettledText file("old");
  CHECK_FALSE(file.is_due("old"));
  CHECK_FALSE(file.is_due("ne"));  // an editor has written half of it
  CHECK_FALSE(file.is_due("new"));
  CHECK(file.is_due("new"));
  CHECK_FALSE(file.is_due("new"));
  CHECK_FALSE(file.is_due("newer"));
  CHECK_FALSE(file.is_due("new"));  // taken back before it was applied
  CHECK_FALSE(file.is_due("new"));
  CHECK_FALSE(file.is_due("newer"));
  CHECK(file.is_due("newer"));
  CHECK_FALSE(file.is_due("old"));
  CHECK(file.is_due("old"));  // an old text can be a new one
}

std::shared_ptr<const Runtime> runtime_of(const std::string& upstreams, const Runtime* previous) {
  const ConfigResult read = parse_config("listen: a:1\nupstreams: {" + upstreams +
                                         "}\nroutes: [{path: /, upstream: u}]\n");
  REQUIRE(read.config);
  return std::make_shared<const Runtime>(read.config, previous);
}

TEST_CASE("exercise 21.2: the backends that a reload has carried over are named" * doctest::skip()) {
  const auto before = runtime_of("u: {backends: [b:1, b:2]}, v: {backends: [b:3]}", nullptr);
  const auto after = runtime_of("v: {backends: [b:1, b:3]}, u: {backends: [b:2, b:4]}", before.get());
  CHECK(carried_over(*before, *after) == Texts{"v b:3", "u b:2"});
  CHECK(carried_over(*after, *after) == Texts{"v b:1", "v b:3", "u b:2", "u b:4"});
  const auto anew = runtime_of("u: {backends: [b:1, b:2]}", nullptr);  // the same addresses, and no history
  CHECK(carried_over(*before, *anew).empty());
}

}  // namespace
}  // namespace glassgate::exercises
