// Answers that two programs may read differently, and what a gateway has to make of each.
#pragma once

#include <string>
#include <vector>

namespace glassgate::test {

// An answer behind an answer: nobody asked for it.
inline const std::string hidden_answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhidden";

struct HostileAnswer {
  std::string what;
  std::string bytes;
  // What the client gets: "STATUS BODY" with the body escaped like a URL, "502", or "cut" where the answer had begun.
  // "502 or cut": the first byte that is wrong may come before or behind the beginning of the answer.
  std::string outcome;
  std::string method = "GET";
  bool closes = false;  // the backend ends the connection behind it
};

std::vector<HostileAnswer> hostile_answers();

}  // namespace glassgate::test
