// A log whose disk hangs while a gateway goes on serving, and what becomes of the lines.
//
// Until open(), the log has no thread and no file: as if its disk took nothing. Lines of 8 KiB come; nobody waits.
#include "gateway/log.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "show/example.h"
#include "show/lanes.h"
#include "support/manual_clock.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

// What the log writes into a file of its own, from here to its close(): how many lines, and the last of them.
std::pair<uint64_t, std::string> lines_written_by(Log& log) {
  std::string path = "/tmp/glassgate-log-XXXXXX";
  ::close(::mkstemp(path.data()));
  log.open({LogLevel::info, true, path});
  log.close();
  std::ifstream file(path);
  std::pair<uint64_t, std::string> out;
  for (std::string line; std::getline(file, line); out.second = line) ++out.first;
  ::unlink(path.c_str());
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"lines written"}, {"KiB waiting"}, {"lines lost"}});
  Lanes lanes("A disk that hangs: 8 MiB of lines wait for it, and what is more is lost", "lines", 0, 1690);
  const size_t waiting = lanes.add("KiB waiting", 10240);
  const size_t lost = lanes.add("lines lost", 600);
  lanes.limit(waiting, 8192, "8 MiB");

  const test::ManualClock clock;
  Log log(clock);
  const std::string line(8191, 'x');  // and its line end
  for (int written = 0; written <= 1536; ++written) {
    if (written % 256 == 0) {
      const int dropped = static_cast<int>(log.dropped());
      example.step({written, (written - dropped) * 8, dropped});
      lanes.level(waiting, written, (written - dropped) * 8, Tone::a, true);
      lanes.level(lost, written, dropped, Tone::bad, true);
    }
    if (written < 1536) log.write(line);
  }
  const auto [lines, last] = lines_written_by(log);  // the disk is back
  example.say("The disk is back. Lines in the file: " + std::to_string(lines) + ". The last of them:\n" + last);
  lanes.level(waiting, 1536, 0);
  lanes.legend(Tone::a, "kept for the disk");
  lanes.legend(Tone::bad, "lost, and counted");
  example.draw(lanes.svg());
}
