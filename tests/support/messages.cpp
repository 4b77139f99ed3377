// Whole messages for Peer: see net.h.
#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/strings.h"
#include "support/net.h"

namespace glassgate::test {
namespace {

std::string field_in(std::string_view head, std::string_view name, size_t* count) {
  std::string found;
  std::string_view rest = head;
  take_until(rest, '\n');  // the start line
  while (!rest.empty()) {
    const std::string_view line = take_until(rest, '\n');
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !iequals(line.substr(0, colon), name)) continue;
    if ((*count)++ > 0) continue;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.back() == '\r' || value.back() == ' ')) value.remove_suffix(1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    found = value;
  }
  return found;
}

std::string field_of(std::string_view head, std::string_view name) {
  size_t count = 0;
  return field_in(head, name, &count);
}

// One chunk off the wire; false at the last one or at the end of the connection. `raw` gets the bytes as they came.
struct ChunkRead {
  bool more = false;
  bool ended_early = false;
};
ChunkRead read_chunk(Peer& peer, std::string& data, std::string& raw) {
  const std::string line = peer.read_until("\r\n");
  raw += line;
  if (!line.ends_with("\r\n")) return {false, true};
  const size_t size = std::strtoull(line.c_str(), nullptr, 16);
  if (size == 0) return {false, false};
  const std::string bytes = peer.read_exactly(size + 2);
  raw += bytes;
  if (bytes.size() != size + 2) {
    data += bytes;
    return {false, true};
  }
  data += bytes.substr(0, size);
  return {true, false};
}

// The trailer section, with its empty line.
std::string read_trailers(Peer& peer) {
  std::string section;
  for (;;) {
    const std::string line = peer.read_until("\r\n");
    section += line;
    if (line == "\r\n" || !line.ends_with("\r\n")) return section;
  }
}

}  // namespace

int Response::status() const {
  return head.size() > 12 ? std::atoi(head.c_str() + 9) : 0;
}

std::string Response::field(std::string_view name) const {
  return field_of(head, name);
}

size_t Response::count(std::string_view name) const {
  size_t n = 0;
  field_in(head, name, &n);
  return n;
}

Response Peer::read_response(bool to_head) {
  const Call call(*this);
  Response out;
  out.head = read_head();
  if (!out.head.ends_with("\r\n\r\n")) return out;
  const int status = out.status();
  const std::string length = out.field("Content-Length");
  out.complete = true;
  if (to_head || status < 200 || status == 204 || status == 304) return out;
  if (iequals(out.field("Transfer-Encoding"), "chunked")) {
    std::string raw;
    ChunkRead step{true, false};
    while (step.more) step = read_chunk(*this, out.body, raw);
    out.trailers = step.ended_early ? "" : read_trailers(*this);
    out.complete = !step.ended_early && out.trailers.ends_with("\r\n");
  } else if (!length.empty()) {
    const size_t size = std::strtoull(length.c_str(), nullptr, 10);
    out.body = read_exactly(size);
    out.complete = out.body.size() == size;
  } else {
    out.body = read_to_end();
    out.complete = !reset_;
  }
  return out;
}

std::string Peer::read_request() {
  const Call call(*this);
  if (has_asked_ && in_.empty() && !becomes_readable()) return "";
  std::string out = read_head();
  has_asked_ = !out.empty();
  const std::string length = field_of(out, "Content-Length");
  if (iequals(field_of(out, "Transfer-Encoding"), "chunked")) {
    std::string data;
    ChunkRead step{true, false};
    while (step.more) step = read_chunk(*this, data, out);
    if (!step.ended_early) out += read_trailers(*this);
  } else if (!length.empty()) {
    out += read_exactly(std::strtoull(length.c_str(), nullptr, 10));
  }
  return out;
}

std::string chunk(std::string_view data) {
  std::array<char, 24> size{};
  const int n = std::snprintf(size.data(), size.size(), "%zx\r\n", data.size());
  return std::string(size.data(), static_cast<size_t>(n)).append(data).append("\r\n");
}

}  // namespace glassgate::test
