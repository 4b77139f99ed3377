#include "http/message.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <type_traits>

namespace glassgate::http {
namespace {

struct IdRow {
  const char* name;
  FieldId id;
};

constexpr IdRow known_names[] = {
    {"Connection", FieldId::connection},
    {"Content-Length", FieldId::content_length},
    {"Cookie", FieldId::cookie},
    {"Date", FieldId::date},
    {"Authorization", FieldId::authorization},
    {"Expect", FieldId::expect},
    {"Forwarded", FieldId::forwarded},
    {"Host", FieldId::host},
    {"HTTP2-Settings", FieldId::http2_settings},
    {"Keep-Alive", FieldId::keep_alive},
    {"Max-Forwards", FieldId::max_forwards},
    {"Proxy-Authenticate", FieldId::proxy_authenticate},
    {"Proxy-Authorization", FieldId::proxy_authorization},
    {"Proxy-Connection", FieldId::proxy_connection},
    {"Server-Timing", FieldId::server_timing},
    {"TE", FieldId::te},
    {"Traceparent", FieldId::traceparent},
    {"Tracestate", FieldId::tracestate},
    {"Trailer", FieldId::trailer},
    {"Transfer-Encoding", FieldId::transfer_encoding},
    {"Upgrade", FieldId::upgrade},
    {"Via", FieldId::via},
    {"WWW-Authenticate", FieldId::www_authenticate},
    {"X-Forwarded-Prefix", FieldId::x_forwarded},
    {"X-Forwarded-For", FieldId::x_forwarded_for},
    {"X-Forwarded-Host", FieldId::x_forwarded_host},
    {"X-Forwarded-Proto", FieldId::x_forwarded_proto},
    {"X-Real-IP", FieldId::x_real_ip},
    {"X-Request-ID", FieldId::x_request_id},
};

std::string with_case(std::string text, int (*change)(int)) {
  std::transform(text.begin(), text.end(), text.begin(), [&](unsigned char c) { return static_cast<char>(change(c)); });
  return text;
}

TEST_CASE("every field that matters has its id, in any case") {
  std::set<FieldId> seen;
  for (const IdRow& row : known_names) {
    CAPTURE(std::string(row.name));
    CHECK(field_id(row.name) == row.id);
    CHECK(field_id(with_case(row.name, std::tolower)) == row.id);
    CHECK(field_id(with_case(row.name, std::toupper)) == row.id);
    seen.insert(row.id);
  }
  CHECK(seen.size() == static_cast<size_t>(FieldId::x_request_id));  // every id but `other`
}

TEST_CASE("a name that differs in one byte has no id") {
  for (const IdRow& row : known_names) {
    for (size_t at = 0; at < std::string(row.name).size(); ++at) {
      std::string name = row.name;
      name[at] = '!';
      CAPTURE(name);
      const FieldId id = field_id(name);
      // X-Forwarded-F!r is still one of the X-Forwarded-* family.
      CHECK((id == FieldId::other || id == FieldId::x_forwarded));
      CHECK((id == FieldId::other || with_case(name, std::tolower).rfind("x-forwarded-", 0) == 0));
    }
  }
}

TEST_CASE("names near to known ones have no id") {
  for (const std::string name :
       {"", "x", "T", "TEE", "Hos", "Hosts", "Content-Lengths", "Content_Length", "Transfer_Encoding", "X-Forwarded",
        "XForwarded-For", "X-Real-IPs", "X_Request_IDs", "Accept", "X-Version", "Proxy-Authorization-Info"}) {
    CAPTURE(name);
    CHECK(field_id(name) == FieldId::other);
  }
}

TEST_CASE("forwarding names and X-Request-ID spelled with '_' are those names") {
  const IdRow rows[] = {{"X_Forwarded_For", FieldId::x_forwarded_for},
                        {"X-Forwarded_For", FieldId::x_forwarded_for},
                        {"x_forwarded-host", FieldId::x_forwarded_host},
                        {"X_FORWARDED_PROTO", FieldId::x_forwarded_proto},
                        {"X_Forwarded_Port", FieldId::x_forwarded},
                        {"X-Forwarded_", FieldId::x_forwarded},
                        {"X_Real_IP", FieldId::x_real_ip},
                        {"x-real_ip", FieldId::x_real_ip},
                        {"X_Request_ID", FieldId::x_request_id},
                        {"x-request_id", FieldId::x_request_id},
                        {"X_Forwarded_For_Original", FieldId::x_forwarded}};
  for (const IdRow& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(field_id(row.name) == row.id);
  }
}

TEST_CASE("fields keep their order, their duplicates and the case of their names") {
  Fields fields;
  fields.add("Set-Cookie", "a=1");
  fields.add("via", "1.1 one");
  fields.add("SET-COOKIE", "b=2");
  fields.add("Via", "1.1 two");
  std::string text;
  for (const Field& field : fields) text += std::string(field.name) + "=" + std::string(field.value) + ";";
  CHECK(text == "Set-Cookie=a=1;via=1.1 one;SET-COOKIE=b=2;Via=1.1 two;");
  CHECK(fields.size() == 4);
  CHECK(fields.count(FieldId::via) == 2);
  CHECK(fields.count(FieldId::host) == 0);
  REQUIRE(fields.find(FieldId::via) != nullptr);
  CHECK(fields.find(FieldId::via)->value == "1.1 one");
  REQUIRE(fields.find("set-cookie") != nullptr);
  CHECK(fields.find("set-cookie")->value == "a=1");
  CHECK(fields.find(FieldId::host) == nullptr);
  CHECK(fields.find("Set-Cooki") == nullptr);
  fields.clear();
  CHECK(fields.size() == 0);
  CHECK(fields.find(FieldId::via) == nullptr);
}

TEST_CASE("a head cannot leave its bytes behind: it is neither copied nor moved") {
  CHECK_FALSE(std::is_copy_constructible_v<RequestHead>);
  CHECK_FALSE(std::is_move_constructible_v<RequestHead>);
  CHECK_FALSE(std::is_copy_constructible_v<ResponseHead>);
  CHECK_FALSE(std::is_move_constructible_v<ResponseHead>);
}

TEST_CASE("a list contains whole elements, without regard to case and white space") {
  const struct {
    const char* list;
    const char* token;
    bool contained;
  } rows[] = {
      {"close", "close", true},
      {"Close", "close", true},
      {"keep-alive, Upgrade", "upgrade", true},
      {"keep-alive,\tupgrade \t", "upgrade", true},
      {",, close ,", "close", true},
      {"closed", "close", false},
      {"x-close", "close", false},
      {"close keep-alive", "close", false},
      {"\"close\"", "close", false},
      {"", "close", false},
      {",,", "close", false},
      {",,", "", false},
      {"", "", false},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.list));
    CAPTURE(std::string(row.token));
    CHECK(list_contains(row.list, row.token) == row.contained);
  }
}

