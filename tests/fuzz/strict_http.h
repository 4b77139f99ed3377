// A second reader of HTTP/1.1, to hold against the gateway: written from RFC 9110 and 9112 alone, with nothing of
// src/http in it but the list of fields that it compares with. Plain and slow; it takes only what has one reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace glassgate::fuzz {

struct StrictField {
  std::string name;
  std::string value;  // without the blanks around it
};

struct StrictHead {
  std::string method;   // of a request
  std::string target;   // of a request
  std::string version;  // HTTP/1.1
  int status = 0;       // of an answer
  std::string reason;   // of an answer
  std::vector<StrictField> fields;
  std::string text;  // all of it, as it stood

  // The values of all fields of that name, in any case.
  std::vector<std::string> all(std::string_view name) const;
  bool has_same_fields(const http::Fields& others) const;
};

// Each takes one head off the front of `bytes`. nullopt: there is none, whole and well-formed.
std::optional<StrictHead> take_request_head(std::string_view& bytes);
std::optional<StrictHead> take_answer_head(std::string_view& bytes);

struct StrictFraming {
  bool is_good = true;  // false: there are two readings, or none
  bool is_chunked = false;
  bool has_length = false;
  uint64_t length = 0;
};

// By Content-Length and Transfer-Encoding alone.
StrictFraming framing_of(const StrictHead& head);

struct StrictBody {
  enum class End { complete, missing, malformed };
  End end = End::complete;
  std::string data;  // as far as it came
  std::vector<StrictField> trailers;
};

// Takes a body off the front of `bytes`, each by its framing. Chunk extensions are taken only where `with_extensions`
// says so: a peer may send them, the gateway does not.
StrictBody take_body(std::string_view& bytes, const StrictFraming& framing, bool with_extensions);

}  // namespace glassgate::fuzz
