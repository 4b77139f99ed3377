// What an exchange needs around it, made anew for each input, so that no input remembers another one.
#pragma once

#include <stdexcept>
#include <string>

#include "gateway/services.h"
#include "support/manual_clock.h"

namespace glassgate::fuzz {

inline std::shared_ptr<const Config> config_of(const std::string& yaml) {
  const ConfigResult result = parse_config(yaml);
  if (!result.config) throw std::runtime_error(describe(result.errors.at(0), "config"));
  return result.config;
}

struct FreshServices {
  explicit FreshServices(std::shared_ptr<const Config> config) {
    services.runtime.swap_in(std::make_shared<const Runtime>(std::move(config), nullptr));
  }

  test::ManualClock clock;
  Log log{clock};  // never opened: lines wait in memory, and go with it
  Services services{clock, log};
};

}  // namespace glassgate::fuzz
