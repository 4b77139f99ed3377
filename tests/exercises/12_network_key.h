// Exercise 12.1 begins here: whom a limit takes for one client.
#pragma once

#include <string>

#include "base/ip_address.h"

namespace glassgate::exercises {

// An IPv4 address is a client. Of IPv6, all addresses of one /64 are: a customer is given at least that many.
inline std::string network_key(const IpAddress& client) {
  return client.text();  // yours: whoever has a /64 has 2^64 budgets
}

}  // namespace glassgate::exercises
