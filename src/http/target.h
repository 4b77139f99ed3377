// The request target: the four forms of RFC 9112 section 3.2, and the path that routes are matched on.
//
// Problem: a route for /admin must not be slipped past by /%61dmin, /x/../admin or //admin, and yet the backend must
// receive the target byte for byte as the client wrote it.
// Guarantee: split_target() only cuts, it changes nothing. normalise_path() gives the one spelling that all spellings
// of a path share, for matching only.
// Invariants:
//   I1 a normalised path begins with '/', holds no "." or ".." segment, no empty segment but the last, no %-escape
//      that was decodable, and no NUL. Decoding is done once: "%2541" stands for the text "%41"
//   I2 normalising never climbs above the root (RFC 3986 section 5.2.4)
//   I3 an escape that is no escape ("%zz"), one that hides a NUL ("%00"), and a ".." behind an empty segment
//      ("/a//../b", which servers read in two ways) are errors, not guesses
//   I4 what is left after a prefix was taken off, normalised, is what is left of the normalised path: a rest never
//      climbs back over the prefix
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace glassgate::http {

enum class TargetForm { origin, absolute, asterisk, authority };

struct Target {
  TargetForm form = TargetForm::origin;
  std::string_view authority;       // absolute form: host[:port]; authority form: host:port
  std::string_view path;            // raw, without the query; may be empty in absolute form, always is in the last two
  std::string_view query;           // raw, without the '?'
  std::string_view path_and_query;  // the two as they stood, with the '?'
};

// nullopt: not a target that this method may have. `*` is for OPTIONS and authority form for CONNECT.
std::optional<Target> split_target(std::string_view method, std::string_view target);

// Decoded, without dot segments, with runs of '/' as one; "" is "/". A decoded %2F separates segments like any other
// '/'. nullopt by I3, and for a path that does not begin with '/'.
std::optional<std::string> normalise_path(std::string_view raw_path);

// Every escape decoded, once, and nothing else. nullopt for an escape that is none, or hides a NUL.
std::optional<std::string> decode_path(std::string_view raw_path);

// uri-host [":" port] of RFC 3986 section 3.2, not empty, without userinfo: what a Host field may say. Stricter than
// the RFC in four things: no ',' (two hosts in one field), no empty port, none but 1 to 65535, no IPvFuture.
bool is_valid_authority(std::string_view authority);

// Everything that RFC 3986 allows in a path stays, the rest becomes %XX.
std::string escape_path(std::string_view path);

// By whole segments: /api is a prefix of /api and /api/x, not of /apix. `prefix` has no '/' at its end.
bool has_path_prefix(std::string_view path, std::string_view prefix);

// Takes `prefix` (normalised, without a '/' at its end) off the path and gives the path to send. The rest is kept byte
// for byte where the raw path spells the prefix plainly; where it hides it behind escapes or dots, the normalised rest
// is sent, escaped anew. Never empty: "/" is what is left of a whole match. A path without the prefix stays as it is.
std::string strip_path_prefix(std::string_view raw_path, std::string_view normalised_path, std::string_view prefix);

}  // namespace glassgate::http
