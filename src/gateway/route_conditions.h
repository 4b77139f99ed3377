// What a route asks for besides host and path: methods, headers, query parameters.
//
// Guarantee: all conditions of a route must hold. A header holds when any one line of that name has exactly the value;
// a query parameter when any one occurrence has it, decoded once ('+' is a space). "*" (FieldMatch::any) takes
// every value, the empty one too. Names of headers have no case; everything else has.
// Invariants:
//   I1 an escape that is no escape ("%zz") stands for itself in a query: it is never an error here
//   I2 nothing is allocated, and the cost is linear in what is looked at
// Thread rule: pure functions.
// Source: RFC 9110 section 9.1 (methods), section 5.1 (field names); the WHATWG URL standard for '+' and '&'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/config.h"
#include "http/message.h"

namespace glassgate {

bool method_matches(const std::vector<std::string>& methods, std::string_view method);  // none named: any
bool headers_match(const std::vector<FieldMatch>& wanted, const http::Fields& fields);
bool query_matches(const std::vector<FieldMatch>& wanted, std::string_view raw_query);

}  // namespace glassgate
