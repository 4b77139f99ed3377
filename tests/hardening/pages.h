// Everything that the gateway says of itself, read strictly: after whatever was put into it, it must still be what it
// claims to be.
#pragma once

#include "support/test_gateway.h"

namespace glassgate::test {

// Each line of the log and /status, /explain are JSON, one line each where they should be; /explain?text has no
// controls; /metrics is to the letter what Prometheus reads.
void check_all_pages(const TestGateway& gateway);

// Every line of a head is a field line, and none of them came from `X-Injected`, whatever that was smuggled in by.
void check_head(const std::string& head);

}  // namespace glassgate::test
