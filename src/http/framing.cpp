#include "http/framing.h"

#include <limits>
#include <optional>

#include "base/strings.h"

namespace glassgate::http {
namespace {

// The codings of RFC 9112 section 7. All but chunked are known by name only: this proxy undoes none of them.
bool is_registered_coding(std::string_view coding) {
  for (const std::string_view known : {"chunked", "gzip", "x-gzip", "deflate", "compress", "x-compress"}) {
    if (iequals(coding, known)) return true;
  }
  return false;
}

// What Transfer-Encoding says, all its field lines taken as one list.
struct Codings {
  size_t count = 0;
  size_t chunked = 0;
  bool chunked_is_last = false;
  bool has_unknown = false;
  bool has_empty = false;

  void add(std::string_view coding) {
    ++count;
    chunked_is_last = iequals(coding, "chunked");
    if (chunked_is_last) ++chunked;
    has_empty |= coding.empty();
    has_unknown |= !coding.empty() && !is_registered_coding(coding);
  }
};

Codings list_codings(const Fields& fields) {
  Codings codings;
  for (const Field& field : fields) {
    if (field.id != FieldId::transfer_encoding) continue;
    std::string_view rest = field.value;
    do codings.add(trim(take_until(rest, ',')));
    while (!rest.empty());
    codings.has_empty |= field.value.ends_with(',');
  }
  return codings;
}

// It must be the single word "chunked". Which error it is otherwise depends on whether somebody could have meant
// something by it: a coding that is left under a proper `chunked` is "not implemented", the rest is broken.
FramingError check_transfer_coding(const Fields& fields) {
  const Codings codings = list_codings(fields);
  if (codings.has_empty) return FramingError::bad_transfer_coding;
  if (codings.count == 1 && codings.chunked == 1) return FramingError::none;
  if (codings.has_unknown) return FramingError::unknown_transfer_coding;
  const bool proper = codings.chunked == 1 && codings.chunked_is_last;
  return proper ? FramingError::unknown_transfer_coding : FramingError::bad_transfer_coding;
}

// Common to both directions. `out` stays as it is when neither field is there.
FramingError read_framing(const Fields& fields, Version version, BodyFraming& out) {
  if (fields.has(FieldId::transfer_encoding)) {
    if (fields.has(FieldId::content_length)) return FramingError::length_and_coding;
    if (version.minor == 0) return FramingError::coding_in_http10;
    const FramingError error = check_transfer_coding(fields);
    if (error == FramingError::none) out = {BodyFraming::Kind::chunked, 0};
    return error;
  }
  const Field* field = fields.find(FieldId::content_length);
  if (field == nullptr) return FramingError::none;
  if (fields.count(FieldId::content_length) > 1) return FramingError::bad_length;
  const std::optional<uint64_t> length = parse_decimal(field->value);
  if (!length || *length > std::numeric_limits<int64_t>::max()) return FramingError::bad_length;
  out = BodyFraming::of_length(*length);
  return FramingError::none;
}

bool never_has_body(int status, std::string_view request_method) {
  return status < 200 || status == 204 || status == 304 || request_method == "HEAD";
}

}  // namespace

std::string_view describe(FramingError error) {
  switch (error) {
    case FramingError::none: return "no error";
    case FramingError::length_and_coding: return "Content-Length together with Transfer-Encoding";
    case FramingError::bad_length: return "malformed or repeated Content-Length";
    case FramingError::bad_transfer_coding: return "Transfer-Encoding that is not exactly chunked";
    case FramingError::unknown_transfer_coding: return "transfer coding not supported";
    case FramingError::coding_in_http10: return "Transfer-Encoding in HTTP/1.0";
  }
  return "unknown";
}

FramingError request_framing(const RequestHead& head, BodyFraming& out) {
  out = {};
  return read_framing(head.fields, head.version, out);
}

FramingError response_framing(const ResponseHead& head, std::string_view request_method, BodyFraming& out) {
  out = {BodyFraming::Kind::until_close, 0};
  const FramingError error = read_framing(head.fields, head.version, out);
  if (never_has_body(head.status, request_method)) out = {};
  return error;
}

}  // namespace glassgate::http
