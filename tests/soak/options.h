// What the environment asks of the soak.
#pragma once

#include <chrono>
#include <cstdint>

namespace glassgate::soak {

struct Options {
  uint64_t seed = 1;                // SOAK_SEED
  std::chrono::seconds length{60};  // SOAK_SECONDS
  unsigned clients = 24;            // SOAK_CLIENTS
  unsigned rate = 0;                // SOAK_RATE: requests a second, of all clients together; 0: as fast as it goes
};

Options read_options();

}  // namespace glassgate::soak
