// Fields that are for this connection only and must not travel on.
//
// Problem: a proxy speaks on two connections; what one peer says about its connection is wrong on the other. And
// `Connection: Authorization` must not be a way for a client to make the proxy drop a field that the backend relies on.
// Guarantee: is_dropped() is true for every hop-by-hop field and for every field that Connection names, but never for
// one of the protected fields.
// Invariants:
//   I1 Connection, Keep-Alive, Proxy-Connection, Proxy-Authenticate, Proxy-Authorization, TE, Trailer,
//      Transfer-Encoding, Upgrade and HTTP2-Settings are always dropped; who wants one on the other side writes it anew
//   I2 Host, Content-Length, Cookie, Authorization and the forwarding fields are never dropped by being named
// Thread rule: one owner; holds views into the Fields that it was made from.
// Source: RFC 9110 section 7.6.1; "hop-by-hop header abuse",
// https://nathandavison.com/blog/abusing-http-hop-by-hop-request-headers
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace glassgate::http {

class ConnectionOptions {
 public:
  // More names than anybody needs are a way to make every field comparison slow.
  static constexpr size_t max_names = 32;

  explicit ConnectionOptions(const Fields& fields);

  bool close() const { return close_; }
  bool keep_alive() const { return keep_alive_; }
  bool upgrade() const { return upgrade_; }
  bool has_too_many_names() const { return names_.size() > max_names; }
  bool is_dropped(const Field& field) const;

 private:
  bool close_ = false;
  bool keep_alive_ = false;
  bool upgrade_ = false;
  std::vector<std::string_view> names_;  // the others
};

// Whether the connection that this head came on may serve another message after it: RFC 9112 section 9.3.
bool may_persist(Version version, const ConnectionOptions& options);

// The protocols of Upgrade that may be passed on, as a list; empty where there are none or Connection does not say
// `upgrade`. h2c, in any version or spelling, is taken out: behind it, requests would travel that nobody here can see.
std::string upgrade_protocols(const Fields& fields, const ConnectionOptions& options);

// Whether a field (Authorization, or WWW-Authenticate) is of one of those schemes that, against RFC 9110 section 3.3,
// authenticate a connection and not a request (RFC 4559 section 4, and NTLM): whoever sent the next request on it would
// be taken for this client.
bool authenticates_connection(const Fields& fields, FieldId id);

// Whether a trailer field may be sent on: none that frames, routes, authenticates, sets conditions, or describes or
// controls the content, because those are decided by the head (RFC 9110 section 6.5.1).
bool may_be_trailer(const Field& field);

}  // namespace glassgate::http
