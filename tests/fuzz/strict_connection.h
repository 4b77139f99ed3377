// Which fields are for one connection only: written from RFC 9110 section 7.6.1, and from what the gateway promises, to
// be held against src/http/hop_by_hop.h.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "fuzz/strict_http.h"

namespace glassgate::fuzz {

using Names = std::set<std::string>;  // in lower case

std::string plain(std::string_view name);   // in lower case
std::string dashed(std::string_view name);  // and with a '-' for each '_': CGI makes one variable of both

bool is_for_one_connection(const std::string& name);
// Those that Connection names, but for the ones that stay though it does.
Names named_by_connection(const StrictHead& head);

}  // namespace glassgate::fuzz
