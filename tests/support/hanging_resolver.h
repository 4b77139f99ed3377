// A resolver that hangs: in the test program, getaddrinfo() is one that stands in front of the system's.
#pragma once

#include <string>

namespace glassgate::test {

// The one name that it does not find. All others are the system's.
inline const std::string hanging_name = "hangs.invalid";

// As long as it lives, whoever looks that name up waits. Its end lets them go, and waits until they are gone.
class HangingResolver {
 public:
  HangingResolver();
  ~HangingResolver();
  HangingResolver(const HangingResolver&) = delete;
  HangingResolver& operator=(const HangingResolver&) = delete;

  int waiting() const;  // how many there are
};

}  // namespace glassgate::test
