// Exercise 02.1 begins here: what RFC 7239 has in place of three fields that begin with X-.
#pragma once

#include <string>
#include <string_view>

#include "base/ip_address.h"

namespace glassgate::exercises {

// One hop for the Forwarded field: for=192.0.2.1;host=shop.example;proto=http
// An IPv6 address stands in brackets. What is no token (RFC 9110 section 5.6.2) stands in double quotes.
inline std::string forwarded_hop(const IpAddress& peer, std::string_view host) {
  return "for=" + peer.text() + ";host=" + std::string(host) + ";proto=http";  // yours: brackets and quotes
}

}  // namespace glassgate::exercises
