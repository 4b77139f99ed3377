#include "fuzz/target.h"

namespace glassgate::fuzz {

Target::Target(std::string_view the_name, Run function) : name(the_name), run(function) {
  targets().push_back(*this);
}

std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

}  // namespace glassgate::fuzz
