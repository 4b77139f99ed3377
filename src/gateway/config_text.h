// How the messages about a configuration are worded: values shown, ways to keys, and near misses.
//
// Problem: a message shows bytes of a file that anybody may have written, on a terminal.
// Guarantee: what these functions return is one line without control characters, and short.
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glassgate {

// The text with control characters, quotes and backslashes escaped and bytes that are no UTF-8 replaced; cut short
// when it is long.
std::string visible(std::string_view text);

// The same, in double quotes.
std::string quoted(std::string_view text);

// The dotted way one step further: upstreams.users, upstreams.users.backends[1].
std::string child_key(std::string_view parent, std::string_view key);
std::string child_key(std::string_view parent, size_t index);

// The name that `text` was probably meant to be, or "" when none is near or there are very many. Case does not count,
// and '-' is '_'.
std::string_view nearest(std::string_view text, const std::vector<std::string_view>& names);

// "; did you mean NAME?", or nothing.
std::string did_you_mean(std::string_view text, const std::vector<std::string_view>& names);

// "one, two, three", and with "or" before the last.
std::string listed(const std::vector<std::string_view>& names, std::string_view before_last = ", ");
std::string either_of(const std::vector<std::string_view>& names);

}  // namespace glassgate
