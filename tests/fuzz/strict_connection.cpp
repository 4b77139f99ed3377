#include "fuzz/strict_connection.h"

#include <algorithm>

#include "fuzz/target.h"

namespace glassgate::fuzz {
namespace {

const Names always_dropped{"connection",          "http2-settings",   "keep-alive", "proxy-authenticate",
                           "proxy-authorization", "proxy-connection", "te",         "trailer",
                           "transfer-encoding",   "upgrade"};

// Without them, a message would mean something else, or come from somewhere else.
const Names always_kept{"authorization", "content-length", "cookie",      "expect", "forwarded",
                        "host",          "max-forwards",   "traceparent", "via"};

bool is_kept(const std::string& name) {
  const std::string id = dashed(name);
  return always_kept.contains(name) || id == "x-real-ip" || id == "x-request-id" || id.starts_with("x-forwarded-");
}

}  // namespace

std::string plain(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string dashed(std::string_view name) {
  std::string out = plain(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

bool is_for_one_connection(const std::string& name) {
  return always_dropped.contains(name);
}

Names named_by_connection(const StrictHead& head) {
  Names names;
  for (std::string list : head.all("Connection")) {
    std::replace(list.begin(), list.end(), '\t', ' ');
    for (std::string_view rest = list; !rest.empty();) {
      std::string_view name = take_piece(rest, ',');
      while (name.starts_with(' ')) name.remove_prefix(1);
      while (name.ends_with(' ')) name.remove_suffix(1);
      if (!is_kept(plain(name))) names.insert(plain(name));
    }
  }
  for (const std::string option : {"close", "keep-alive", "upgrade"}) names.erase(option);
  return names;
}

}  // namespace glassgate::fuzz