TEST_CASE("all lines of one field form one list") {
  Fields fields;
  fields.add("Connection", "keep-alive");
  fields.add("Upgrade", "websocket");
  fields.add("connection", "foo, Upgrade");
  CHECK(list_contains(fields, FieldId::connection, "keep-alive"));
  CHECK(list_contains(fields, FieldId::connection, "upgrade"));
  CHECK_FALSE(list_contains(fields, FieldId::connection, "websocket"));
  CHECK_FALSE(list_contains(fields, FieldId::te, "keep-alive"));
}

TEST_CASE("the idempotent methods are those of RFC 9110, and methods have case") {
  for (const std::string method : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    CAPTURE(method);
    CHECK(is_idempotent(method));
  }
  for (const std::string method : {"POST", "PATCH", "CONNECT", "get", "GETT", "", "QUERY"}) {
    CAPTURE(method);
    CHECK_FALSE(is_idempotent(method));
  }
}

TEST_CASE("Max-Forwards is for OPTIONS and TRACE alone") {
  CHECK(counts_forwards("OPTIONS"));
  CHECK(counts_forwards("TRACE"));
  for (const std::string_view method : {"GET", "CONNECT", "trace", ""}) CHECK_FALSE(counts_forwards(method));
}

}  // namespace
}  // namespace glassgate::http
