// Opening what a log is written to, without ever waiting for whoever reads it.
// Thread rule: any thread. Errors: -1, and errno says why.
#pragma once

#include <string>

namespace glassgate {

// A file, or a FIFO: open() would wait for its reader. Where there is none yet, the FIFO is opened for both directions,
// and what is written stays in it until somebody reads.
int open_log_file(const std::string& path);

// A standard stream that is a terminal. Opened anew, it is non-blocking for this program alone. -1: it is none.
int open_terminal(int stream);

bool is_regular_file(int fd);

// False when it ends inside a line: a process was killed there, or the disk was full.
bool ends_with_line(int log, const std::string& path);

}  // namespace glassgate
