// The W3C's traceparent field: which trace a request belongs to, across programs that have never heard of each other.
//
// Guarantee: a good traceparent is continued (same trace, a new parent id: this gateway's part in it); anything else
// begins a new trace, and the tracestate that came with it is dropped.
// Invariants:
//   I1 what is sent is always version 00 in lower case, with ids that are not all zeros and no flag of unknown meaning
// Thread rule: pure functions. Source: https://www.w3.org/TR/trace-context/
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace glassgate {

struct TraceParent {
  std::string_view trace_id;  // 32 hexadecimal digits
  std::string_view flags;     // 2
};

// nullopt: not a traceparent, or one that must be ignored.
std::optional<TraceParent> parse_traceparent(std::string_view value);

// Whether text may be a trace id: 32 lower-case hexadecimal digits, not all of them 0.
bool is_trace_id(std::string_view text);

// `parent_id`: 16 hexadecimal digits.
std::string make_traceparent(std::string_view trace_id, std::string_view parent_id, std::string_view flags);
// Of one that was made so.
std::string_view trace_id_of(std::string_view traceparent);

}  // namespace glassgate
