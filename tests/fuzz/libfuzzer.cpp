// Where libFuzzer, which brings its own main(), calls the one target that is linked with it.
#include <csignal>
#include <cstddef>
#include <cstdint>

#include "fuzz/target.h"

// libFuzzer knows these two by their names.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  std::signal(SIGPIPE, SIG_IGN);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  glassgate::fuzz::targets().at(0).run({reinterpret_cast<const char*>(data), size});
  return 0;
}
