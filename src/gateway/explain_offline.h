// `glassgate --explain 'GET /path' -H 'Name: value'`: what would happen to a request, from the configuration alone.
//
// Guarantee: what is said of routes comes from the route table itself. Nothing is started and nobody is asked, so
// nothing is said of health, circuits or budgets. Thread rule: a pure function.
#pragma once

#include <string>
#include <vector>

#include "gateway/config.h"

namespace glassgate {

struct OfflineExplanation {
  bool understood = false;
  std::string text;  // for people; otherwise what is wrong with the request
};

// `request`: "GET /path" or "/path"; `headers`: "Name: value".
OfflineExplanation explain_offline(const Config& config, const std::string& request,
                                   const std::vector<std::string>& headers);

}  // namespace glassgate
