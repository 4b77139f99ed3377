#include "gateway/route_conditions.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate {
namespace {

FieldMatch value(std::string name, std::string wanted) {
  return {std::move(name), std::move(wanted), false};
}

FieldMatch any(std::string name) {
  return {std::move(name), "*", true};
}

TEST_CASE("a route that names methods takes these and no other; methods have case") {
  CHECK(method_matches({}, "GET"));
  CHECK(method_matches({}, "BREW"));
  CHECK(method_matches({"GET", "POST"}, "POST"));
  CHECK_FALSE(method_matches({"GET", "POST"}, "PUT"));
  CHECK_FALSE(method_matches({"GET"}, "get"));
  CHECK_FALSE(method_matches({"GET"}, "HEAD"));
  CHECK_FALSE(method_matches({"GET"}, "GE"));
  CHECK_FALSE(method_matches({"GET"}, ""));
}

TEST_CASE("a header holds when any one line of its name has exactly the value") {
  http::Fields fields;
  fields.add("X-Version", "v1");
  fields.add("x-version", "v2");
  fields.add("X-List", "a, b");
  fields.add("X-Empty", "");
  const struct {
    FieldMatch wanted;
    bool holds;
  } rows[] = {
      {value("X-Version", "v1"), true},
      {value("X-VERSION", "v2"), true},
      {value("X-Version", "V1"), false},
      {value("X-Version", "v"), false},
      {value("X-Version", "v1, v2"), false},
      {value("X-Version", "*"), false},
      {any("x-Version"), true},
      {any("X-Empty"), true},
      {value("X-Empty", ""), true},
      {value("X-List", "a"), false},
      {value("X-List", "a, b"), true},
      {any("X-Versio"), false},
      {any("X_Version"), false},
      {value("X-None", ""), false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wanted.name);
    CAPTURE(row.wanted.value);
    CHECK(headers_match({row.wanted}, fields) == row.holds);
  }
}

TEST_CASE("all headers must hold") {
  http::Fields fields;
  fields.add("A", "1");
  fields.add("B", "2");
  CHECK(headers_match({}, fields));
  CHECK(headers_match({value("a", "1"), value("b", "2")}, fields));
  CHECK_FALSE(headers_match({value("a", "1"), value("b", "3")}, fields));
  CHECK_FALSE(headers_match({value("a", "1"), any("c")}, fields));
}

struct QueryRow {
  const char* query;
  const char* name;
  const char* wanted;  // "*": any
  bool holds;
};

constexpr QueryRow query_rows[] = {
    {"beta=1", "beta", "1", true},
    {"a=0&beta=1&c=2", "beta", "1", true},
    {"beta=0&beta=1", "beta", "1", true},
    {"beta=1", "Beta", "1", false},
    {"beta=1", "bet", "1", false},
    {"beta=1", "beta", "", false},
    {"beta=11", "beta", "1", false},
    {"xbeta=1", "beta", "1", false},
    {"beta", "beta", "", true},
    {"beta=", "beta", "", true},
    {"beta", "beta", "*", true},
    {"beta=anything", "beta", "*", true},
    {"", "beta", "*", false},
    {"", "", "*", false},
    {"&&", "", "*", false},
    {"=1", "", "1", true},
    {"&beta=1&", "beta", "1", true},
    {"a;beta=1", "beta", "1", false},
    {"beta=1=2", "beta", "1=2", true},
    {"beta==", "beta", "=", true},
    {"%62eta=%31", "beta", "1", true},
    {"beta=a+b", "beta", "a b", true},
    {"beta=a%20b", "beta", "a b", true},
    {"beta=a%2Bb", "beta", "a+b", true},
    {"beta=a%26c%3Dd", "beta", "a&c=d", true},
    {"beta=%2541", "beta", "%41", true},
    {"beta=%2541", "beta", "A", false},
    {"beta%3D1", "beta", "1", false},
    {"beta=caf%C3%A9", "beta", "caf\xC3\xA9", true},
    {"beta=/?@", "beta", "/?@", true},
};

TEST_CASE("a query parameter holds when any occurrence has the value, decoded once") {
  for (const QueryRow& row : query_rows) {
    CAPTURE(std::string(row.query));
    CAPTURE(std::string(row.name));
    CAPTURE(std::string(row.wanted));
    const bool takes_any = std::string(row.wanted) == "*";
    CHECK(query_matches({{row.name, row.wanted, takes_any}}, row.query) == row.holds);
  }
}

TEST_CASE("an escape that is no escape stands for itself in a query (I1)") {
  for (const std::string text : {"%zz", "%", "%4", "%4z", "100%", "%%41%"}) {
    CAPTURE(text);
    const std::string decoded = text == "%%41%" ? "%A%" : text;
    CHECK(query_matches({value("q", decoded)}, "q=" + text));
    CHECK(query_matches({value(decoded, "1")}, text + "=1"));
  }
}

TEST_CASE("all query parameters must hold") {
  CHECK(query_matches({}, "a=1"));
  CHECK(query_matches({value("a", "1"), value("b", "2")}, "b=2&a=1"));
  CHECK_FALSE(query_matches({value("a", "1"), value("b", "2")}, "b=1&a=1"));
  // Each condition looks for an occurrence of its own accord.
  CHECK(query_matches({any("a"), value("a", "1")}, "a=1"));
  CHECK(query_matches({value("a", "1"), value("a", "2")}, "a=2&a=1"));
}

TEST_CASE("a hostile query is read to its end and no further (I2)") {
  const std::string pieces = "a=%61&&=&%&";
  std::string query;
  while (query.size() < 64 * 1024) query += pieces;
  CHECK_FALSE(query_matches({value("zzz", "1")}, query));
  CHECK(query_matches({value("zzz", "1")}, query + "zzz=1"));
}

}  // namespace
}  // namespace glassgate
