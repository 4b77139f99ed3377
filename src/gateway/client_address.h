// Who the client is, when proxies stand in front of this one.
//
// Problem: X-Forwarded-For is only as true as the one who sent it; anybody can write 127.0.0.1 into it.
// Algorithm: the peer of the TCP connection is believed. If it is one of `trusted_proxies`, the last address of
// X-Forwarded-For (the one that this proxy appended) is believed too, and so on leftwards while the address is trusted.
// Guarantee: no field that came from an untrusted peer has any influence, nor has one that is spelled X_Forwarded_For:
// proxies write it with dashes, and what is spelled otherwise has passed them unnoticed.
// Thread rule: pure functions. Source: RFC 7239 section 8.1; nginx's real_ip_recursive.
#pragma once

#include "base/ip_address.h"
#include "gateway/config.h"
#include "http/message.h"

namespace glassgate {

bool has_underscore(const http::Field& field);  // in its name
bool is_trusted_proxy(const ServerConfig& config, const IpAddress& address);
IpAddress client_address(const ServerConfig& config, const IpAddress& peer, const http::Fields& fields);

}  // namespace glassgate
