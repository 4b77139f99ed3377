#include "fuzz/strict_http.h"

#include <algorithm>

namespace glassgate::fuzz {
namespace {

// The line at the front, without its CR LF. nullopt where none ends there, or where a CR, a LF or a NUL is in it.
std::optional<std::string> take_line(std::string_view& bytes) {
  const size_t end = bytes.find("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  std::string line(bytes.substr(0, end));
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) return std::nullopt;
  bytes.remove_prefix(end + 2);
  return line;
}

bool is_text(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const int byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= ' ' && byte != 127);
  });
}

bool is_token(const std::string& text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_version(const std::string& text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digits(text.substr(5, 1)) && text[6] == '.' &&
         is_digits(text.substr(7, 1));
}

std::string without_blanks(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Field lines and the empty line behind them.
bool take_fields(std::string_view& bytes, std::vector<StrictField>& fields) {
  for (;;) {
    const auto line = take_line(bytes);
    if (!line) return false;
    if (line->empty()) return true;
    const size_t colon = line->find(':');
    if (colon == std::string::npos || !is_token(line->substr(0, colon))) return false;
    fields.push_back({line->substr(0, colon), without_blanks(line->substr(colon + 1))});
    if (!is_text(fields.back().value)) return false;
  }
}

bool read_request_line(const std::string& line, StrictHead& head) {
  const size_t first = line.find(' ');
  if (first == std::string::npos) return false;
  const size_t second = line.find(' ', first + 1);
  if (second == std::string::npos) return false;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, second - first - 1);
  head.version = line.substr(second + 1);
  const bool visible = std::all_of(head.target.begin(), head.target.end(), [](char c) { return c > ' ' && c < 127; });
  return is_token(head.method) && !head.target.empty() && visible && is_version(head.version);
}

bool read_status_line(const std::string& line, StrictHead& head) {
  if (line.size() < 12 || line[8] != ' ' || !is_digits(line.substr(9, 3))) return false;
  head.version = line.substr(0, 8);
  head.status = std::stoi(line.substr(9, 3));
  if (line.size() > 12 && line[12] != ' ') return false;
  if (line.size() > 13) head.reason = line.substr(13);
  return is_version(head.version) && head.status >= 100 && head.status < 600 && is_text(head.reason);
}

std::optional<StrictHead> take_head(std::string_view& bytes, bool (*read_first_line)(const std::string&, StrictHead&)) {
  const std::string_view whole = bytes;
  StrictHead head;
  const auto line = take_line(bytes);
  if (!line || !read_first_line(*line, head) || !take_fields(bytes, head.fields)) {
    bytes = whole;
    return std::nullopt;
  }
  head.text = whole.substr(0, whole.size() - bytes.size());
  return head;
}

// Hexadecimal digits, 15 at the most behind leading zeros; behind them perhaps blanks and ";extension".
std::optional<uint64_t> chunk_size(const std::string& line, bool with_extensions) {
  const size_t digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
  const size_t zeros = std::min(line.find_first_not_of('0'), digits);
  if (digits == 0 || digits - zeros > 15) return std::nullopt;
  const std::string rest = without_blanks(line.substr(digits));
  const bool good = digits == line.size() || (with_extensions && rest.starts_with(';'));
  if (!good || line.size() > 4000) return std::nullopt;
  return std::stoull(line.substr(0, digits), nullptr, 16);
}

// Whether a line or its end may still be on its way, or can never become one.
StrictBody::End why_no_line(std::string_view bytes) {
  const size_t bad = bytes.find_first_of(std::string_view("\n\0", 2));
  const size_t cr = bytes.find('\r');
  const bool is_open = bad == std::string_view::npos && (cr == std::string_view::npos || cr + 1 == bytes.size());
  return is_open ? StrictBody::End::missing : StrictBody::End::malformed;
}

StrictBody take_length(std::string_view& bytes, uint64_t length) {
  StrictBody body;
  body.data = bytes.substr(0, length);
  bytes.remove_prefix(body.data.size());
  if (body.data.size() < length) body.end = StrictBody::End::missing;
  return body;
}

StrictBody take_chunks(std::string_view& bytes, bool with_extensions) {
  StrictBody body;
  const auto stop = [&body](StrictBody::End end) {
    body.end = end;
    return body;
  };
  for (;;) {
    const std::string_view at_line = bytes;
    const auto line = take_line(bytes);
    if (!line) return stop(why_no_line(at_line));
    const auto size = chunk_size(*line, with_extensions);
    if (!size) return stop(StrictBody::End::malformed);
    if (*size == 0) break;
    body.data += bytes.substr(0, *size);
    if (bytes.size() < *size) return stop(StrictBody::End::missing);
    bytes.remove_prefix(*size);
    const std::string_view end = bytes.substr(0, 2);
    if (!std::string_view("\r\n").starts_with(end)) return stop(StrictBody::End::malformed);
    if (end.size() < 2) return stop(StrictBody::End::missing);
    bytes.remove_prefix(2);
  }
  const size_t end = bytes.starts_with("\r\n") ? 0 : bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return stop(StrictBody::End::missing);
  if (!take_fields(bytes, body.trailers)) return stop(StrictBody::End::malformed);
  return body;
}

}  // namespace

std::vector<std::string> StrictHead::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const StrictField& field : fields) {
    if (in_lower_case(field.name) == in_lower_case(name)) values.push_back(field.value);
  }
  return values;
}

bool StrictHead::has_same_fields(const http::Fields& others) const {
  return std::equal(fields.begin(), fields.end(), others.begin(), others.end(),
                    [](const StrictField& a, const http::Field& b) { return a.name == b.name && a.value == b.value; });
}

std::optional<StrictHead> take_request_head(std::string_view& bytes) {
  return take_head(bytes, read_request_line);
}

std::optional<StrictHead> take_answer_head(std::string_view& bytes) {
  return take_head(bytes, read_status_line);
}

StrictFraming framing_of(const StrictHead& head) {
  const auto lengths = head.all("Content-Length");
  const auto codings = head.all("Transfer-Encoding");
  StrictFraming framing;
  framing.is_chunked = !codings.empty();
  framing.has_length = !lengths.empty();
  if (framing.is_chunked) {
    const bool only = codings.size() == 1 && in_lower_case(codings[0]) == "chunked";
    framing.is_good = only && lengths.empty() && head.version != "HTTP/1.0";
    return framing;
  }
  if (lengths.empty()) return framing;
  const std::string digits = lengths[0].substr(std::min(lengths[0].find_first_not_of('0'), lengths[0].size()));
  const bool fits = digits.size() < 19 || (digits.size() == 19 && digits <= "9223372036854775807");
  framing.is_good = lengths.size() == 1 && is_digits(lengths[0]) && fits;
  if (framing.is_good && !digits.empty()) framing.length = std::stoull(digits);
  return framing;
}

StrictBody take_body(std::string_view& bytes, const StrictFraming& framing, bool with_extensions) {
  return framing.is_chunked ? take_chunks(bytes, with_extensions) : take_length(bytes, framing.length);
}

}  // namespace glassgate::fuzz
