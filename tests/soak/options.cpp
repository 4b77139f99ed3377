#include "soak/options.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "base/strings.h"

namespace glassgate::soak {
namespace {

uint64_t number_of(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return otherwise;
  const auto number = parse_decimal(text);
  if (!number) throw std::runtime_error(std::string(name) + " is a number, and not \"" + text + "\"");
  return *number;
}

}  // namespace

Options read_options() {
  Options options;
  options.seed = number_of("SOAK_SEED", options.seed);
  options.length = std::chrono::seconds(number_of("SOAK_SECONDS", 60));
  options.clients = static_cast<unsigned>(number_of("SOAK_CLIENTS", options.clients));
  options.rate = static_cast<unsigned>(number_of("SOAK_RATE", options.rate));
  if (options.length.count() < 10 || options.clients == 0)
    throw std::runtime_error("a soak takes 10 seconds and a client at least");
  return options;
}

}  // namespace glassgate::soak
