#include "http/head_parser.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/strings.h"

namespace glassgate::http {
namespace {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = table[c + 32] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto token_table = make_token_table();

// VCHAR, obs-text, space and tab: what a field value or a reason phrase may hold.
constexpr bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
}

// How many of the eight bytes at `at` stand before the first control character: below 0x20, or 0x7F. The high bit of
// a byte of `low` is set where that byte is below 0x20, of `del` where it is 0x7F; perhaps also in bytes above such a
// one, so that only the lowest bit counts.
size_t bytes_before_control(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  constexpr uint64_t ones = 0x0101010101010101;
  constexpr uint64_t high_bits = 0x80 * ones;
  uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  const uint64_t low = (bytes - 0x20 * ones) & ~bytes;
  const uint64_t not_del = bytes ^ (0x7F * ones);
  const uint64_t del = (not_del - ones) & ~not_del;
  return static_cast<size_t>(std::countr_zero((low | del) & high_bits)) / 8;
}

// How much of `text` is text, or token, from its front. Every byte of every value passes here, so eight are looked at
// in one step.
size_t text_length(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    while (end - at >= 8) {
      const size_t good = bytes_before_control(at);
      at += good;
      if (good < 8) break;
    }
    if (at == end || !is_text(*at)) return static_cast<size_t>(at - text.data());
    ++at;  // a tab, or one of the last seven
  }
}

size_t token_length(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && token_table[static_cast<unsigned char>(*at)]) ++at;
  return static_cast<size_t>(at - text.data());
}

// The line at the front of `rest`, without its CR LF.
bool take_line(std::string_view& rest, std::string_view& line) {
  const size_t length = rest.find('\n');
  if (length == std::string_view::npos || length == 0 || rest[length - 1] != '\r') return false;
  line = rest.substr(0, length - 1);
  rest.remove_prefix(length + 1);
  return true;
}

// A CR or a NUL inside a line is neither token nor text, so the line is refused already; but it has a name of its own.
HeadError name_of(HeadError error, std::string_view line) {
  const bool has_control = line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos;
  return has_control ? HeadError::line_ending : error;
}

// "HTTP/1.1". False when it is not of that form at all.
bool parse_version(std::string_view text, Version& out) {
  if (text.size() != 8 || !text.starts_with("HTTP/") || !is_digit(text[5]) || text[6] != '.' || !is_digit(text[7])) {
    return false;
  }
  out = {text[5] - '0', text[7] - '0'};
  return true;
}

HeadError parse_request_line(std::string_view line, RequestHead& out) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return HeadError::start_line;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return HeadError::start_line;
  out.method = method;
  if (!is_visible(target)) return HeadError::start_line;
  out.target = target;
  if (!parse_version(line.substr(last + 1), out.version)) return HeadError::start_line;
  return out.version.major == 1 ? HeadError::none : HeadError::version;
}

// HTTP/1.1 SP 3DIGIT SP [reason]; the last space may be missing where there is no reason, as many servers send it.
HeadError parse_status_line(std::string_view line, ResponseHead& out) {
  if (line.size() < 12 || line[8] != ' ' || !parse_version(line.substr(0, 8), out.version))
    return HeadError::start_line;
  if (out.version.major != 1) return HeadError::version;
  const auto status = parse_decimal(line.substr(9, 3));
  if (!status || *status < 100 || *status > 599) return HeadError::start_line;
  out.status = static_cast<int>(*status);
  out.reason = {};  // of an interim answer before this one, whose bytes are gone
  if (line.size() == 12) return HeadError::none;
  out.reason = line.substr(13);
  if (line[12] != ' ' || text_length(out.reason) < out.reason.size()) return HeadError::start_line;
  return HeadError::none;
}

bool is_at_line_end(std::string_view rest) {
  return rest.size() >= 2 && rest[0] == '\r' && rest[1] == '\n';
}

// Takes the field line at the front of `rest`, in one pass: the name ends where its token does, the value where its
// text does, and there the line has to end, too. False when `rest` begins with none.
bool take_field_line(std::string_view& rest, Fields& out) {
  const size_t colon = token_length(rest);
  if (colon == 0 || colon == rest.size() || rest[colon] != ':') return false;
  const std::string_view name = rest.substr(0, colon);
  const std::string_view behind = rest.substr(colon + 1);
  const size_t length = text_length(behind);
  if (!is_at_line_end(behind.substr(length))) return false;
  out.add(name, trim(behind.substr(0, length)));
  rest = behind.substr(length + 2);
  return true;
}

// What is wrong with the line at the front of `rest`, which is no field line.
HeadError why_no_field_line(std::string_view rest) {
  std::string_view line;
  if (!take_line(rest, line)) return HeadError::line_ending;
  const bool is_folded = line.starts_with(' ') || line.starts_with('\t');
  return name_of(is_folded ? HeadError::obs_fold : HeadError::field_line, line);
}

}  // namespace

std::string_view describe(HeadError error) {
  switch (error) {
    case HeadError::none: return "no error";
    case HeadError::line_ending: return "a line that does not end in CR LF, or a bare CR or NUL in the head";
    case HeadError::start_line: return "malformed start line";
    case HeadError::version: return "HTTP version not supported";
    case HeadError::field_line: return "malformed header field line";
    case HeadError::obs_fold: return "folded header field line";
    case HeadError::head_large: return "header section too large";
    case HeadError::too_many_fields: return "too many header fields";
  }
  return "unknown";
}

HeadScanner::State HeadScanner::scan(std::string_view buffered) {
  for (;;) {
    const size_t lf = buffered.find('\n', searched_);
    if (lf == std::string_view::npos) {
      searched_ = buffered.size();
      return State::need_more;
    }
    if (lf == line_start_ || buffered[lf - 1] != '\r') return State::bad;
    const bool empty_line = lf == line_start_ + 1;
    line_start_ = searched_ = lf + 1;
    if (empty_line) return State::complete;
  }
}

bool is_token(std::string_view text) {
  return !text.empty() && token_length(text) == text.size();
}

HeadError parse_fields(std::string_view section, size_t max_fields, Fields& out) {
  out.clear();
  while (!is_at_line_end(section)) {
    if (out.size() == max_fields) return HeadError::too_many_fields;
    const std::string_view before = section;
    if (!take_field_line(section, out)) return why_no_field_line(before);
  }
  return section.size() == 2 ? HeadError::none : HeadError::field_line;
}

HeadError parse_request_head(const HeadLimits& limits, RequestHead& out) {
  std::string_view rest = out.bytes;
  std::string_view line;
  if (rest.size() > limits.max_bytes) return HeadError::head_large;
  if (!take_line(rest, line)) return HeadError::line_ending;
  const HeadError error = parse_request_line(line, out);
  return error != HeadError::none ? name_of(error, line) : parse_fields(rest, limits.max_fields, out.fields);
}

void parse_beginning(RequestHead& out) {
  std::string_view rest = out.bytes;
  std::string_view line;
  const std::string_view first_word = rest.substr(0, rest.find(' '));
  if (first_word.size() < rest.size() && is_token(first_word)) out.method = first_word;
  if (take_line(rest, line)) parse_request_line(line, out);
}

HeadError parse_response_head(const HeadLimits& limits, ResponseHead& out) {
  std::string_view rest = out.bytes;
  std::string_view line;
  if (rest.size() > limits.max_bytes) return HeadError::head_large;
  if (!take_line(rest, line)) return HeadError::line_ending;
  const HeadError error = parse_status_line(line, out);
  return error != HeadError::none ? name_of(error, line) : parse_fields(rest, limits.max_fields, out.fields);
}

}  // namespace glassgate::http
