// The other ends of the gateway's connections, played from a script in the gateway's own thread.
//
// Problem: peers in threads of their own would answer now earlier, now later, and an input that failed once would not
// fail again.
// Algorithm: each end asks the kernel for a signal (SIGIO) when bytes arrive. They arrive inside of the gateway's own
// write, so the handler runs before that write returns: it takes them, and says the next piece of the script.
// Guarantee: the same script, the same conversation, up to what waits for a time-out of the gateway's own. Nothing
// waits for a thread.
// Thread rule: one thread, one conversation at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/socket.h"

namespace glassgate::fuzz {

class ScriptedEnd {
 public:
  // Pieces are cut by 0x1E. Behind the last one, this end says no more.
  explicit ScriptedEnd(std::string_view script);
  ~ScriptedEnd();
  ScriptedEnd(const ScriptedEnd&) = delete;
  ScriptedEnd& operator=(const ScriptedEnd&) = delete;

  http::Socket take_other_end();  // once
  void say_next();
  void say_rest();
  // Takes what has come. True when there was something: bytes, or the end.
  bool listen();
  bool has_ended() const { return ended_; }  // the other end has

  const std::string& heard() const { return heard_; }
  const std::string& script() const { return whole_; }  // without the marks
  bool says_all_at_once() const { return pieces_.size() == 1; }

 private:
  std::vector<std::string> pieces_;
  std::string whole_;
  size_t said_ = 0;
  int other_fd_ = -1;
  int fd_ = -1;
  std::string heard_;
  bool ended_ = false;
};

// While it lives, the ends answer. Each write of the gateway to a backend is answered by that backend's next piece, and
// by the client's; the first write to the client by the rest of the client's script, because behind an answer the
// gateway waits for what is left of a request for longer than a fuzzer has time. An end of a connection is answered by
// all that the other end still has to say.
class Conversation {
 public:
  Conversation(ScriptedEnd& client, std::vector<ScriptedEnd*> backends);
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  void go_on();

 private:
  ScriptedEnd& client_;
  std::vector<ScriptedEnd*> backends_;
};

}  // namespace glassgate::fuzz
