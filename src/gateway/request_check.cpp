#include "gateway/request_check.h"

#include "base/strings.h"

namespace glassgate {
namespace {

using http::FieldId;

Error to_error(http::HeadError error) {
  if (error == http::HeadError::version) return Error::unsupported_version;
  const bool is_large = error == http::HeadError::head_large || error == http::HeadError::too_many_fields;
  return is_large ? Error::head_too_large : Error::malformed_request;
}

void note_target(Exchange& x) {
  if (const auto target = http::split_target(x.request.method, x.request.target)) x.target = *target;
}

bool check_head(Exchange& x) {
  const http::HeadError error = http::parse_request_head(x.head_limits(), x.request);
  if (error != http::HeadError::none) {
    note_request_line(x);
    return x.fail(to_error(error), http::describe(error));
  }
  x.options.emplace(x.request.fields);
  if (!x.options->has_too_many_names()) return true;
  note_target(x);
  return x.fail(Error::malformed_request, "too many names in Connection");
}

bool refuse_path(Exchange& x) {
  const bool is_decodable = http::decode_path(x.target.path).has_value();
  return x.fail(Error::malformed_request, is_decodable ? "a path with two readings" : "malformed escape in the path");
}

bool check_target(Exchange& x) {
  const auto target = http::split_target(x.request.method, x.request.target);
  if (!target) return x.fail(Error::malformed_request, "malformed request target");
  x.target = *target;
  if (x.target.form == http::TargetForm::authority) return x.fail(Error::method_not_implemented, "CONNECT");
  auto path = http::normalise_path(x.target.path);
  if (!path) return refuse_path(x);
  x.path = std::move(*path);
  return true;
}

bool check_host(Exchange& x) {
  const size_t hosts = x.request.fields.count(FieldId::host);
  if (hosts > 1) return x.fail(Error::malformed_request, "more than one Host");
  if (hosts == 0 && x.request.version.minor > 0) return x.fail(Error::malformed_request, "no Host");
  if (hosts == 1) x.host = x.request.fields.find(FieldId::host)->value;
  if (hosts == 1 && !http::is_valid_authority(x.host)) return x.fail(Error::malformed_request, "malformed Host");
  if (x.target.form == http::TargetForm::absolute) x.host = x.target.authority;  // RFC 9112 section 3.2.2
  return true;
}

bool check_max_forwards(Exchange& x) {
  const http::Field* field = x.request.fields.find(FieldId::max_forwards);
  if (field == nullptr || !http::counts_forwards(x.request.method)) return true;
  if (parse_decimal(field->value) && x.request.fields.count(FieldId::max_forwards) == 1) return true;
  return x.fail(Error::malformed_request, "malformed Max-Forwards");
}

bool check_framing(Exchange& x) {
  const http::FramingError error = http::request_framing(x.request, x.framing);
  if (error == http::FramingError::unknown_transfer_coding) return x.fail(Error::unknown_transfer_coding);
  if (error != http::FramingError::none) return x.fail(Error::malformed_request, http::describe(error));
  const uint64_t max_body = x.config().server.max_body_bytes;
  if (max_body > 0 && x.framing.length > max_body) return x.fail(Error::body_too_large);
  x.body.emplace(x.client.wire, x.framing, x.head_limits());
  x.expects_continue = x.request.version.minor > 0 && !x.framing.is_none() &&
                       http::list_contains(x.request.fields, FieldId::expect, "100-continue");
  return true;
}

}  // namespace

void note_request_line(Exchange& x) {
  http::parse_beginning(x.request);
  note_target(x);
}

bool check_request(Exchange& x) {
  if (!check_head(x) || !check_target(x) || !check_host(x) || !check_max_forwards(x) || !check_framing(x)) return false;
  x.keep_alive = http::may_persist(x.request.version, *x.options);
  return true;
}

}  // namespace glassgate
