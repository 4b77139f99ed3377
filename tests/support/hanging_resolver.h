// A resolver that hangs: in the test program, getaddrinfo() is one that stands in front of the system's.
#pragma once

#include <string>

namespace glassgate::test {

// The name that it does not find. All others but changing_name are the system's.
inline const std::string hanging_name = "hangs.invalid";

// As long as it lives, whoever looks that name up waits. Its end lets them go, and waits until they are gone.
class HangingResolver {
 public:
  HangingResolver();
  ~HangingResolver();
  HangingResolver(const HangingResolver&) = delete;
  HangingResolver& operator=(const HangingResolver&) = delete;

  int waiting() const;  // how many there are
  // From here on as many hang as may: nobody can have another name looked up.
  void take_all_lookups() const;
};

// A name that a resolver knows at some times and not at others: this machine, or nobody. At first it is not known.
inline const std::string changing_name = "changes.invalid";
void let_changing_name_be_known(bool known);

}  // namespace glassgate::test
