#include "gateway/errors.h"

#include <array>

namespace glassgate {
namespace {

// In the order of the enum.
constexpr std::array<ErrorInfo, error_count> table{{
    {200, "", ""},
    {400, "malformed_request", "the request is malformed"},
    {505, "unsupported_version", "this gateway speaks HTTP/1.1"},
    {501, "unknown_transfer_coding", "the transfer coding is not implemented"},
    {501, "method_not_implemented", "the method is not implemented"},
    {414, "uri_too_long", "the request line is too long"},
    {431, "head_too_large", "the request's header section is too large"},
    {408, "request_timeout", "the request did not arrive in time"},
    {413, "body_too_large", "the request's body is too large"},
    {400, "malformed_body", "the request's body is malformed"},
    {400, "request_cut", "the request ended before it was complete"},
    {0, "client_gone", "the client left before its answer was complete"},
    {404, "no_route", "no route matches this request"},
    {405, "method_not_allowed", "no route for this path takes this method"},
    {429, "rate_limited", "too many requests"},
    {503, "no_healthy_backend", "no backend is available"},
    {503, "circuit_open", "the backends are resting after failures"},
    {503, "too_many_connections", "the gateway has no free connection"},
    {503, "no_descriptors", "the gateway has no means for a connection to a backend"},
    {0, "drained", "the gateway is stopping"},
    {0, "response_stalled", "the backend's answer paused for too long"},
    {500, "internal", "an internal error"},
    {502, "backend_unresolved", "the backend's name could not be resolved"},
    {502, "backend_unreachable", "the backend could not be reached"},
    {504, "backend_timeout", "the backend did not answer in time"},
    {502, "backend_closed", "the backend closed the connection without an answer"},
    {502, "backend_malformed", "the backend's answer was malformed"},
    {0, "response_cut", "the backend's answer ended before it was complete"},
}};

}  // namespace

const ErrorInfo& info(Error error) {
  return table.at(static_cast<size_t>(error));
}

bool is_backends_fault(Error error) {
  return error >= Error::backend_unresolved;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";
  }
}

}  // namespace glassgate
