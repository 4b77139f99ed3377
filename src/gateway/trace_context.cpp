#include "gateway/trace_context.h"

#include <algorithm>

#include "base/strings.h"

namespace glassgate {
namespace {

constexpr size_t traceparent_bytes = 55;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

// Two are defined: sampled (1), and that the trace's id is random (2). All others are to be set to zero.
char known_flags(char digit) {
  return static_cast<char>('0' + (hex_value(digit) & 3));
}

}  // namespace

bool is_trace_id(std::string_view text) {
  return text.size() == 32 && is_id(text);
}

// version "-" trace-id "-" parent-id "-" flags. Versions to come may add more behind another dash.
std::optional<TraceParent> parse_traceparent(std::string_view value) {
  constexpr size_t length = traceparent_bytes;
  if (value.size() < length || value[2] != '-' || value[35] != '-' || value[52] != '-') return std::nullopt;
  const std::string_view version = value.substr(0, 2);
  if (!is_hex(version) || version == "ff") return std::nullopt;
  if (value.size() > length && (version == "00" || value[length] != '-')) return std::nullopt;
  const TraceParent out{value.substr(3, 32), value.substr(53, 2)};
  if (!is_trace_id(out.trace_id) || !is_id(value.substr(36, 16)) || !is_hex(out.flags)) return std::nullopt;
  return out;
}

std::string make_traceparent(std::string_view trace_id, std::string_view parent_id, std::string_view flags) {
  std::string out("00-00000000000000000000000000000000-0000000000000000-00");
  trace_id.copy(&out[3], 32);
  parent_id.copy(&out[36], 16);
  out[54] = known_flags(flags.back());
  return out;
}

std::string_view trace_id_of(std::string_view traceparent) {
  return traceparent.substr(3, 32);
}

}  // namespace glassgate
